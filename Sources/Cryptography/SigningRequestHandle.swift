internal import COpenSSL

/// Owns one `X509_REQ`, for as long as it takes to read it.
@safe
struct SigningRequestHandle: ~Copyable {
    private let raw: OpaquePointer

    private init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe X509_REQ_free(raw) }

    /// Parses DER, all of it: bytes after the request are an error.
    static func parse(der: [UInt8]) throws(CertificateSigningRequestError) -> SigningRequestHandle {
        var used = 0
        let parsed = unsafe der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            // SAFETY: d2i_X509_REQ reads at most `count` bytes and leaves the cursor after what it used.
            guard let start = buffer.baseAddress, let raw = unsafe d2i_X509_REQ(nil, &cursor, buffer.count) else { return nil }
            if let cursor = unsafe cursor { used = unsafe cursor - start }
            return unsafe raw
        }
        CryptographyError.drainQueue()
        guard let parsed = unsafe parsed else { throw .malformed }
        let handle = unsafe SigningRequestHandle(owning: parsed)
        guard used == der.count else { throw .malformed }
        return handle
    }

    /// The request's key, once kind, size, scheme and signature are found to be as `CertificateSigningRequest` demands.
    func verifiedKey() throws(CertificateSigningRequestError) -> RSAPublicKey {
        defer { CryptographyError.drainQueue() }
        guard let key = unsafe X509_REQ_get0_pubkey(raw) else { throw .keyKind("unknown") }
        guard unsafe EVP_PKEY_is_a(key, "RSA") == 1 else {
            throw unsafe .keyKind(EVP_PKEY_get0_type_name(key).map { unsafe String(cString: $0) } ?? "unknown")
        }
        let bits = Int(unsafe EVP_PKEY_get_bits(key))
        guard (2048...8192).contains(bits), let numbers = try? unsafe RSAPublicKey(numbersOf: key) else { throw .keySize(bits: bits) }
        try checkScheme()
        guard unsafe X509_REQ_verify(raw, key) == 1 else { throw .signatureInvalid }
        return numbers
    }

    private func checkScheme() throws(CertificateSigningRequestError) {
        let scheme = unsafe X509_REQ_get_signature_nid(raw)
        guard scheme == NID_rsassaPss else { throw .signatureScheme(Self.name(scheme)) }
        var algorithm: UnsafePointer<X509_ALGOR>?
        unsafe X509_REQ_get0_signature(raw, nil, &algorithm)
        var digest: Int32 = 0
        var maskDigest: Int32 = 0
        var salt = 0
        guard unsafe understudy_pss_parameters(algorithm, &digest, &maskDigest, &salt) == 1 else {
            throw .signatureScheme("RSASSA-PSS with parameters that cannot be read")
        }
        guard digest == NID_sha256, maskDigest == NID_sha256, salt == 32 else {
            throw .signatureScheme(
                "RSASSA-PSS with \(Self.name(digest)), MGF1 with \(Self.name(maskDigest)) and a salt of \(salt) bytes")
        }
    }

    /// The subject's attributes, in order.
    var subject: [CertificateSigningRequest.NameEntry] {
        let name = unsafe X509_REQ_get_subject_name(raw)
        return (0..<(unsafe X509_NAME_entry_count(name))).map { index in
            let entry = unsafe X509_NAME_get_entry(name, index)
            let object = unsafe X509_NAME_ENTRY_get_object(entry)
            let nid = unsafe OBJ_obj2nid(object)
            return unsafe CertificateSigningRequest.NameEntry(
                name: nid == NID_undef ? Self.number(object) : Self.name(nid), value: Self.text(X509_NAME_ENTRY_get_data(entry)))
        }
    }

    /// The request's attributes, in order.
    var attributes: [(number: String, values: [CertificateSigningRequest.AttributeValue])] {
        (0..<max(0, unsafe X509_REQ_get_attr_count(raw))).map { index in
            let attribute = unsafe X509_REQ_get_attr(raw, index)
            let values = (0..<max(0, unsafe X509_ATTRIBUTE_count(attribute))).map { position in
                let value = unsafe X509_ATTRIBUTE_get0_type(attribute, position)
                let tag = unsafe ASN1_TYPE_get(value)
                guard tag == V_ASN1_UTF8STRING else { return CertificateSigningRequest.AttributeValue.other(tag: Int(tag)) }
                return unsafe .utf8String(Self.text(understudy_asn1_string(value)))
            }
            return unsafe (Self.number(X509_ATTRIBUTE_get0_object(attribute)), values)
        }
    }

    /// libcrypto's short name of an object.
    private static func name(_ nid: Int32) -> String { unsafe OBJ_nid2sn(nid).map { unsafe String(cString: $0) } ?? "unknown" }

    /// The dotted number of an object.
    private static func number(_ object: OpaquePointer?) -> String {
        var text = [CChar](repeating: 0, count: 256)
        // SAFETY: libcrypto writes at most the given count, terminator included.
        guard unsafe OBJ_obj2txt(&text, Int32(text.count), object, 1) > 0 else { return "unknown" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A string of any of ASN.1's types as text; empty when it is none.
    private static func text(_ string: UnsafePointer<ASN1_STRING>?) -> String {
        guard let string = unsafe string else { return "" }
        var utf8: UnsafeMutablePointer<UInt8>?
        // SAFETY: libcrypto allocates `utf8`, which is copied and freed here; on failure it allocates nothing.
        let count = unsafe ASN1_STRING_to_UTF8(&utf8, string)
        guard count >= 0 else { return "" }
        defer { unsafe CRYPTO_free(utf8, nil, 0) }
        return unsafe String(decoding: UnsafeBufferPointer(start: utf8, count: Int(count)), as: UTF8.self)
    }
}
