import HashTreeCollections
import IdentityModel
import Surroundings

extension AssignedSet {
    /// One cycle for the pods concerned: what is new is made, then what is not wanted goes, then each host is asked once.
    ///
    /// In this order an identity that one pod gives up and another takes stays where it is, as when both are in one PATCH.
    mutating func reconcile(_ concerned: Set<NamespacedName>, _ objects: ObjectIndexes, at now: UnixSeconds) -> [AssignmentChange] {
        var changes: [AssignmentChange] = []
        var gone: [Leaving] = []
        var touched: Set<AssignmentHost> = []
        let wantedByPod = wanted(by: concerned, in: objects)
        for (id, all) in wantedByPod.sorted(by: { $0.key < $1.key }) {
            for name in names.namesLost(by: id) where !all.contains(where: { $0.id.name == name }) { names.giveUp(name, by: id) }
            var replacing: Set<String> = []
            let wanted = all.filter { claim($0, &gone, &replacing, &changes, at: now) }
            let current = byPod[id] ?? []
            guard !wanted.isEmpty || !current.isEmpty else { continue }
            var kept: [AzureAssignedIdentity] = []
            for new in wanted {
                // By name alone: MIC compares across namespaces.
                let known = current.first { $0.id.name == new.id.name }
                if let known, isUnchanged(known, new) {
                    let current = adopted.contains(known.id) ? known.holding(new) : known
                    kept.append(known.state == .created ? tryAgain(current, &changes, &touched, at: now) : current)
                } else {
                    cancelDeparture(of: new)
                    kept.append(enter(new, isUpdate: known != nil || replacing.contains(new.id.name), &changes, &touched, at: now))
                    if let known { gone.append(Leaving(assigned: known, isReplaced: true)) }
                }
            }
            for old in current {
                // What somebody wrote under a name that there is, in another namespace, goes whatever is wanted.
                let isFirst = current.first { $0.id.name == old.id.name } === old
                if isFirst, wanted.contains(where: { $0.id.name == old.id.name }) { continue }
                gone.append(Leaving(assigned: old, isReplaced: false))
                if !all.contains(where: { $0.id.name == old.id.name }) { names.giveUp(old.id.name, by: id) }
            }
            set(kept, of: id)
        }
        adopted = []
        for one in gone { leave(one.assigned, isReplaced: one.isReplaced, &changes, &touched, at: now) }
        // MIC complains again in every cycle; here it does when a refusal is new to the pod, or has another reason.
        let news = changes.lazy.filter { $0.event == .created || $0.event == .updated }.map(\.assigned.pod)
        let fresh = rules.mayRefuse ? Set(news) : []
        for host in touched.sorted() { plan(host, fresh, &changes, at: now) }
        return changes
    }

    /// Takes over an object that MIC did not make, as it stands.
    mutating func adopt(_ assigned: AzureAssignedIdentity) {
        adopted.insert(assigned.id)
        let others = byPod[assigned.pod] ?? []
        if let before = others.first(where: { $0.id == assigned.id }) { uncount(before) }
        set(others.filter { $0.id != assigned.id } + [assigned], of: assigned.pod)
        names.take(assigned.id.name, for: assigned.pod)
        guard let place = place(of: assigned) else { return }
        var hosted = hosts[place.host, default: IdentityHost()][place.resourceID]
        hosted.users += 1
        if assigned.isOnHost { hosted.step = .present } else if assigned.state == .created { hosted.waiting.insert(assigned.pod) }
        hosts[place.host, default: IdentityHost()][place.resourceID] = hosted
    }

    /// Whether time alone changes something now.
    func isDue(at now: UnixSeconds) -> Bool {
        departures.values.contains { $0.contains { $0.until <= now } }
            || underway.contains { hosts[$0.host]?[$0.resourceID].step.isOver(at: now) ?? false }
    }

