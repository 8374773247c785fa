/// Who is told what MIC does, and what it did before there was anybody to tell.
struct AssignmentObserver: Sendable {
    /// More than that a journal does not keep either.
    private static let backlogLimit = 4096

    private var listener: (@Sendable ([AssignmentChange]) -> Void)?
    private var backlog: [AssignmentChange] = []

    mutating func report(_ changes: [AssignmentChange]) {
        guard !changes.isEmpty else { return }
        guard let listener else {
            backlog = Array((backlog + changes).suffix(Self.backlogLimit))
            return
        }
        listener(changes)
    }

    mutating func attach(_ listener: @escaping @Sendable ([AssignmentChange]) -> Void) {
        self.listener = listener
        if !backlog.isEmpty { listener(backlog) }
        backlog = []
    }
}
