import FoundationEssentials
import Interception

/// What `doctor` says about redirecting 169.254.169.254 on this host.
enum InterceptionFindings {
    typealias Finding = DoctorCommand.Finding

    static func all() async throws -> [Finding] {
        let interception = try NamespaceOptions.here()
        return [tools(interception), privilege(), try await state(interception)].compactMap { $0 }
    }

    private static func tools(_ interception: Interception) -> Finding {
        let names = interception.backends.map(\.rawValue)
        guard !names.isEmpty else {
            return Finding(
                verdict: .note, text: "neither nft nor iptables is installed, so no interception of 169.254.169.254 here",
                fix: "apt-get install nftables")
        }
        return Finding(verdict: .good, text: "interception can use \(names.joined(separator: " or "))")
    }

    private static func privilege() -> Finding {
        mayAdministerNetwork
            ? Finding(verdict: .good, text: "allowed to change rules: `serve --intercept` and `serve --address` can work here")
            : Finding(
                verdict: .note,
                text: "not allowed to change rules (no capability NET_ADMIN), so no interception of 169.254.169.254 from here",
                fix: "run as root, in a container with --cap-add NET_ADMIN, or under `unshare -Urn`")
    }

    /// Nil where only the privileged can look.
    private static func state(_ interception: Interception) async throws -> Finding? {
        guard mayAdministerNetwork, !interception.backends.isEmpty else { return nil }
        do {
            let status = try await interception.status()
            let text = status.lines.joined(separator: "; ")
            if status.isInPlace { return Finding(verdict: .good, text: "interception is in place: \(text)") }
            guard status.isNoted else {
                return Finding(
                    verdict: .note, text: "no interception is in place: 169.254.169.254 leads where it always did",
                    fix: "understudy serve --intercept, where callers cannot be pointed elsewhere")
            }
            return Finding(
                verdict: .problem, text: "interception is not as it was put in place: \(text)",
                fix: "understudy intercept remove, unless a server runs here, which puts it right within seconds")
        } catch {
            return Finding(verdict: .problem, text: "whether interception is in place cannot be told: \(error)")
        }
    }

    /// Whether the process has CAP_NET_ADMIN, bit 12 of its effective capabilities (capabilities(7)).
    private static var mayAdministerNetwork: Bool {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let mask = UInt64(line.dropFirst("CapEff:".count).filter { $0 != "\t" && $0 != " " }, radix: 16)
        else { return false }
        return mask >> 12 & 1 == 1
    }
}
