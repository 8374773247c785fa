import Cryptography
import HTTPServing

/// Where the authority listener is, as tokens name it and as processes that share a state directory tell one another.
enum AuthorityAddress {
    /// Where it is unless somebody says otherwise.
    static let usual = ListenAddress(host: "127.0.0.1", port: 8443)

    private static let fileName = "authority-url"

    /// The URL of an address; one on every address is told as loopback, which a client on this host can use.
    static func url(_ address: ListenAddress) -> String { "https://\(reachable(address).text)" }

    /// An address a client on this host can use.
    static func reachable(_ address: ListenAddress) -> ListenAddress {
        let everywhere = ["0.0.0.0": "127.0.0.1", "::": "::1"]
        return ListenAddress(host: everywhere[address.host] ?? address.host, port: address.port)
    }

    /// Notes the URL for those who share the directory.
    static func keep(_ url: String, in directory: KeyDirectory) throws { try directory.write(fileName, Array(url.utf8)) }

    /// The URL of the server that last had the directory; nil when none had.
    static func kept(in directory: KeyDirectory) throws -> String? {
        try directory.read(fileName).map { String(decoding: $0, as: UTF8.self) }
    }
}
