import IdentityModel

/// How long NMI waits for MIC, and what it says at the end (source: nmi.md §1.8).
struct IdentityWait: Sendable {
    /// Looks before it gives up on a pod that nothing was created for.
    let looksForCreated: Int
    /// Looks altogether.
    let looks: Int
    /// Seconds slept after each look, the last included.
    let intervalSeconds: Int

    init(_ settings: NMISettings) {
        looksForCreated = settings.retryAttemptsForCreated
        looks = settings.retryAttemptsForCreated + settings.retryAttemptsForAssigned
        intervalSeconds = settings.findIdentityRetryInterval
    }

    /// What a look that found nothing comes to: the failure that ends the wait, or nil to sleep and look again.
    ///
    /// The look that ends it is one later than the number of looks it tells: nothing is slept after it.
    func ending(atLook index: Int, created: Bool, pod: NamespacedName, query: NMIQuery) -> NMIFailure? {
        guard !created, index >= looksForCreated else { return nil }
        return .identityNotCreated(
            pod, requestedClientID: query.namesNoIdentity ? nil : query.clientID, looks: looksForCreated, intervalSeconds: intervalSeconds)
    }

    /// What it says when every look is used up.
    func exhausted(pod: NamespacedName) -> NMIFailure {
        .identityNotAssigned(pod, looks: looks, intervalSeconds: intervalSeconds)
    }

    /// How the wait ends if nothing changes, and after how many milliseconds.
    func ending(created: Bool, pod: NamespacedName, query: NMIQuery) -> (failure: NMIFailure, milliseconds: Int) {
        for index in 0..<looks {
            if let failure = ending(atLook: index, created: created, pod: pod, query: query) {
                return (failure, index * intervalSeconds * 1000)
            }
        }
        return (exhausted(pod: pod), looks * intervalSeconds * 1000)
    }
}
