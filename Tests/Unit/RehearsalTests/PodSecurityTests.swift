import Testing
import WireFormats

@testable import Rehearsal

@Suite("Pod security levels")
struct PodSecurityTests {
    /// A pod as the level restricted wants it.
    private static let careful: JSONValue = [
        "spec": [
            "securityContext": ["runAsNonRoot": true, "seccompProfile": ["type": "RuntimeDefault"]],
            "containers": [
                ["name": "main", "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]]]
            ],
            "volumes": [["name": "token", "projected": [:]]],
        ]
    ]

    private static let plain: JSONValue = ["spec": ["containers": [["name": "main"]]]]

    private static func with(_ path: [String], _ value: JSONValue, in pod: JSONValue = careful) -> JSONValue {
        pod.setting(path: path, value)
    }

    private static func container(_ context: JSONValue) -> JSONValue {
        plain.setting(path: ["spec", "containers"], [["name": "main", "securityContext": context]])
    }

    @Test(
        "admit and reject pods as the standards say",
        arguments: [
            ("a careful pod", careful, PodSecurity.Level.restricted, [String]()),
            ("any pod", container(["privileged": true]), .privileged, []),
            ("a plain pod", plain, .baseline, []),
            (
                "a plain pod", plain, .restricted,
                [
                    "main: allowPrivilegeEscalation", "main: runAsNonRoot is not true", "main: no seccompProfile",
                    "main: capabilities beyond NET_BIND_SERVICE",
                ]
            ),
            ("a privileged container", container(["privileged": true]), .baseline, ["main: privileged"]),
            ("NET_ADMIN", container(["capabilities": ["add": ["NET_ADMIN"]]]), .baseline, ["main: capabilities NET_ADMIN"]),
            ("a harmless capability", container(["capabilities": ["add": ["CHOWN"]]]), .baseline, []),
            ("the host's network", with(["spec", "hostNetwork"], true), .baseline, ["hostNetwork"]),
            (
                "a host's path", with(["spec", "volumes"], [["name": "logs", "hostPath": ["path": "/var/log"]]]), .baseline,
                ["hostPath volumes"]
            ),
            ("root", with(["spec", "securityContext", "runAsUser"], .number("0")), .restricted, ["main: runAsUser 0"]),
        ])
    func levels(name: String, pod: JSONValue, level: PodSecurity.Level, expected: [String]) {
        #expect(PodSecurity.violations(of: pod, at: level) == expected, "\(name)")
    }
}
