import Cryptography
import Surroundings
import Testing
import WireFormats

@Suite struct JWSAlgorithmTests {
    private static let key = Result { try RSAPrivateKey.generate() }
    private let message = Array("the message".utf8)

    @Test("a signature verifies in its own scheme and in no other", arguments: JWSAlgorithm.allCases, JWSAlgorithm.allCases)
    func schemes(signed: JWSAlgorithm, read: JWSAlgorithm) throws {
        let key = try Self.key.get()
        let signature = try key.sign(message, signed)
        #expect(signature.count == 256)
        #expect(key.publicKey.verifies(signature, over: message, read) == (signed == read))
    }

    @Test("a changed message, a changed signature and a cut one do not verify", arguments: JWSAlgorithm.allCases)
    func changes(algorithm: JWSAlgorithm) throws {
        let key = try Self.key.get()
        var signature = try key.sign(message, algorithm)
        #expect(!key.publicKey.verifies(signature, over: message + [0], algorithm))
        #expect(!key.publicKey.verifies([], over: message, algorithm))
        #expect(!key.publicKey.verifies(Array(signature.dropLast()), over: message, algorithm))
        signature[17] ^= 1
        #expect(!key.publicKey.verifies(signature, over: message, algorithm))
    }

    @Test("what one scheme makes deterministic the other makes anew each time")
    func salt() throws {
        let key = try Self.key.get()
        #expect(try key.sign(message, .rs256) == key.signRS256(message))
        #expect(try key.sign(message, .ps256) != key.sign(message, .ps256))
    }

    @Test("RS256 agrees with the vector of RFC 7515 A.2")
    func vector() throws {
        let modulus =
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
        let signature =
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        let signed =
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let key = try RSAPublicKey(modulus: Base64.decode(modulus) ?? [], exponent: [1, 0, 1])
        #expect(key.verifies(Base64.decode(signature) ?? [], over: Array(signed.utf8), .rs256))
        #expect(!key.verifies(Base64.decode(signature) ?? [], over: Array(signed.utf8), .ps256))
    }
}
