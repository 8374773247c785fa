internal import CCurl

/// One exchange from request to result, on the calling thread.
enum Transfer {
    /// Runs `request` to its end, blocking.
    static func perform(_ request: FetchRequest, _ cancellation: Cancellation) throws(FetchError) -> FetchResponse {
        let shown = FetchError.shown(request.url)
        guard isAbsoluteWebURL(request.url) else { throw .invalidURL(shown) }
        guard isToken(request.method), request.headers.allSatisfy({ isToken($0.0) && isFieldValue($0.1) }) else {
            throw .other(url: shown, reason: "the method or a header field holds characters HTTP does not allow")
        }
        guard request.timeoutSeconds > 0, request.maximumBytes >= 0, request.maximumRedirects >= 0 else {
            throw .other(url: shown, reason: "a bound is out of range")
        }
        guard !cancellation.isCancelled else { throw .cancelled(url: shown) }
        let received = ReceivedResponse(maximumBytes: request.maximumBytes, cancellation: cancellation)
        do throws(CurlFailure) {
            var handle = try EasyHandle()
            try handle.configure(for: request)
            let status = try handle.perform(into: received)
            return FetchResponse(status: status, reason: received.reason, headers: received.headers, body: received.body)
        } catch {
            throw fetchError(error, request: request, shown: shown, received: received)
        }
    }

    private static func fetchError(
        _ failure: CurlFailure, request: FetchRequest, shown: String, received: ReceivedResponse
    ) -> FetchError {
        if received.cancellation.isCancelled { return .cancelled(url: shown) }
        if received.headersTooLarge { return .tooLarge(url: shown, limit: ReceivedResponse.maximumHeaderBytes) }
        if received.bodyTooLarge { return .tooLarge(url: shown, limit: request.maximumBytes) }
        switch failure.code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .invalidURL(shown)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return .couldNotConnect(url: shown, reason: failure.reason, cause: .unknownName)
        case CURLE_COULDNT_CONNECT:
            let cause: ConnectFailure =
                failure.systemError == 0
                ? .other
                : .refused(
                    errno: Int32(truncatingIfNeeded: failure.systemError),
                    address: request.unixSocket == nil ? NameResolution.firstAddress(of: NameResolution.host(of: request.url)) : nil)
            return .couldNotConnect(url: shown, reason: failure.reason, cause: cause)
        case CURLE_GOT_NOTHING: return .noAnswer(url: shown)
        case CURLE_PARTIAL_FILE: return .truncated(url: shown, received: received.body)
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(url: shown, seconds: request.timeoutSeconds)
        case CURLE_FILESIZE_EXCEEDED: return .tooLarge(url: shown, limit: request.maximumBytes)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return .tls(url: shown, reason: failure.reason, cause: tlsFailure(failure))
        default: return .other(url: shown, reason: failure.reason)
        }
    }

    /// OpenSSL's numbers for certificates (`X509_V_ERR_…`): libcurl hands them on as they are.
    private static func tlsFailure(_ failure: CurlFailure) -> TLSFailure {
        switch failure.verification {
        case 2, 18, 19, 20, 21: .unknownAuthority
        case 9, 10: .outOfTime
        // libcurl compares the names itself, once the chain is found to be good.
        case 0 where failure.code == CURLE_PEER_FAILED_VERIFICATION: .wrongName
        default: .other
        }
    }

    /// libcurl would guess a scheme and accept blanks; we take neither.
    private static func isAbsoluteWebURL(_ url: String) -> Bool {
        let lowered = url.lowercased()
        return (lowered.hasPrefix("http://") || lowered.hasPrefix("https://")) && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// RFC 9110 §5.6.2: a token.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// RFC 9110 §5.5, control characters left out: a line break would begin another field.
    private static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
