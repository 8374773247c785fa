import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import WireFormats

/// The pages about the server as a whole.
struct ControlPages: Sendable {
    let parts: ControlService.Parts

    /// The process runs and answers; in the pod-identity plane with the words of NMI's own probe, to every method.
    func health(_ request: HTTPRequest) -> HTTPResponse {
        guard parts.store.current.plane != .podIdentity else { return ControlWire.probe(isActive: parts.facts() != nil) }
        guard request.methodIs("GET") else {
            return ControlWire.problem(.methodNotAllowed, "/healthz takes GET, not \(request.method).", allowing: ["GET"])
        }
        return ControlWire.document(["status": "ok"])
    }

    /// Whether every listener accepts, which state is served, and whether the latest reload was refused (the last good state serves on).
    var readiness: HTTPResponse {
        let ready = parts.facts() != nil
        let status = parts.store.status
        var members = [
            JSONMember("ready", .bool(ready)), JSONMember("generation", .integer(parts.store.current.generation)),
            JSONMember("warnings", .integer(status.warnings.count)),
        ]
        if let refusal = status.refusal {
            members.append(
                JSONMember("reload", ["refused": true, "problems": .strings(refusal.problems.map(\.description))]))
        }
        return ControlWire.document(.object(members), status: ready ? .ok : .serviceUnavailable)
    }

    /// Where it listens, which node and tenants it plays, and what it holds.
    var status: HTTPResponse {
        let snapshot = parts.store.current
        let node = snapshot.node
        let facts = parts.facts()
        var members = facts?.announcement.objectMembers ?? []
        if let directory = facts?.stateDirectory { members.append(JSONMember("stateDirectory", .string(directory))) }
        members += [
            JSONMember("generation", .integer(snapshot.generation)),
            JSONMember(
                "node",
                [
                    "name": .string(node.node.name), "plane": .string(snapshot.plane.rawValue),
                    "resourceID": .string(node.resourceID), "tenant": .string(node.tenant.name), "tenantID": .string(node.tenant.tenantID),
                    "systemAssigned": node.systemAssigned.map { .string($0.clientID) } ?? .null,
                    "userAssigned": .array(
                        snapshot.userAssigned(limit: 100).map { ["name": .string($0.name), "clientID": .string($0.clientID)] }),
                ]),
            JSONMember(
                "tenants",
                .array(
                    snapshot.tenants.map {
                        ["name": .string($0.name), "tenantID": .string($0.tenantID), "domains": .strings($0.domains)]
                    })),
            JSONMember(
                "objects",
                .object(
                    snapshot.counts.filter { $0.value > 0 }.sorted { $0.key.rawValue < $1.key.rawValue }
                        .map { JSONMember($0.key.rawValue, .integer($0.value)) })),
            JSONMember(
                "ignored",
                .object(parts.store.status.ignored.sorted { $0.key < $1.key }.map { JSONMember($0.key, .integer($0.value)) })),
            JSONMember("warnings", .strings(parts.store.status.warnings.prefix(100).map(\.description))),
        ]
        return ControlWire.document(.object(members))
    }

    /// Prometheus' text format.
    var metrics: HTTPResponse {
        let snapshot = parts.store.current
        let status = parts.store.status
        let decisions = parts.journal.counters.sorted {
            ($0.key.face.rawValue, $0.key.outcome.rawValue, $0.key.status) < ($1.key.face.rawValue, $1.key.outcome.rawValue, $1.key.status)
        }
        let families =
            [
                Metric(
                    "decisions_total", .counter, help: "Answers given to workloads, by what answered, how it ended and the status sent.",
                    decisions.map {
                        Metric.Sample(
                            $0.value,
                            labels: [
                                ("face", $0.key.face.rawValue), ("outcome", $0.key.outcome.rawValue), ("status", String($0.key.status)),
                            ])
                    }),
                Metric(
                    "snapshot_generation", .gauge, help: "Number of the state that is served.", [Metric.Sample(snapshot.generation)]),
                Metric(
                    "objects", .gauge, help: "Objects held, by kind.",
                    snapshot.counts.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                        Metric.Sample($0.value, labels: [("kind", $0.key.rawValue)])
                    }),
                Metric(
                    "reloads_refused_total", .counter, help: "Changes of manifest files that were refused whole.",
                    [Metric.Sample(status.refusedReloads)]),
                Metric(
                    "reload_refused", .gauge, help: "1 while the latest change of manifest files stands refused.",
                    [Metric.Sample(status.refusal == nil ? 0 : 1)]),
            ] + parts.metrics()
        return ControlWire.text(families.map(\.text).joined() + parts.exposition(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    /// The certificate of the CA that signed the authority's leaf.
    var certificate: HTTPResponse { ControlWire.text(parts.caCertificatePEM, type: "application/x-x509-ca-cert") }

    /// What happened: `GET /decisions?pod=&outcome=&since=&limit=`.
    func decisions(_ request: HTTPRequest) -> HTTPResponse {
        do throws(DecisionQuery.Refusal) {
            let query = try DecisionQuery(query: request.rawQuery ?? "")
            return ControlWire.document(["decisions": .array(parts.journal.decisions(query).map(\.document))])
        } catch {
            return ControlWire.problem(.badRequest, error.description)
        }
    }

    /// Why a caller gets, or does not get, an identity: `GET /explain?address=|pod=&resource=&client_id=&…`.
    func explanation(_ request: HTTPRequest) -> HTTPResponse {
        do throws(ExplainQuery.Refusal) {
            let query = try ExplainQuery(query: request.rawQuery ?? "")
            return ControlWire.document(parts.explain(query, parts.store.current))
        } catch {
            return ControlWire.problem(.badRequest, error.description)
        }
    }
}

extension JSONValue {
    fileprivate var objectMembers: [JSONMember] {
        guard case .object(let members) = self else { return [] }
        return members
    }
}