    /// What time alone has changed by now.
    mutating func settle(at now: UnixSeconds) -> [AssignmentChange] {
        guard isDue(at: now) else { return [] }
        var changes: [AssignmentChange] = []
        for place in underway {
            var hosted = hosts[place.host, default: IdentityHost()][place.resourceID]
            switch hosted.step {
            case .adding(let until) where until <= now:
                hosted.step = .present
                finish(&hosted, place, &changes, at: now)
            case .removing(let until) where until <= now:
                hosted.step = hosted.users > 0 ? .pulled(until: now + Self.reconcileSeconds) : .absent(nil)
            case .pulled(let until) where until <= now:
                hosted.step = .adding(until: now + Int64(rules.seconds(toAssign: place.resourceID, on: place.host)))
            case .adding, .removing, .pulled: continue
            case .absent, .present: break
            }
            hosts[place.host, default: IdentityHost()][place.resourceID] = hosted
            switch hosted.step {
            case .absent, .present: underway.remove(place)
            default: break
            }
        }
        for (pod, leaving) in departures where leaving.contains(where: { $0.until <= now }) {
            for departure in leaving where departure.until <= now {
                changes.append(change(.removed(freesHost: true), departure.assigned, at: now))
            }
            let rest = leaving.filter { $0.until > now }
            departures[pod] = rest.isEmpty ? nil : rest
        }
        return changes
    }

    /// Seconds between two comparisons of what should be on a node with what is (source: nmi.md §5.1).
    private static let reconcileSeconds: Int64 = 180

    // MARK: Coming

    private mutating func enter(
        _ new: AzureAssignedIdentity, isUpdate: Bool, _ changes: inout [AssignmentChange], _ touched: inout Set<AssignmentHost>,
        at now: UnixSeconds
    ) -> AzureAssignedIdentity {
        changes.append(change(isUpdate ? .updated : .created, new, at: now))
        guard let place = place(of: new) else { return assigned(new, after: 0, &changes, at: now) }
        var hosted = hosts[place.host, default: IdentityHost()][place.resourceID]
        hosted.users += 1
        defer { hosts[place.host, default: IdentityHost()][place.resourceID] = hosted }
        if case .absent = hosted.step, isPreassigned(place) { hosted.step = .present }
        switch hosted.step {
        case .present: return assigned(new, after: 0, &changes, at: now)
        case .removing:
            // Adding wins over taking off when both are asked for.
            hosted.step = .present
            underway.remove(place)
            return assigned(new, after: 0, &changes, at: now)
        case .adding: hosted.waiting.insert(new.pod)
        case .absent, .pulled:
            // What was pulled off is asked for again at once; why Azure refused before is kept.
            if case .pulled = hosted.step { hosted.step = .absent(nil) }
            underway.remove(place)
            hosted.waiting.insert(new.pod)
            touched.insert(place.host)
        }
        return new
    }

    /// A `Created` one is tried again in every cycle that comes by it.
    private mutating func tryAgain(
        _ created: AzureAssignedIdentity, _ changes: inout [AssignmentChange], _ touched: inout Set<AssignmentHost>, at now: UnixSeconds
    ) -> AzureAssignedIdentity {
        guard let place = place(of: created) else { return assigned(created, after: 0, &changes, at: now) }
        guard case .present? = hosts[place.host]?[place.resourceID].step else {
            touched.insert(place.host)
            return created
        }
        hosts[place.host]?[place.resourceID].waiting.remove(created.pod)
        return assigned(created, after: 0, &changes, at: now)
    }

    /// Asks Azure once for all that a host lacks; what is scripted fails, and a host that would be too full takes nothing.
    private mutating func plan(
        _ host: AssignmentHost, _ fresh: Set<NamespacedName>, _ changes: inout [AssignmentChange], at now: UnixSeconds
    ) {
        guard let before = hosts[host] else { return }
        var accepted: [String] = []
        var isPartial = false
        for resourceID in before.pending.sorted() {
            let waiting = waiting(for: resourceID, on: host)
            if let identity = waiting.first?.identity, let refusal = rules.scriptedRefusal(of: identity) {
                refuse(waiting, resourceID, refusal, fresh, &changes, at: now)
                isPartial = true
            } else if !waiting.isEmpty {
                accepted.append(resourceID)
            }
        }
        let listed = host == rules.host(ofNode: rules.servedNode) ? rules.preassigned.count { !before[$0].step.occupies } : 0
        if let limit = rules.mic.maxIdentities, before.occupied + listed + accepted.count > limit {
            for resourceID in accepted {
                refuse(waiting(for: resourceID, on: host), resourceID, .limitReached(limit), fresh, &changes, at: now)
            }
            return
        }
        for resourceID in accepted {
            let place = HostedIdentity(host: host, resourceID: resourceID)
            var hosted = hosts[host, default: IdentityHost()][resourceID]
            hosted.isBesideRefusal = isPartial
            if rules.takesTime {
                hosted.step = .adding(until: now + Int64(rules.seconds(toAssign: resourceID, on: host)))
                underway.insert(place)
            } else {
                hosted.step = .present
                finish(&hosted, place, &changes, at: now)
            }
            hosts[host, default: IdentityHost()][resourceID] = hosted
        }
    }

