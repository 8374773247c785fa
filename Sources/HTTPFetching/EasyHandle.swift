internal import CCurl

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Owns one libcurl easy handle, the header list it refers to and the buffer it writes error texts into.
@safe
struct EasyHandle: ~Copyable {
    private let raw: UnsafeMutableRawPointer
    /// CURL_ERROR_SIZE bytes at one address for as long as the handle lives: libcurl keeps the pointer.
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?

    /// Once a process, before the first handle; libcurl builds with thread-safe initialisation do not mind others doing it too.
    private static let globalInitialisation: CURLcode = understudy_curl_global_init()

    init() throws(CurlFailure) {
        guard Self.globalInitialisation == CURLE_OK, let raw = unsafe curl_easy_init() else {
            throw CurlFailure(code: CURLE_FAILED_INIT, reason: "libcurl cannot be initialised")
        }
        unsafe self.raw = raw
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe headerList = nil
    }

    deinit {
        // The handle first: until then it may use the other two.
        unsafe curl_easy_cleanup(raw)
        unsafe curl_slist_free_all(headerList)
        unsafe errorBuffer.deallocate()
    }

    /// Sets every option `request` asks for.
    mutating func configure(for request: FetchRequest) throws(CurlFailure) {
        try check(unsafe understudy_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorBuffer))
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        // Signals are for the process; the thread of the transfer has SIGPIPE blocked.
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_TIMEOUT, request.timeoutSeconds)
        try set(CURLOPT_FOLLOWLOCATION, request.maximumRedirects > 0 ? 1 : 0)
        try set(CURLOPT_MAXREDIRS, request.maximumRedirects)
        // The path is the caller's to choose, dots included.
        try set(CURLOPT_PATH_AS_IS, 1)
        try check(unsafe understudy_curl_set_offset(raw, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.maximumBytes)))
        try setMethod(request)
        try setHeaders(request)
        // It also makes libcurl ask for gzip, unless the caller's own field does.
        if request.unpacksGzip { try set(CURLOPT_ACCEPT_ENCODING, "gzip") }
        if let file = request.trustedCAFile {
            try set(CURLOPT_CAINFO, file)
            // The system's directory of authorities would be trusted besides.
            try check(unsafe understudy_curl_set_string(raw, CURLOPT_CAPATH, nil))
        }
        if let socket = request.unixSocket { try set(CURLOPT_UNIX_SOCKET_PATH, socket) }
        if !request.followProxyEnvironment {
            try set(CURLOPT_PROXY, "")
            try set(CURLOPT_NOPROXY, "*")
        }
    }

    /// Runs the exchange, feeding `received`; answers with the status.
    func perform(into received: ReceivedResponse) throws(CurlFailure) -> Int {
        // SAFETY: `received` outlives the transfer, the only time the callbacks are called.
        let context = unsafe Unmanaged.passUnretained(received).toOpaque()
        try check(unsafe understudy_curl_set_data_callback(raw, CURLOPT_WRITEFUNCTION, takeBody))
        try check(unsafe understudy_curl_set_pointer(raw, CURLOPT_WRITEDATA, context))
        try check(unsafe understudy_curl_set_data_callback(raw, CURLOPT_HEADERFUNCTION, takeHeaderLine))
        try check(unsafe understudy_curl_set_pointer(raw, CURLOPT_HEADERDATA, context))
        try check(unsafe understudy_curl_set_progress_callback(raw, reportProgress))
        try check(unsafe understudy_curl_set_pointer(raw, CURLOPT_XFERINFODATA, context))
        try set(CURLOPT_NOPROGRESS, 0)
        let code = withExtendedLifetime(received) { unsafe curl_easy_perform(raw) }
        try check(code)
        var status = 0
        try check(unsafe understudy_curl_get_long(raw, CURLINFO_RESPONSE_CODE, &status))
        return status
    }

    private func setMethod(_ request: FetchRequest) throws(CurlFailure) {
        // libcurl's own GET, HEAD and POST know how a redirect changes the method; a custom word would be repeated as it is.
        let body = request.body ?? (request.method == "POST" ? [] : nil)
        if let body {
            // The size first, then the copy: that order lets the body hold NULs.
            try check(unsafe understudy_curl_set_offset(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            try check(unsafe understudy_curl_set_bytes(raw, CURLOPT_COPYPOSTFIELDS, body))
        }
        switch (request.method, body == nil) {
        case ("POST", _): try set(CURLOPT_POST, 1)
        case ("GET", true): try set(CURLOPT_HTTPGET, 1)
        case ("HEAD", true): try set(CURLOPT_NOBODY, 1)
        default: try set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    private mutating func setHeaders(_ request: FetchRequest) throws(CurlFailure) {
        // Without a value libcurl takes "Name:" as a field not to send; "Name;" sends it empty.
        var lines = request.headers.map { $0.1.isEmpty ? "\($0.0);" : "\($0.0): \($0.1)" }
        // What libcurl would add of its own accord: for a body a wait for 100 Continue, and a content type.
        for name in ["Expect", "Content-Type"] + (request.sendsAccept ? [] : ["Accept"])
        where !request.headers.contains(where: { $0.0.lowercased() == name.lowercased() }) {
            lines.append("\(name):")
        }
        for line in lines {
            guard let list = unsafe curl_slist_append(headerList, line) else {
                throw CurlFailure(code: CURLE_OUT_OF_MEMORY, reason: "out of memory")
            }
            unsafe headerList = list
        }
        try check(unsafe understudy_curl_set_list(raw, CURLOPT_HTTPHEADER, headerList))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try check(unsafe understudy_curl_set_long(raw, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
        try check(unsafe understudy_curl_set_string(raw, option, value))
    }

    /// Why the system refused the last connection, in its words: libcurl's own say only that it did.
    private var systemError: String? {
        let number = number(CURLINFO_OS_ERRNO)
        // SAFETY: the text is valid until this thread asks for another one, and is copied at once.
        return number == 0 ? nil : unsafe strerror(Int32(truncatingIfNeeded: number)).map { unsafe String(cString: $0) }
    }

    /// A number libcurl knows about the last transfer; 0 when it knows none.
    private func number(_ info: CURLINFO) -> Int {
        var number = 0
        return unsafe understudy_curl_get_long(raw, info, &number) == CURLE_OK ? number : 0
    }

    private func check(_ code: CURLcode) throws(CurlFailure) {
        guard code != CURLE_OK else { return }
        // SAFETY: libcurl ends the text with a NUL inside the buffer; its own table of words is static.
        let detail = unsafe String(cString: errorBuffer)
        var reason = detail.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : detail
        if code == CURLE_COULDNT_CONNECT, let cause = systemError { reason += " (\(cause))" }
        throw CurlFailure(
            code: code, reason: reason, systemError: number(CURLINFO_OS_ERRNO), verification: number(CURLINFO_SSL_VERIFYRESULT))
    }
}

// Callbacks. SAFETY for all: libcurl passes the context set in `perform`, alive until the transfer ends, and `size * count`
// readable bytes; answering with another count makes it stop.

private func takeBody(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    guard let context = unsafe context else { return 0 }
    let received = unsafe Unmanaged<ReceivedResponse>.fromOpaque(context).takeUnretainedValue()
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe received.takeBody(buffer) ? size * count : refused(size * count)
}

private func takeHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let received = unsafe Unmanaged<ReceivedResponse>.fromOpaque(context).takeUnretainedValue()
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe received.takeHeaderLine(buffer) ? size * count : refused(size * count)
}

/// A count that is not `count`.
private func refused(_ count: Int) -> Int { count == 0 ? 1 : 0 }

private func reportProgress(
    _ context: UnsafeMutableRawPointer?, _ downloadTotal: curl_off_t, _ downloaded: curl_off_t, _ uploadTotal: curl_off_t,
    _ uploaded: curl_off_t
) -> Int32 {
    guard let context = unsafe context else { return 1 }
    return unsafe Unmanaged<ReceivedResponse>.fromOpaque(context).takeUnretainedValue().cancellation.isCancelled ? 1 : 0
}
