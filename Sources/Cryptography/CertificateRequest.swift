internal import COpenSSL
internal import Surroundings

/// What a certificate of ours shall say; `signed` makes it.
struct CertificateRequest {
    /// One X.509v3 extension, by libcrypto's number and configuration text.
    ///
    /// The text is ours, never a caller's, except where a validated `ServerName` rendered it.
    struct Extension {
        let nid: Int32
        let value: String
    }

    let subject: DistinguishedName
    let notBefore: UnixSeconds
    let notAfter: UnixSeconds
    /// In order.
    ///
    /// The key identifiers come first, since others may refer to them.
    let extensions: [Extension]

    /// Signs a certificate for `subject` with `issuer`'s name and key, or with its own when `issuer` is nil.
    ///
    /// The serial number is 16 bytes of `entropy`, made positive and of full length.
    func signed(
        subject: PrivateKey, issuer: (key: PrivateKey, certificate: Certificate)?, entropy: Entropy
    ) throws(CryptographyError) -> Certificate {
        try unsafe signed(publicKey: subject.raw, by: issuer?.key ?? subject, issuer: issuer?.certificate, entropy: entropy)
    }

    /// Signs a certificate for a key of which only the public half is known.
    func signed(
        subject: RSAPublicKey, issuer: (key: PrivateKey, certificate: Certificate), entropy: Entropy
    ) throws(CryptographyError) -> Certificate {
        try unsafe signed(publicKey: subject.raw, by: issuer.key, issuer: issuer.certificate, entropy: entropy)
    }

    private func signed(
        publicKey: OpaquePointer, by key: PrivateKey, issuer: Certificate?, entropy: Entropy
    ) throws(CryptographyError) -> Certificate {
        let operation = "making a certificate"
        let handle = try X509Handle()
        let check = CryptographyError.check
        // X509_VERSION_3 is 2 on the wire.
        try check(unsafe X509_set_version(handle.raw, 2), operation)
        try setSerial(of: handle, entropy: entropy)
        try unsafe subject.write(to: X509_get_subject_name(handle.raw))
        let issuerName = unsafe X509_get_subject_name(issuer?.handle.raw ?? handle.raw)
        try check(unsafe X509_set_issuer_name(handle.raw, issuerName), operation)
        try unsafe setTime(X509_getm_notBefore(handle.raw), to: notBefore)
        try unsafe setTime(X509_getm_notAfter(handle.raw), to: notAfter)
        try check(unsafe X509_set_pubkey(handle.raw, publicKey), operation)
        for item in extensions {
            let issuerHandle = unsafe issuer?.handle.raw ?? handle.raw
            try check(
                unsafe understudy_x509_add_extension(handle.raw, issuerHandle, item.nid, item.value),
                "adding extension \(item.nid) to a certificate")
        }
        guard unsafe X509_sign(handle.raw, key.raw, EVP_sha256()) > 0 else {
            throw CryptographyError(drainingQueueAfter: "signing a certificate")
        }
        return try Certificate(handle)
    }

    private func setSerial(of handle: X509Handle, entropy: Entropy) throws(CryptographyError) {
        var bytes = entropy.bytes(16)
        bytes[0] = bytes[0] & 0x7F | 0x40
        guard let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil) else {
            throw CryptographyError(drainingQueueAfter: "making a serial number")
        }
        defer { unsafe BN_free(number) }
        // SAFETY: the certificate owns the integer it lends out; the number is copied into it.
        guard unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(handle.raw)) != nil else {
            throw CryptographyError(drainingQueueAfter: "making a serial number")
        }
    }

    private func setTime(_ time: UnsafeMutablePointer<ASN1_TIME>?, to instant: UnixSeconds) throws(CryptographyError) {
        guard let seconds = time_t(exactly: instant.rawValue), unsafe ASN1_TIME_set(time, seconds) != nil else {
            throw CryptographyError(drainingQueueAfter: "dating a certificate")
        }
    }
}
