internal import CCurl

/// What libcurl answered when it did not answer CURLE_OK.
struct CurlFailure: Error {
    let code: CURLcode
    /// The error buffer's text, else libcurl's words for the code.
    let reason: String
}
