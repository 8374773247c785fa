import Control
import HTTPServing
import WireFormats
import WorkloadIdentity

/// The cluster issuer as operations of the control listener.
enum ClusterOperations {
    static func all(_ issuers: ClusterIssuers) -> [ControlOperation] {
        [
            ControlOperation(
                "GET", "/cluster-issuers", "Lists the issuers that service-account tokens carry.", changes: false,
                answers: [.document(.object([.required("issuers", .array(of: .map(of: .text)))]), "The issuers.")]
            ) { _, _ in
                ControlWire.document([
                    "issuers": .array(
                        issuers.all.map {
                            ["cluster": .string($0.cluster), "issuer": .string($0.url), "jwksURI": .string($0.keySetURL)]
                        })
                ])
            },
            ControlOperation(
                "POST", "/cluster-issuers/rotate-keys", "Lets the cluster's next key sign; the old one is published for a day more.",
                changes: true,
                answers: [
                    .document(.object([.required("published", .array(of: .text))]), "The ids of the keys, the signing one first."),
                    .problem(.internalServerError, "The keys could not be kept."),
                ]
            ) { _, _ in
                do {
                    return ControlWire.document(["published": .strings(try issuers.keys.rotate().map(\.keyID))])
                } catch {
                    return ControlWire.problem(.internalServerError, "The cluster's keys cannot be rotated: \(error)")
                }
            },
        ]
    }
}
