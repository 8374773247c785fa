internal import CCurl

/// What libcurl answered when it did not answer CURLE_OK.
struct CurlFailure: Error {
    let code: CURLcode
    /// The error buffer's text, else libcurl's words for the code.
    let reason: String
    /// The system's number for why a connection failed; 0 when there is none.
    var systemError = 0
    /// OpenSSL's number for what is wrong with the peer's certificate; 0 when nothing is known to be.
    var verification = 0
}
