import Cryptography
import Surroundings
import Testing
import WireFormats

// Made by `openssl pkcs12 -export` of a key that is used nowhere else.

/// AES-256, the password `pä55`.
private let modern = """
    MIIJ3wIBAzCCCZUGCSqGSIb3DQEHAaCCCYYEggmCMIIJfjCCA/IGCSqGSIb3DQEHBqCCA+MwggPfAgEAMIID2AYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBK\
    MCkGCSqGSIb3DQEFDDAcBAhK3V4EsXHtyAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAQYMptAlTxvV+ixJZZosy2AggNwV7T8md5mhWGB71P0\
    4ynSpAZ/QAAv18HrPcZWY/9uKuXvcb+zO7Ys6dqdQCm0mx8hOVFmcDbCcGf3/SqEAzy8GfCw0HRFnjU4ZvlFONxMMe8Wuwbo9ryZeozB2T54vTG8t22uOcei\
    nF7K0SDfMzPwz1E+4rbreO14lozp6mDuBmZ28nDysORExLMAbog8aYarNnkwo+A4hVmY8W+zpMSRKFUX8BPkyGWj0nI8bYuhe3jpHq/vAd9OGtDmY80QYiBR\
    YJHa2F+yCLYdE+QR9OoEyteuAJGMUQ61ADb3asRjsVxhPyzmqCbTgJdr790wjxo6uydfONQ30/OpUdK58Bli7+XVYGhy4ooNLOaMwoUA7ac4MMZYY9kOzEq2\
    /3EgaUx7ZS+NH/565gFXwVlJXMrR8eIVWFrIfOfQto2sISvPBafFHcCmSoVp3QfxG9WQ53hq8UchAX2J5WpVmOXusKCaaghQ6ouA6APeM3wRgljAoQStyoLq\
    1kX3aa7f/V0N7SwJOQyGFDi4CNwD8X9Aer0x6BMe2cRlG4LOBlypKa8TUZDT/h9VPpDoTqUI1O1R33uBOmj4fwLxwVGoWPaJ6FJvK7pAXq76QC+HxSKefqTn\
    zQ9mObgt+2uX1LLoAxN0uToW3U88ldouxZLCEAxhQrMW68z+xtTIPd3iH/rn8sDCBGwp7WbFS59hjKkRbbzTHSmBS1iXCuMdfUBwPUttFfzo+MeVB44ScV4W\
    YWwJW9T7CqzPXLwzVia7s1R0Fk2xTvuzt3BvcKpjo25Z/xEnRNgShVbENf6iZrcnuRUSwC6d4rYpvVnttgDLCosEmFAv4xQ0S0tUd4XHpdrmxodmliAfbCGx\
    2aE6udcuuk1G5uhGPuWrXN51ORybGysvyfFwwGDaXude/qCuozXDxYsyLFIt6S7uIX4tLJ95q0CR0hem52zfuEMPkyEGqUeKTCIMJgKsK8XW9x2mBm0IrHWc\
    lTX6lCKfdMfQNrLh/vDiUDev5Ocsr0zypUjvP/5rXVEVmkP7HU3OcHHAOPy5upy9BRjgZxMW8qadfWHhR7m1K4Q8uFeOqiuB33xWUMir+M6BZHK6O02hgiGh\
    4PSf2ugDT3CPpeqH6YC1J0CDcDR5vKyUwjDPSWAFusK9rzyAMVwUp8XU7IW06PN/+9xRTeB47OfRWDCCBYQGCSqGSIb3DQEHAaCCBXUEggVxMIIFbTCCBWkG\
    CyqGSIb3DQEMCgECoIIFMTCCBS0wVwYJKoZIhvcNAQUNMEowKQYJKoZIhvcNAQUMMBwECIDuYdvosZQNAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQB\
    KgQQLmfWv7UnBEnggohE6pdjqwSCBNDEgJp+zysPKvS6jwBRzyoA+o1l+wS75GyFrUVILU/MsRrLXYM9mHUAT4Sm2NWxSPPw/bNQIqvRJqANx9dSSdTkPrNN\
    vfba1CLEJhJtO+PkvmIPevo//vP8aZ4GmWfFYmujcA2VzGBRI3HQH8Z/IU9zHM7HbtHhcXBn/xnmhxb2oPnPq0W1CRBFhWxCZkaFaI5XFVmjvk0g0PB26306\
    ndRE6w3lq/No6eyyMizGlPHRHXCw0X6p+TIbMqlIf0gT/8Kfx50Jh2c3wv/CKOif+EIfmDrSfkuAylIULKxn+ncBmpUJKsbKkEpuDByCzNAWmbQ1ySThIgW9\
    7YRn+kb0j81DpzdIydU4o8s3QE1WxbgmIzQgNSVDOD7u4PLTgfDjVEnGQrhmV9wa6nTEtyKVMcOVoGnyI644T4wQs1G7k2wc9Y5CjG+IZAn8a2ncsZu7RHuL\
    v1QOji9Zlh2ev55H82rkFPILDVyQgBUKnc4ViRES0Cldv76bZKAdpm2JRU0tBtnYVeesGnv4Chrf+M8PWNlmcc3h91y+X1/5NkSBmS/XVYS/YQxB8O4M5JFH\
    YzZNIPxXEdzHynf+xnKzTt96/nXwVLD5f3/1D1yrWxq4PUxjb3evIshtagefnfT3vUmGnPItUIiol5XOwsxfJ1ZanapZVxcM2ctxC/91ynzsYjRxlcqBU2eo\
    EXNbLv4gU2cdhnTsxmGw1lp40p1e5Wndu4llVPFrHPpqNqauE4KICe6OACe9VFLL+Iz6+ZtPbulZsO7ceacqzb3GkvZe/wC+g+HT4fcRvqn0ocRpqwRuzZ/k\
    Jxds47/jFyXIalGLUD4XtbMjD5mTBJbnBWqltXE+/Uu6ZPpLJqFKyTZNBNKgc0irOqPqzyT/dgbsbSOiH+1h0rSsXZDKeq6VtQ/093m+4EmbopMjEaYS5mzX\
    H8MrmIGbNqhHqNx+5+PRR3uBMqHTuC8HNpaAjBipiInw94JXfm3V7W/2RWUcxOe3PTawoW6lug98uL0KfH6speAiagAW1vzLomLk+66T9NuNBMFJWBUSqeAt\
    8aBeKA5WJDASvaTnlROQhQMVBVTReVM4tsXaSd+107hIIcw/OqAOMN/XkrOBBOCKsE2bBgbTlKv1AOMG+6frA0py7ay7ayA3ORTJtF1/t7Mdn2C9vpTz++vD\
    KekEtYk56aldOVv/P/+SzRfMaZNS6xUfkBT7t8ymFnpYIbDYPUZqYgOSHYy2qXr26v7oJevYWNg9c/1SqX0Vi4zSKQtXf+naOCWORcX3J4ZVzy40snUBzYqA\
    AySX2Z7G+Twia8pEYDvHrlnbY82JAwyK+QsuuQNieAykFQLqvJGGI31Af6tgT/pbOntSLJFgBWQZQp/8t3TIXNWp9SB6xae2nFjMo8UX3XOXwAqBlWtUBZ0P\
    pSvqXhKI5ehPr02gpQEZ/m4+AVKOzwEcIEy/8pRvwG07x27uW0ZDs+vkBFvSzYkCGX8+e6gG2fm89nMOPb42Zcfa9k7GLvBxDlTggbHtCtIQQixQwvH2HKLZ\
    1XV+bUYtr2PGoYQbEKBlTOI4i68dAFOjZN+B4Q9IpHomJp1kXdbuOhQhUM5GVeaxc4+Nmn781WvYq8wQymcNVsCuax5FvK4cpmuqCwHJZo4jdX9wjzElMCMG\
    CSqGSIb3DQEJFTEWBBTL4IQ9qQxmDv9OQrymqImubBmVsTBBMDEwDQYJYIZIAWUDBAIBBQAEICpfHC4974D9PjtxWsmjLTxPC/PC8nYEFNQGJoKmk0MLBAjr\
    qcQI4at9aAICCAA=
    """

