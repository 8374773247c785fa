import Diagnosis
import FoundationEssentials
import HTTPServing
import WireFormats

/// What `doctor` reads off this host; the judging is elsewhere.
enum HostObservations {
    /// A file's text; nil when it cannot be read, or is larger than any bundle of certificates.
    static func text(_ path: String) -> String? {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory,
            let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 ?? 0, size < 16 << 20
        else { return nil }
        return try? String(contentsOfFile: path, encoding: .utf8)
    }

    static var privileges: Privileges {
        Privileges(status: text("/proc/self/status"), unprivilegedPortStart: text("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
    }

    static var routeLocalnet: ObservedSetting {
        let path = "/proc/sys/net/ipv4/conf/all/route_localnet"
        return ObservedSetting(value: text(path), isWritable: FileManager.default.isWritableFile(atPath: path))
    }

    static var listeningSockets: [ListeningSocket] {
        ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { ListeningSocket.listening(in: text($0) ?? "") }
    }

    /// The process that has a socket among its descriptors; nil when none that may be looked at has.
    static func holder(ofSocket inode: UInt64) -> SocketHolder? {
        let files = FileManager.default
        let processes = ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap(Int.init).sorted()
        for process in processes {
            let folder = "/proc/\(process)/fd"
            let descriptors = (try? files.contentsOfDirectory(atPath: folder)) ?? []
            if descriptors.contains(where: { (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == "socket:[\(inode)]" }) {
                let command = text("/proc/\(process)/comm")?.filter { !$0.isNewline }
                return SocketHolder(processID: process, command: command ?? "a process")
            }
        }
        return nil
    }

    /// Whether a server at that address would be on this host: loopback, or every address of it.
    static func isLocal(_ address: ListenAddress) -> Bool { address.isLoopback || ["0.0.0.0", "::"].contains(address.host) }
}