    /// The identity is on the host: whoever waited for it has it.
    private mutating func finish(
        _ hosted: inout IdentityHost.Hosted, _ place: HostedIdentity, _ changes: inout [AssignmentChange], at now: UnixSeconds
    ) {
        let seconds = rules.seconds(toAssign: place.resourceID, on: place.host)
        for pod in hosted.waiting {
            guard let all = byPod[pod] else { continue }
            byPod[pod] = all.map { one in
                guard one.state == .created, self.place(of: one) == place else { return one }
                return assigned(one, after: seconds, isBesideRefusal: hosted.isBesideRefusal, &changes, at: now)
            }
        }
        hosted.waiting = []
    }

    private mutating func refuse(
        _ waiting: [AzureAssignedIdentity], _ resourceID: String, _ refusal: AssignmentRefusal, _ fresh: Set<NamespacedName>,
        _ changes: inout [AssignmentChange], at now: UnixSeconds
    ) {
        guard let host = waiting.first.map({ rules.host(ofNode: $0.nodeName) }) else { return }
        var isNew = true
        if case .absent(let before?) = hosts[host]?[resourceID].step, before == refusal { isNew = false }
        for assigned in waiting where isNew || fresh.contains(assigned.pod) {
            changes.append(change(.failed(refusal), assigned, at: now))
        }
        hosts[host]?[resourceID].step = .absent(refusal)
    }

    // MARK: Going

    private mutating func leave(
        _ old: AzureAssignedIdentity, isReplaced: Bool, _ changes: inout [AssignmentChange], _ touched: inout Set<AssignmentHost>,
        at now: UnixSeconds
    ) {
        uncount(old)
        var until = now
        var frees = false
        if let place = place(of: old), let identity = old.identity, !rules.isImmutable(identity), !isPreassigned(place) {
            var hosted = hosts[place.host, default: IdentityHost()][place.resourceID]
            if case .present = hosted.step {
                if hosted.users == 0 {
                    frees = true
                    until = remove(&hosted, place, at: now)
                } else if !isReplaced, isNeededOnlyByNamesakes(of: old, place, users: hosted.users) {
                    changes.append(change(.pulled, old, at: now))
                    // Without waiting, the comparison that puts it back has been made already.
                    if rules.takesTime { until = remove(&hosted, place, at: now) }
                }
            } else if case .adding(let until) = hosted.step, hosted.users == 0 {
                // MIC's cycles follow one another: what is on its way is finished before it is taken off.
                hosted.step = .removing(until: until)
            }
            hosts[place.host, default: IdentityHost()][place.resourceID] = hosted
            // There may be room on the host now.
            touched.insert(place.host)
        }
        guard !isReplaced else { return }
        if until > now {
            departures[old.pod, default: []].append(Departure(assigned: old, until: until))
        } else {
            changes.append(change(.removed(freesHost: frees), old, at: now))
        }
    }

    private mutating func remove(_ hosted: inout IdentityHost.Hosted, _ place: HostedIdentity, at now: UnixSeconds) -> UnixSeconds {
        guard rules.takesTime else {
            hosted.step = .absent(nil)
            return now
        }
        let until = now + Int64(rules.seconds(toAssign: place.resourceID, on: place.host))
        hosted.step = .removing(until: until)
        underway.insert(place)
        return until
    }

    /// MIC asks whether another pod needs the identity, and passes over all that are called like the one that goes, in whatever namespace
    /// (source: nmi.md §5.2).
    private func isNeededOnlyByNamesakes(of old: AzureAssignedIdentity, _ place: HostedIdentity, users: Int) -> Bool {
        var namesakes = 0
        for namespace in namespaces.keys where namespace != old.pod.namespace {
            let pod = NamespacedName(namespace: namespace, name: old.pod.name)
            namesakes += (byPod[pod] ?? []).count { self.place(of: $0) == place }
        }
        return namesakes == users
    }

    private mutating func cancelDeparture(of new: AzureAssignedIdentity) {
        guard let leaving = departures[new.pod] else { return }
        let rest = leaving.filter { $0.assigned.id != new.id }
        departures[new.pod] = rest.isEmpty ? nil : rest
    }

