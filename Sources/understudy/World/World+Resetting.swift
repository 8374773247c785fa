import ContainerCallers
import Control
import Decisions
import Faults
import IdentityStore
import MetadataService
import Surroundings
import TokenIssuance

extension World {
    /// What `reset` resets besides the journal, in this order.
    var resettables: [Resettable] {
        [
            Resettable("marks", "Named marks.") { [marks] in marks.reset() },
            Resettable("counters", "Counts of decisions and tokens on the metrics page.") { [journal, issuer] in
                journal.resetCounters()
                issuer.resetCounts()
            },
            Resettable("overlays", "Objects that were applied or deleted over the files.") { [store] in
                try store.withdrawApplied(except: ContainerCallers.origin)
            },
            Resettable("events", "Scheduled events that commands started.") { [events] in events.reset() },
            Resettable("clock", "The emulated time; it goes on as serve was told to.") { [time] in time.reset() },
            Resettable("faults", "How far faults have come; those that were added go with the overlays.") { [faults] in faults.reset() },
            Resettable("tokens", "Tokens that are remembered: whoever asks gets a new one.") { [issuer] in issuer.forgetTokens() },
        ]
    }
}
