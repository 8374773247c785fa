public import IdentityModel
public import WireFormats

/// What a command needs to be run as a pod of a workload, once in each world.
public struct LiveStage: Sendable {
    /// One world, as a server can serve it, and what a process in its pod finds in its environment.
    public struct Scene: Sendable {
        /// `today` or `target`.
        public let name: String
        /// The pod as which the command runs.
        public let pod: NamespacedName
        /// Variables whose name begins with `AZURE_`, as the pod's container has them; where files and hosts stand, the server knows better.
        public let variables: [String: String]
        /// The projected token's path below its volume; nil where the pod has none.
        public let tokenPath: String?
        private let documents: [JSONValue]
        private let running: JSONValue

        init(name: String, documents: [JSONValue], pod: JSONValue, id: NamespacedName, container: InjectedPod) {
            self.name = name
            self.documents = documents
            running = pod
            self.pod = id
            variables = (container.environment ?? container.ownEnvironment).filter { $0.key.hasPrefix("AZURE_") }
            tokenPath = container.environment == nil ? nil : container.projection?.path
        }

        /// The manifests, with the pod at 127.0.0.1.
        ///
        /// - Parameter tokenDirectory: where the pod's token volume is to be kept.
        public func manifest(tokenDirectory: String) -> [UInt8] {
            let annotated =
                tokenPath == nil
                ? running : running.setting(path: ["metadata", "annotations", Pod.tokenDirectoryAnnotation], .string(tokenDirectory))
            let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(documents + [annotated])]
            return list.bytes()
        }
    }

    /// The workload's name.
    public let workload: String
    /// As it is.
    public let today: Scene
    /// As it is to be.
    public let target: Scene
}

/// What came of a command in one world.
public struct LiveRun: Sendable {
    /// How the command ended.
    public enum End: Hashable, Sendable {
        /// By itself, with that status; 128 and the signal's number where a signal ended it.
        case exited(Int)
        /// It was ended when its time was over, in seconds.
        case timedOut(Int)
    }

    /// How it ended.
    public let end: End
    /// How long it took, in milliseconds.
    public let milliseconds: Int
    /// What the server decided meanwhile, as its journal shows it, oldest first.
    public let decisions: [JSONValue]
    /// Whether the projected token was replaced while it ran, and a later exchange brought the new one; nil where that cannot be told.
    public var readsTokenAnew: Bool?

    /// A run from its parts.
    public init(end: End, milliseconds: Int, decisions: [JSONValue]) {
        self.end = end
        self.milliseconds = milliseconds
        self.decisions = decisions
    }
}

/// A command that is run in both worlds, as a pod of one workload.
public struct LiveRehearsal: Sendable {
    /// Runs it in one world.
    public typealias Perform = @Sendable (LiveStage.Scene) async throws -> LiveRun

    /// The workload; nil for the only one there is.
    let workload: NamespacedName?
    let perform: Perform

    /// A command to be run.
    public init(as workload: NamespacedName?, perform: @escaping Perform) {
        self.workload = workload
        self.perform = perform
    }
}

/// A workload that a command cannot be run as: what was found, what is allowed.
public struct LiveRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String
}
