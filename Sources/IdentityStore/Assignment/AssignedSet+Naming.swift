import HashTreeCollections
import IdentityModel
import Surroundings

// Whose the objects are that would be called alike; see `NameClaims`.

extension AssignedSet {
    /// An object that goes, by itself or because another takes its name.
    struct Leaving {
        let assigned: AzureAssignedIdentity
        var isReplaced: Bool
    }

    /// What the pods want, and those besides whose objects would be called as theirs are or were.
    func wanted(by concerned: Set<NamespacedName>, in objects: ObjectIndexes) -> [NamespacedName: [AzureAssignedIdentity]] {
        var found: [NamespacedName: [AzureAssignedIdentity]] = [:]
        var pending = Array(concerned)
        while let id = pending.popLast() {
            guard found[id] == nil else { continue }
            let wanted = objects.pods[id].map { self.wanted(by: $0, in: objects) } ?? []
            found[id] = wanted
            for one in wanted + (byPod[id] ?? []) { pending += names.claimants(of: one.id.name).filter { $0 != id } }
        }
        return found
    }

    /// Makes way for an object that somebody wrote in the name of another pod's.
    ///
    /// Whose it was wants it still, and is heard again in the next cycle: of one name there is one object.
    mutating func displace(_ written: AzureAssignedIdentity) {
        guard let holder = names.holder(of: written.id.name), holder != written.pod else { return }
        let theirs = byPod[holder] ?? []
        // Of the same name in another namespace, theirs is still there.
        for one in theirs where one.id == written.id { uncount(one) }
        set(theirs.filter { $0.id != written.id }, of: holder)
        names.lose(written.id.name, by: holder)
    }

    /// Whether the object is the pod's to have; pods ask in order, so that a later one takes nothing from an earlier one.
    mutating func claim(
        _ new: AzureAssignedIdentity, _ gone: inout [Leaving], _ replacing: inout Set<String>, _ changes: inout [AssignmentChange],
        at now: UnixSeconds
    ) -> Bool {
        let (pod, name) = (new.pod, new.id.name)
        let holder = names.holder(of: name)
        if let holder, holder < pod {
            if !names.namesLost(by: pod).contains(name) { changes.append(change(.nameTaken(by: holder), new, at: now)) }
            names.lose(name, by: pod)
            return false
        }
        if let holder, holder != pod {
            // The object changes hands: MIC sees the one of that name with another pod in it.
            let theirs = byPod[holder] ?? []
            gone += theirs.filter { $0.id.name == name }.map { Leaving(assigned: $0, isReplaced: true) }
            set(theirs.filter { $0.id.name != name }, of: holder)
            replacing.insert(name)
        } else if names.namesLost(by: pod).contains(name), let index = gone.lastIndex(where: { $0.assigned.id.name == name }) {
            gone[index].isReplaced = true
            replacing.insert(name)
        }
        names.take(name, for: pod)
        return true
    }
}
