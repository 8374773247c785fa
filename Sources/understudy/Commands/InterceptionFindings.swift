import Diagnosis
import FoundationEssentials
import Interception

/// What `doctor` says about redirecting 169.254.169.254 on this host.
enum InterceptionFindings {
    /// - Parameter mayLook: whether the process may administer the network, without which the rules cannot be read.
    static func all(mayLook: Bool) async -> [Finding] {
        do {
            let interception = try NamespaceOptions.here()
            return [tools(interception), await state(interception, mayLook: mayLook)].compactMap(\.self)
        } catch {
            return [Finding(.interception, .problem, "whether interception is in place cannot be told: \(error)")]
        }
    }

    private static func tools(_ interception: Interception) -> Finding {
        let names = interception.backends.map(\.rawValue)
        guard !names.isEmpty else {
            return Finding(
                .interception, .note, "neither nft nor iptables is installed, so no interception of 169.254.169.254 here",
                fix: "apt-get install nftables")
        }
        return Finding(.interception, .good, "interception can use \(names.joined(separator: " or "))")
    }

    /// Nil where only the privileged can look.
    private static func state(_ interception: Interception, mayLook: Bool) async -> Finding? {
        guard mayLook, !interception.backends.isEmpty else { return nil }
        do {
            let status = try await interception.status()
            let text = status.lines.joined(separator: "; ")
            if status.isInPlace { return Finding(.interception, .good, "interception is in place: \(text)") }
            guard status.isNoted else {
                return Finding(
                    .interception, .note, "no interception is in place: 169.254.169.254 leads where it always did",
                    fix: "understudy serve --intercept, where callers cannot be pointed elsewhere")
            }
            return Finding(
                .interception, .problem, "interception is not as it was put in place: \(text)",
                fix: "understudy intercept remove, unless a server runs here, which puts it right within seconds")
        } catch {
            return Finding(.interception, .problem, "whether interception is in place cannot be told: \(error)")
        }
    }
}
