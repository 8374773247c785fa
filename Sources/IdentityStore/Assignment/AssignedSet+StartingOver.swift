import HashTreeCollections
import IdentityModel
import Surroundings

// What happens when the nodes' manifests change what MIC does, and what stands while it does nothing.

extension AssignedSet {
    /// Begins anew under other rules, with what is assigned at the moment, or what the manifests say is.
    ///
    /// What Azure has been asked for goes on, as it would while MIC is started again with other settings.
    mutating func startOver(_ rules: AssignmentRules, _ new: ObjectIndexes, at now: UnixSeconds) -> [AssignmentChange] {
        let before = self
        let kept = before.rules.conduct == .absent ? Array(new.assignedIdentities.values.joined()) : Array(before.byPod.values.joined())
        self = AssignedSet(rules: rules)
        starts = before.starts
        switch rules.conduct {
        case .absent: return before.endDepartures(at: now)
        case .frozen:
            for assigned in kept { hold(assigned) }
            goOn(with: before)
            return before.endDepartures(at: now)
        case .active:
            starts += 1
            for binding in new.bindings.values.joined() { add(binding) }
            for assigned in kept { adopt(assigned) }
            goOn(with: before)
            departures = before.departures
            var concerned = Set(byPod.keys)
            for pod in new.pods.values {
                guard let label = pod.bindingLabel, !label.isEmpty else { continue }
                podsByLabel[label, default: []].insert(pod.id)
                concerned.insert(pod.id)
            }
            return reconcile(concerned, new, at: now)
        }
    }

    /// What is on its way to a host or off it stays so, and what nobody needs and is there is left there.
    private mutating func goOn(with before: AssignedSet) {
        for (host, identities) in before.hosts {
            for (resourceID, old) in identities.identities {
                var hosted = hosts[host, default: IdentityHost()][resourceID]
                switch old.step {
                case .present where old.users == 0: hosted.step = .present
                // Without a MIC nobody hears of the end; what was asked for counts as done.
                case .adding where hosted.users > 0 && rules.conduct == .active, .pulled where hosted.users > 0 && rules.conduct == .active,
                    .removing where rules.conduct == .active:
                    hosted.step = old.step
                    underway.insert(HostedIdentity(host: host, resourceID: resourceID))
                default: continue
                }
                hosts[host, default: IdentityHost()][resourceID] = hosted
            }
        }
    }

    /// What was on its way out is gone, with nobody left to see it off later.
    private func endDepartures(at now: UnixSeconds) -> [AssignmentChange] {
        departures.values.joined().map { change(.removed(freesHost: true), $0.assigned, at: now) }
            .sorted { $0.assigned.id < $1.assigned.id }
    }

    // MARK: Frozen

    /// Takes over what the manifests say of objects while MIC is off.
    mutating func followManifests(_ keys: [ObjectKey], _ new: ObjectIndexes) {
        for key in keys where key.kind == .azureAssignedIdentity {
            if let known = object(NamespacedName(namespace: key.namespace, name: key.name)) {
                count(known, by: -1)
                names.giveUp(known.id.name, by: known.pod)
                set((byPod[known.pod] ?? []).filter { $0.id != known.id }, of: known.pod)
            }
            if case .azureAssignedIdentity(let assigned)? = new.objects[key]?.object { hold(assigned) }
        }
    }

    private mutating func hold(_ assigned: AzureAssignedIdentity) {
        set((byPod[assigned.pod] ?? []) + [assigned], of: assigned.pod)
        names.take(assigned.id.name, for: assigned.pod)
        count(assigned, by: 1)
    }

    /// An identity is on its host while a frozen object says it is assigned.
    private mutating func count(_ assigned: AzureAssignedIdentity, by difference: Int) {
        guard let identity = assigned.identity, identity.category == .managedIdentity, assigned.isOnHost else { return }
        let host = rules.host(ofNode: assigned.nodeName.isEmpty ? rules.servedNode : assigned.nodeName)
        let resourceID = identity.resourceID.lowercased()
        var hosted = hosts[host, default: IdentityHost()][resourceID]
        hosted.users += difference
        hosted.step = hosted.users > 0 ? .present : .absent(nil)
        hosts[host, default: IdentityHost()][resourceID] = hosted
    }
}