    mutating func uncount(_ old: AzureAssignedIdentity) {
        guard let place = place(of: old) else { return }
        var hosted = hosts[place.host, default: IdentityHost()][place.resourceID]
        hosted.users = max(0, hosted.users - 1)
        // Another of the pod's may wait for the same identity: what replaces this one, or one of another name.
        if !(byPod[old.pod] ?? []).contains(where: { $0 !== old && $0.state == .created && self.place(of: $0) == place }) {
            hosted.waiting.remove(old.pod)
        }
        hosts[place.host, default: IdentityHost()][place.resourceID] = hosted
    }

    // MARK: Small change

    /// Where an assigned identity is; nil for service principals, which need no place.
    private func place(of assigned: AzureAssignedIdentity) -> HostedIdentity? {
        guard let identity = assigned.identity, identity.category == .managedIdentity else { return nil }
        let node = assigned.nodeName.isEmpty ? rules.servedNode : assigned.nodeName
        return HostedIdentity(host: rules.host(ofNode: node), resourceID: identity.resourceID.lowercased())
    }

    private func isPreassigned(_ place: HostedIdentity) -> Bool {
        rules.preassigned.contains(place.resourceID) && place.host == rules.host(ofNode: rules.servedNode)
    }

    /// The `Created` ones that wait for an identity, ordered by pod.
    private func waiting(for resourceID: String, on host: AssignmentHost) -> [AzureAssignedIdentity] {
        let place = HostedIdentity(host: host, resourceID: resourceID)
        return (hosts[host]?[resourceID].waiting ?? []).sorted().flatMap { pod in
            (byPod[pod] ?? []).filter { $0.state == .created && self.place(of: $0) == place }
        }
    }

    private func assigned(
        _ created: AzureAssignedIdentity, after seconds: Int, isBesideRefusal: Bool = false, _ changes: inout [AssignmentChange],
        at now: UnixSeconds
    ) -> AzureAssignedIdentity {
        let assigned = AzureAssignedIdentity(created, state: .assigned)
        changes.append(change(.assigned(afterSeconds: seconds), assigned, isBesideRefusal: isBesideRefusal, at: now))
        return assigned
    }

    func change(
        _ event: AssignmentChange.Event, _ assigned: AzureAssignedIdentity, isBesideRefusal: Bool = false, at now: UnixSeconds
    ) -> AssignmentChange {
        let host = rules.host(ofNode: assigned.nodeName)
        let seconds =
            switch event {
            case .assigned(let seconds): seconds
            case .removed(freesHost: true), .pulled: place(of: assigned).map { rules.seconds(toAssign: $0.resourceID, on: host) } ?? 0
            case .created, .updated, .failed, .removed, .nameTaken: 0
            }
        return AssignmentChange(
            event: event, assigned: assigned, host: host, time: now, hostSeconds: seconds, isBesideRefusal: isBesideRefusal)
    }

    mutating func set(_ assigned: [AzureAssignedIdentity], of pod: NamespacedName) {
        let before = byPod[pod]?.count ?? 0
        count += assigned.count - before
        byPod[pod] = assigned.isEmpty ? nil : assigned
        if before == 0, !assigned.isEmpty { namespaces[pod.namespace, default: 0] += 1 }
        if before > 0, assigned.isEmpty {
            let left = (namespaces[pod.namespace] ?? 1) - 1
            namespaces[pod.namespace] = left == 0 ? nil : left
        }
    }
}

extension AssignedSet {
    /// Whether MIC leaves an object alone: the same pod on the same node, by the same binding to the same identity, neither edited since.
    ///
    /// MIC compares resource versions; for an object it did not make, what the copies in it say stands in for them.
    private func isUnchanged(_ known: AzureAssignedIdentity, _ wanted: AzureAssignedIdentity) -> Bool {
        guard let identity = known.identity, let wantedIdentity = wanted.identity, known.nodeName == wanted.nodeName else { return false }
        guard adopted.contains(known.id) else { return identity === wantedIdentity && known.binding === wanted.binding }
        return known.binding?.id == wanted.binding?.id && identity.says(theSameAs: wantedIdentity)
    }
}

extension AzureAssignedIdentity {
    /// The same with another's copies of identity and binding.
    fileprivate func holding(_ other: AzureAssignedIdentity) -> AzureAssignedIdentity {
        AzureAssignedIdentity(self, state: state, identity: other.identity, binding: other.binding)
    }
}
