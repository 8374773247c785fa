/// What Go's server calls the body of a handler that does not say (`http.DetectContentType`, the signatures that a metadata service
/// could send).
public enum GoContentType {
    /// The first bytes decide; text that matches nothing is `text/plain`, anything else `application/octet-stream`.
    public static func sniffed(_ body: [UInt8]) -> String {
        let head = Array(body.prefix(512))
        let text = head.drop { blanks.contains($0) }
        for tag in htmlTags where isTag(tag, at: text) { return "text/html; charset=utf-8" }
        if text.starts(with: "<?xml".utf8) { return "text/xml; charset=utf-8" }
        for (signature, type) in signatures where head.starts(with: signature) { return type }
        return head.contains(where: isBinary) ? "application/octet-stream" : "text/plain; charset=utf-8"
    }

    private static let blanks: [UInt8] = [0x09, 0x0a, 0x0c, 0x0d, 0x20]
    private static let htmlTags = [
        "<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A", "<STYLE", "<TITLE", "<B", "<BODY",
        "<BR", "<P", "<!--",
    ]
    private static let signatures: [([UInt8], String)] = [
        (Array("%PDF-".utf8), "application/pdf"), (Array("%!PS-Adobe-".utf8), "application/postscript"),
        ([0xFE, 0xFF], "text/plain; charset=utf-16be"), ([0xFF, 0xFE], "text/plain; charset=utf-16le"),
        ([0xEF, 0xBB, 0xBF], "text/plain; charset=utf-8"), (Array("GIF87a".utf8), "image/gif"), (Array("GIF89a".utf8), "image/gif"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"), ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ([0x50, 0x4B, 0x03, 0x04], "application/zip"), ([0x1F, 0x8B, 0x08], "application/x-gzip"),
        ([0x00, 0x61, 0x73, 0x6D], "application/wasm"),
    ]

    /// A tag in any case, followed by a blank or `>`.
    private static func isTag(_ tag: String, at text: ArraySlice<UInt8>) -> Bool {
        guard text.count > tag.utf8.count, zip(text, tag.utf8).allSatisfy({ $0 & ($1 >= 0x41 && $1 <= 0x5a ? 0xDF : 0xFF) == $1 })
        else { return false }
        let next = text[text.startIndex + tag.utf8.count]
        return next == UInt8(ascii: " ") || next == UInt8(ascii: ">")
    }

    private static func isBinary(_ byte: UInt8) -> Bool {
        byte <= 0x08 || byte == 0x0b || (0x0e...0x1a).contains(byte) || (0x1c...0x1f).contains(byte)
    }
}
