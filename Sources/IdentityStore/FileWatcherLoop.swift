internal import Glibc

/// The thread's side of a `FileWatcher`: which directories are watched, what an event means, and when to tell.
///
/// Made by the watcher and then used by its thread alone.
final class FileWatcherLoop {
    /// What matters in one watched directory.
    private struct Interest: Equatable {
        /// Whether manifests, directories and `..data` matter here: the directory was given, or lies below one that was.
        var asTree = false
        /// Single names that matter: files that were given, and links on the way to something that matters.
        var names: Set<String> = []
        /// Whether this is a file itself.
        var asFile = false
    }

    /// Not IN_MODIFY: a file that is still being written is not worth reading.
    ///
    /// IN_MOVE_SELF and IN_DELETE_SELF: the directory itself is replaced.
    private static let mask = UInt32(
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
    private static let quiet = Duration.milliseconds(20)
    private static let longest = Duration.milliseconds(50)

    private let arguments: [String]
    private let descriptors: WatchDescriptors
    private let subscribers: ChangeSubscribers
    private var watched: [Int32: Interest] = [:]
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    init(arguments: [String], descriptors: WatchDescriptors, subscribers: ChangeSubscribers) throws(ManifestPathError) {
        self.arguments = arguments
        self.descriptors = descriptors
        self.subscribers = subscribers
        for argument in arguments { _ = try FileStatus(of: argument) }
        if let failure = watchAll() { throw failure }
    }

    /// Waits for events and tells, until woken to stop.
    func run() {
        let clock = ContinuousClock()
        var burst: (first: ContinuousClock.Instant, last: ContinuousClock.Instant)?
        while true {
            let deadline = burst.map { min($0.last + Self.quiet, $0.first + Self.longest) }
            guard let hasEvents = wait(deadline.map { clock.now.duration(to: $0) }) else { return }
            let isChange = hasEvents && readEvents()
            let now = clock.now
            if isChange { burst = (burst?.first ?? now, now) }
            if let current = burst, now >= min(current.last + Self.quiet, current.first + Self.longest) {
                burst = nil
                subscribers.tell()
            }
        }
    }

    /// Whether there are events to read within the time; nil when it is time to stop.
    private func wait(_ duration: Duration?) -> Bool? {
        var milliseconds: Int32 = -1
        if let duration {
            let parts = duration.components
            // Rounded up, so that the deadline has passed when the time is over.
            milliseconds = Int32(clamping: max(0, parts.seconds * 1000 + (parts.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
        }
        var waiting = [
            pollfd(fd: descriptors.inotify, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptors.wakeup, events: Int16(POLLIN), revents: 0),
        ]
        let count = unsafe poll(&waiting, nfds_t(waiting.count), milliseconds)
        if count < 0 { return errno == EINTR ? false : nil }
        return waiting[1].revents != 0 ? nil : waiting[0].revents != 0
    }

    /// Reads what has happened and keeps the watches in step.
    ///
    /// Whether any of it matters.
    private func readEvents() -> Bool {
        var isChange = false
        var isMove = false
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptors.inotify, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            var place = 0
            while place + 16 <= count {
                let event = event(at: place)
                place += 16 + event.nameLength
                let matters = self.matters(event)
                isChange = isChange || matters
                // Closing a file changes no path; everything else may have.
                isMove = isMove || event.mask & UInt32(IN_CLOSE_WRITE) == 0
            }
        }
        guard isMove else { return isChange }
        let before = watched
        _ = watchAll()
        return isChange || watched != before
    }

    private struct Event {
        var watch: Int32
        var mask: UInt32
        var nameLength: Int
        var name: String
    }

    /// The event that starts at a place of the buffer: `struct inotify_event`, sixteen bytes and a name padded with zeros.
    private func event(at place: Int) -> Event {
        func word(_ index: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(buffer[place + index * 4 + $1]) << UInt32($1 * 8) }
        }
        let length = Int(word(3))
        let start = place + 16
        let name = buffer[start..<min(start + length, buffer.count)].prefix { $0 != 0 }
        return Event(watch: Int32(bitPattern: word(0)), mask: word(1), nameLength: length, name: String(decoding: name, as: UTF8.self))
    }

    private func matters(_ event: Event) -> Bool {
        if event.mask & UInt32(IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF) != 0 { return true }
        guard let interest = watched[event.watch] else { return false }
        if interest.asFile || interest.names.contains(event.name) { return true }
        guard interest.asTree else { return false }
        let isDirectory = event.mask & UInt32(IN_ISDIR) != 0
        // `..data` is the link that a ConfigMap volume swaps.
        return ManifestFiles.isManifest(event.name) || event.name == "..data" || (isDirectory && !event.name.hasPrefix("."))
    }

    /// Watches everything the arguments mean now, and nothing else any more.
    ///
    /// A directory is watched before it is listed, so that what appears in between is not missed.
    /// - Returns: the first failure.
    private func watchAll() -> ManifestPathError? {
        let before = watched
        watched = [:]
        var failure: ManifestPathError?
        var entered: Set<FileStatus.Identity> = []
        for argument in arguments {
            do throws(ManifestPathError) {
                try watchWay(to: argument)
                try watchFile(argument)
                try watchTree(argument, &entered)
            } catch {
                failure = failure ?? error
            }
        }
        for watch in before.keys where watched[watch] == nil { _ = inotify_rm_watch(descriptors.inotify, watch) }
        return failure
    }

    private func watch(_ directory: String, _ change: (inout Interest) -> Void) throws(ManifestPathError) {
        let watch = unsafe inotify_add_watch(descriptors.inotify, directory, Self.mask)
        guard watch >= 0 else {
            let code = errno
            guard code == ENOSPC else { throw ManifestPathError(path: directory, code: code) }
            throw ManifestPathError(path: directory, reason: "the system has no file watches left; raise fs.inotify.max_user_watches")
        }
        change(&watched[watch, default: Interest()])
    }

    /// Watches a file itself, besides its name.
    ///
    /// A single file that is mounted into a container is written under another directory, of which its own directory learns nothing.
    private func watchFile(_ path: String) throws(ManifestPathError) {
        guard let status = try? FileStatus(of: path), status.isRegular else { return }
        let watch = unsafe inotify_add_watch(descriptors.inotify, path, UInt32(IN_CLOSE_WRITE))
        // Gone since it was looked at: the watch for its name tells.
        guard watch >= 0 else { return }
        watched[watch, default: Interest()].asFile = true
    }

    /// Watches the directory that holds a path for its name, and likewise for each link on the way.
    ///
    /// Where the way ends early, the last directory that exists is watched for the name that is missing.
    private func watchWay(to path: String) throws(ManifestPathError) {
        var rest = path.split(separator: "/").map(String.init)[...]
        var directory = path.hasPrefix("/") ? "/" : "."
        var links = 0
        while let name = rest.popFirst() {
            let here = ManifestFiles.join(directory, name)
            let isLink = FileStatus.isLink(here)
            if isLink || rest.isEmpty { try watch(directory) { $0.names.insert(name) } }
            if isLink, let target = Self.target(of: here) {
                links += 1
                guard links <= 40 else { throw ManifestPathError(path: path, code: ELOOP) }
                rest = target.split(separator: "/").map(String.init) + rest
                if target.hasPrefix("/") { directory = "/" }
                continue
            }
            if !rest.isEmpty, (try? FileStatus(of: here)) == nil {
                try watch(directory) { $0.names.insert(name) }
                // It may have appeared before the watch was there.
                if (try? FileStatus(of: here)) == nil { return }
            }
            directory = here
        }
    }

    private func watchTree(_ root: String, _ entered: inout Set<FileStatus.Identity>) throws(ManifestPathError) {
        var pending: [(path: String, device: UInt?)] = [(root, nil)]
        while let (directory, device) = pending.popLast() {
            guard let status = try? FileStatus(of: directory), entered.insert(status.identity).inserted else { continue }
            guard status.isDirectory else {
                // Every file has its name watched; only one that comes from another file system may be written under another name.
                if let device, device != status.identity.device,
                    ManifestFiles.isManifest(directory.split(separator: "/").last.map(String.init) ?? "")
                {
                    try watchFile(directory)
                }
                continue
            }
            try watch(directory) { $0.asTree = true }
            for name in try DirectoryListing.names(in: directory) where !name.hasPrefix(".") {
                let path = ManifestFiles.join(directory, name)
                if FileStatus.isLink(path) { try watchWay(to: path) }
                pending.append((path, status.identity.device))
            }
        }
    }

    private static func target(of link: String) -> String? {
        var text = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe text.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink(link, start, bytes.count)
        }
        return count > 0 ? String(decoding: text[..<count], as: UTF8.self) : nil
    }
}