/// Triple DES and SHA-1, as older Azure tools write it, with an empty password.
private let triple = """
    MIIJSQIBAzCCCQ8GCSqGSIb3DQEHAaCCCQAEggj8MIII+DCCA68GCSqGSIb3DQEHBqCCA6AwggOcAgEAMIIDlQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQMw\
    DgQIGZyh9mCuOZkCAggAgIIDaKv6FBO/QZP42aVrEHDoTOdYUt6Uz0ZVfW6A/pOyERLWPrOQSifCmg1n0kK1sZPsQUdYUnVKEdxFz6nVfB4GemC7s9JVfAHc\
    KlzOXU89Or78KI6z+K52wRZT9u+2TcnE/V4oHx/OKUHINwUOj7VHSApCD0w/O7WEYN5Tq5EoiH0uDBen4x3YO3ZNZYDN0iIjmCQUh2LwNI/UBlW5Xci+9gTt\
    XFjKuavWkfsLj/4ALQL+Gx3izngv4YrEi/ohXM5bziq7XtlY3QX77iPku5kQt8IIkhXDLDt0UGRfncQaWmCeXc9Gi+v76nWbTSnweq99/fYos+HeVE1D6HDf\
    /LnHsmadxjP8soqnWqWv1K2QiGxrW8b88pn6C2GjSnG9KgcLlr/5IslSYUw3Z9EwJqxIcY86Rw2IQKZGnYMGWlUH9vdWMVtcs/V2gdH62vUC104TTgVVieMs\
    ozxfqBLU5wg2v4SVh5Sp01cXcgjDEs9YbLN8PfdWjZkfe6xW11R5yKrCnvPAUdvlkOb7PNMMnpBdza6pmDP1Lm3nC7MR2lvFX7rOX+sGn4F03Rp99wVL9t+F\
    UjMFOj9uMFI/+ZxsE4hOqOn/kubR166gjfZzZJTP+SXXLoUobvIvXPo67xrWUh8SW8r3VAZSXwlj/AX1+hQTxmfTJCMJB/pNmfSRLIhmUI15tYdn6RlYMpb4\
    uoj02p+RCS/4IJgugDSBlutmlMc/W7m1WrmNlJy1QLJAuJBT6ZOt5FRXTdZmgtkje5W/FVP97CBpt5NlFL+ClPyaXK8n/WwzAXvR9i/RcRBSvjl3hIbui/BI\
    1payitpilh4F0vxzc5xjbqXHcZoFO2n3qIk31TDQ5X6SfTEvW8kOnzW7iCiVyJJOzD4RargDvD8Ulqv2BkZLCgBG5GkZLYWTB4/6uNZBbI1EOn2YzMCSEPp2\
    mVD5uqmzuVYO1GQXfX0E4lBiYUGNS4Y552UZt26gQ5DbHARxpsscC9d456lKaC3EWA2AbnrlTQzp+Shvf/jePPhEEbN1XftquvcDd6NJ1+N0lLMkZACr2eK1\
    lLScSLN6uTNm5nMpeA0v8ltBgaQlzr6rtwVjgwUHb+B1lMa0aECVfWml5LmVYIYtPBif5idl8Fv2vWGWZQtZscK9MAgMqGkGQc1d/izptLYqMIIFQQYJKoZI\
    hvcNAQcBoIIFMgSCBS4wggUqMIIFJgYLKoZIhvcNAQwKAQKgggTuMIIE6jAcBgoqhkiG9w0BDAEDMA4ECJi2/+RDxIkSAgIIAASCBMgWmubl3LIl4GEhExmc\
    pF5jImxfmBZKtKGke+jZq+LN0K7T5SeH6H4loe0AQkTZuzSgF+88Ba0rAIRZ/ZvbHpTz8MInN2MIeHD8puD3EybPlF5+dQYPpLnbxLXqaxOYRijCSy+UZxrV\
    ZquC8B/FtOsxAilVdUA8cUVvr5JP7S97Y3GhczLKxxehvbs8beryhQb7iwOvf/eix8WSep2ZyvmbMQjfjjctrSU2LyqWPtDwxpsxCf28rMVVxIYzBOCkKY5C\
    rBJp28cgbG/5QMH45653Ga/mpNBgrlp4KejWtLwHfzZDH2nXl/cHk3vv98F7AiNLwH9QXjtGcqI6ZoAS8uk1o6CN9SBdqQL4DY+r1nDYLWtuSCKmCOoGXiub\
    sVPrEYOatprg4K9GV2daKDxY/bc/dp11GuouUCeZt/oTxHT8rkSlsXm8l/Pux83FMOIqILowvnsGR3yR424LBvLhnw+mWnPWMOOgBZ3yojZLzgdKDeZWcWJP\
    hMTtdfkc1TEuywjiPgwR2Lujc9k4yyR0IzOucf1+2Rq9UDWTGhjnI1X9I+Fc31O6IREOLP55ZjyZDt1F1NXGvq7XtKKZ+ypQkEZE80Z4uQrV+ljSbPjq8Ucx\
    mxXifXkv7bfIU8AKvxcg7jUMV0dZUoggjCCcMhJ1uv6DElmIUX6/lnwyEJQGmJ/sXNsYXcFyP0cfGvgGVuJPDFVxsrn/Nh7OK5fKZ9SV21mii/A6O6uO3GWW\
    mN6Hr62pOhu8f6JVpqkClxkvGjoG14DDvBnbsE5Ix1IjgB6J//U4dxFBSuDUbLVshAXiw41DSrJJ+coooWZgWI2q9mRmckwv7VFEtNUBYgI4Yy2OVYD1uG3w\
    nQi6urV0jjJI4tZ7p5mcRGyxdB3PJStqoN12Zf42kVMItfrTiZQT5/107O8Aumavx8pYweKH7QojMgViAn4bMu44k9r4p+3G/LggIWNulng50C7h2kYLcfdx\
    72a8XqCn1QEG84K227RWkzVUO1CKBurO6M2Wo+CHrXPFjtX9glEemX5sNlMzA99hvIHR2XZ8ZcG4DhGVa9mYdjkiRpfrO+qrE5g2eRrld9ignscqaJ/809nq\
    3hy4YqWAG1tJrI0NhE4puqNXOt84NQs24Er0casOdJ4OELhU5OhOktKf0I96T0E0OTLye/K2TInLq8Jvkt+s/tqOS4DTauB2FBCNrtVgdwCQQdEwxdTdwxb+\
    DRDs3x5qCj8Nk5auMOsHYB3grsqdZEUhDMPJSEDUgr1cTdfdrCxC6M7UMkiDKyS51arKwwHyz64AJqVouDlrf6UzVyg/ZGToO1xwlelEkMXZwogPlJhUcDMH\
    oLXZfQoGf/Vov3jG1ifR5f8krij8ZGBFqjeYA4wbYn7LnU9QJ5imqXjKSnfbO0hSRBxFSlLz1qvXORQqh+i+CKrND28RU9EQ7xUdsOKu+I3eh/SAPxG4tZCS\
    8A63tjdJP93dpUI7cTMfa+v7kOMMy4tImL7WEwH49AwRHLZYgi6AqkzWpG/p7VfU2cf6f261hop48BRtEPQU4Lqlru+5EWE55/5TjdTOaKEeCC6Vf59QFTXT\
    BzPlTcW50GD4vpqpp/ZtFR7UGmdcZuB1mXxK5sbyuLc670lcsVDf5m8xJTAjBgkqhkiG9w0BCRUxFgQUy+CEPakMZg7/TkK8pqiJrmwZlbEwMTAhMAkGBSsO\
    AwIaBQAEFBLoJpR0kDYvoXKm96+9NriIA5RgBAg3edXVfS4qCgICCAA=
    """

