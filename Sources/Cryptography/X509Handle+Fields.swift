internal import COpenSSL
internal import Surroundings
internal import WireFormats

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension X509Handle {
    /// The bounds of validity.
    func validity() throws(CryptographyError) -> (notBefore: UnixSeconds, notAfter: UnixSeconds) {
        (try unsafe Self.instant(X509_get0_notBefore(raw)), try unsafe Self.instant(X509_get0_notAfter(raw)))
    }

    /// The first common name of the subject.
    var subjectCommonName: String? {
        let name = unsafe X509_get_subject_name(raw)
        let index = unsafe X509_NAME_get_index_by_NID(name, NID_commonName, -1)
        guard index >= 0 else { return nil }
        let text = unsafe X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index))
        var utf8: UnsafeMutablePointer<UInt8>?
        // SAFETY: libcrypto allocates `utf8`, which is copied and freed here; on failure it allocates nothing.
        let count = unsafe ASN1_STRING_to_UTF8(&utf8, text)
        guard count >= 0 else {
            CryptographyError.drainQueue()
            return nil
        }
        defer { unsafe CRYPTO_free(utf8, nil, 0) }
        return unsafe String(decoding: UnsafeBufferPointer(start: utf8, count: Int(count)), as: UTF8.self)
    }

    /// The DNS names and the addresses, as text, of the subject alternative name; names of other kinds are left out.
    var alternativeNames: (dns: [String], addresses: [String]) {
        var found: (dns: [String], addresses: [String]) = ([], [])
        guard let names = unsafe understudy_x509_alternative_names(raw) else {
            CryptographyError.drainQueue()
            return found
        }
        defer { unsafe GENERAL_NAMES_free(names) }
        for index in 0..<(unsafe understudy_general_names_count(names)) {
            var type: Int32 = 0
            guard let value = unsafe understudy_general_name_string(names, index, &type) else { continue }
            // SAFETY: the string belongs to `names` and is copied before that is freed.
            let bytes = unsafe UnsafeBufferPointer(start: ASN1_STRING_get0_data(value), count: Int(ASN1_STRING_length(value)))
            if type == GEN_DNS {
                found.dns.append(unsafe String(decoding: bytes, as: UTF8.self))
            } else if let text = unsafe NetworkAddress.text(Array(bytes)) {
                found.addresses.append(text)
            }
        }
        return found
    }

    /// The certificate's key when it is RSA of a size we take; nil otherwise.
    var rsaPublicKey: RSAPublicKey? {
        guard let key = unsafe X509_get0_pubkey(raw), unsafe EVP_PKEY_is_a(key, "RSA") == 1 else {
            CryptographyError.drainQueue()
            return nil
        }
        return try? unsafe RSAPublicKey(numbersOf: key)
    }

    private static func instant(_ time: UnsafePointer<ASN1_TIME>?) throws(CryptographyError) -> UnixSeconds {
        var civil = unsafe tm()
        try CryptographyError.check(unsafe ASN1_TIME_to_tm(time, &civil), "reading a certificate's validity")
        let instant = unsafe UnixSeconds(
            year: Int(civil.tm_year) + 1900, month: Int(civil.tm_mon) + 1, day: Int(civil.tm_mday), hour: Int(civil.tm_hour),
            minute: Int(civil.tm_min), second: Int(civil.tm_sec))
        guard let instant else { throw CryptographyError("reading a certificate's validity", "the date is out of range") }
        return instant
    }
}
