public import Surroundings
import WireFormats

/// Whether the projected token that `AZURE_FEDERATED_TOKEN_FILE` names is there, and of this time.
public enum TokenFileCheck {
    /// Judges the file; nil when no variable names one.
    ///
    /// - Parameters:
    ///   - path: the variable's value.
    ///   - contents: the file's text; nil when it cannot be read.
    ///   - now: the time by which the authority will judge it.
    public static func finding(path: String?, contents: String?, now: UnixSeconds) -> Finding? {
        guard let path, !path.isEmpty else { return nil }
        func problem(_ text: String, _ fix: String) -> Finding {
            Finding(.tokenFile, .problem, "AZURE_FEDERATED_TOKEN_FILE: \(text)", fix: fix)
        }
        guard let contents else {
            return problem(
                "\(path) cannot be read", "`serve` writes it for a pod with understudy.internal/token-directory; or project-token")
        }
        guard let claims = claims(of: contents), let expires = claims["exp"]?.wholeNumber else {
            return problem("\(path) holds no token with a time of expiry", "let `serve` or `project-token` write it")
        }
        let left = UnixSeconds(Int64(expires)) - now
        if left <= 0 {
            return problem(
                "the token in \(path) expired \(-left) s ago (AADSTS700024)", "keep `serve` or `project-token` running, which renew it")
        }
        if let from = claims["nbf"]?.wholeNumber, UnixSeconds(Int64(from)) - now > ClockCheck.forgivenSeconds {
            return problem(
                "the token in \(path) is valid only in \(UnixSeconds(Int64(from)) - now) s (AADSTS700024)",
                "the clock went back since it was written: `understudy clock`")
        }
        return Finding(.tokenFile, .good, "the token in \(path) is valid for \(left) s")
    }

    /// The payload, unverified.
    private static func claims(of text: String) -> JSONValue? {
        let token = text.filter { !$0.isWhitespace }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[1]) else { return nil }
        return try? JSONValue(parsing: bytes)
    }
}