/// A key on P-256, the password `x`.
private let elliptic = """
    MIID/AIBAzCCA7IGCSqGSIb3DQEHAaCCA6MEggOfMIIDmzCCAlIGCSqGSIb3DQEHBqCCAkMwggI/AgEAMIICOAYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBK\
    MCkGCSqGSIb3DQEFDDAcBAjg2ZmhxJg3PwICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAS8nBx/Au4S+e6odEujNZuAggHQ/cTUnqvkEgMLuyeM\
    1fOpx7i2cwyu9oYOKcGhCNNeg8MWFX8VIQ0LcTqsrt9xDwUVUVocXajQhxbC+ravVnhaoOl3YcFkSV6zfXhkyS8PKO+AfaefWzUWnPkfavZA6uXnoqKVm173\
    6dTw51eiIOXfnMztyFatZrFffPkbbCaN4cE2U9e5XDmVFcLOP+J1bNUnbQ9dT5oR5Hg9j8qNKjCqPBRvWFyo20k7eENbCnvvWh2JujBD5n5vTP+LDojAtzj1\
    Xfst/xQ7GPtlNMHQxATW2/OAwN1pcVJv/DLml2Ug+qWPK3+LLwzDOJ4P1aA6hYdcfdI0ahmC+yLQ9mrDtJkbGV/Qmqnia5eNpH9D5WaFkRVFVSYUIZWFhTT3\
    d0mPUNWybNEBmJQEL8j6hm4S/RlTGjX527FbOZiE3B80gu5gxhzF9J38dPx4LguLO3t+VYYRWeCI0e/iCTEGnrC8+JxEOXTZIl79iYEeD0bPx/jeAg5AU6G3\
    s9HIa4foZmrc9mke0Dkx0SARSXI+yr5WKMmxXbd9VmoFViqd18YtyqCRL0OZk6G2S6ypiGNnsc7nXANK59g7G2DTyJRaEEp0OD//o3MJ9SLF4/sIU6fjJ1ls\
    XCcwggFBBgkqhkiG9w0BBwGgggEyBIIBLjCCASowggEmBgsqhkiG9w0BDAoBAqCB7zCB7DBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIdMG2qZ1l\
    abgCAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBBbIdsLqZ+6Q6sQ4jTaBu5JBIGQa999ClNZwI86317VCxOe6mm3epOo9yRjMwm73OeK1g+3lkjG\
    uAutP/emBcCbyjovee0ax4r2sPASN+8iC7xONieSds5RuQcliVM+r31+zoZsdICpVkG97JAX9spG6W6gMNS4NtFXzMnac2yexq+N0f+uVkRxOYPhPumJGddN\
    prQMQQJExREWxCsBCMKCNya4MSUwIwYJKoZIhvcNAQkVMRYEFBjbn5OsxuVTtTw7Tettpb5r7F8OMEEwMTANBglghkgBZQMEAgEFAAQgYmof5t7B9kjCDbMF\
    k5S65/4+FPan5dejHnDrdgzNZAkECCfXD2AzoHeKAgIIAA==
    """

private let thumbprint = "cbe0843da90c660eff4e42bca6a889ae6c1995b1"

@Suite struct PersonalInformationExchangeTests {
    private func read(_ text: String, _ password: String) throws -> TokenSigningKey {
        try PersonalInformationExchange.read(
            SecretBytes(Base64.decode(text) ?? []), password: SecretBytes(Array(password.utf8)))
    }

    @Test("a key comes with its certificate, whichever cipher kept it", arguments: [(modern, "pä55"), (triple, "")])
    func reads(text: String, password: String) throws {
        let key = try read(text, password)
        #expect(Hexadecimal.encode(key.certificate.sha1Thumbprint) == thumbprint)
        let signature = try key.key.signRS256([1, 2, 3])
        #expect(key.certificate.rsaPublicKey?.verifyRS256(signature, over: [1, 2, 3]) == true)
    }

    @Test("a file by today's defaults is not one that Go's package reads")
    func digest() {
        #expect(throws: LegacyExchangeError.digest(oid: "2.16.840.1.101.3.4.2.1")) {
            try LegacyExchange.read(SecretBytes(Base64.decode(modern) ?? []), password: SecretBytes(Array("pä55".utf8)))
        }
    }

    @Test(
        "another password, other bytes, a cut file and a key that is not RSA are refused",
        arguments: [
            (modern, "pa55"), (modern, ""), (triple, "x"), ("", ""), ("AAAA", ""), (String(modern.prefix(400)), "pä55"), (elliptic, "x"),
        ])
    func refuses(text: String, password: String) {
        #expect(throws: CryptographyError.self) { try read(text, password) }
    }
}
