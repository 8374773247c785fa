import FoundationEssentials
import Glibc
import IdentityStore
import Testing

/// Real files and a real inotify.
///
/// The deadline is generous: these tests say that a change is told, not how soon.
@Suite(.timeLimit(.minutes(1))) struct FileWatcherTests {
    /// Whether a new watcher tells of what `change` does.
    private func isTold(_ arguments: [String], of change: () throws -> Void) async throws -> Bool {
        let watcher = try FileWatcher(arguments: arguments)
        defer { watcher.stop() }
        let changes = watcher.changes()
        try change()
        return await first(of: changes, within: .seconds(20))
    }

    private func first(of changes: AsyncStream<Void>, within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await changes.first { _ in true } != nil }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    @Test("tells of a file that is written in place, renamed over, removed and made again", arguments: ["a.yaml", ""])
    func file(argument: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.yaml", "1")
        let given = argument.isEmpty ? directory.path : directory.at(argument)
        #expect(try await isTold([given]) { try directory.write("a.yaml", "2") })
        #expect(
            try await isTold([given]) {
                try directory.write("a.yaml.tmp", "3")
                directory.rename("a.yaml.tmp", to: "a.yaml")
            })
        let watcher = try FileWatcher(arguments: [given])
        var changes = watcher.changes().makeAsyncIterator()
        try directory.remove("a.yaml")
        #expect(await changes.next() != nil)
        try directory.write("a.yaml", "4")
        #expect(await changes.next() != nil)
        watcher.stop()
    }

    @Test("tells of files in directories that are made later, however deep")
    func laterDirectories() async throws {
        let directory = try TemporaryDirectory()
        let watcher = try FileWatcher(arguments: [directory.path])
        var changes = watcher.changes().makeAsyncIterator()
        try directory.makeDirectory("x/y/z")
        #expect(await changes.next() != nil)
        try directory.write("x/y/z/a.yaml", "1")
        #expect(await changes.next() != nil)
        try directory.write("x/y/z/a.yaml", "2")
        #expect(await changes.next() != nil)
        watcher.stop()
    }

    @Test("tells when a ConfigMap volume is swapped, for the volume and for one file of it, again and again", arguments: ["", "/a.yaml"])
    func configMap(argument: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.projectConfigMap(generation: 1, ["a.yaml": "1"])
        let watcher = try FileWatcher(arguments: [directory.path + argument])
        var changes = watcher.changes().makeAsyncIterator()
        for generation in 2...4 {
            try directory.projectConfigMap(generation: generation, ["a.yaml": "\(generation)"])
            #expect(await changes.next() != nil)
            #expect(try ManifestFiles.read([directory.path]).map(\.bytes) == [Array("\(generation)".utf8)])
        }
        watcher.stop()
    }

    @Test("tells of the target of a link, and of the directory above being replaced")
    func elsewhere() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("real/a.yaml", "1")
        try directory.write("v1/b.yaml", "1")
        try directory.write("v2/b.yaml", "2")
        try directory.makeDirectory("given")
        try directory.link("given/a.yaml", to: "../real/a.yaml")
        #expect(try await isTold([directory.at("given")]) { try directory.write("real/a.yaml", "2") })
        #expect(try await isTold([directory.at("given/a.yaml")]) { try directory.write("real/a.yaml", "3") })
        let watcher = try FileWatcher(arguments: [directory.at("v1/b.yaml")])
        var changes = watcher.changes().makeAsyncIterator()
        directory.rename("v1", to: "old")
        #expect(await changes.next() != nil)
        directory.rename("v2", to: "v1")
        #expect(await changes.next() != nil)
        try directory.write("v1/b.yaml", "3")
        #expect(await changes.next() != nil)
        watcher.stop()
    }

    @Test("tells of a given file that is written under another name, as a file mounted into a container is")
    func otherName() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("given/a.yaml", "1")
        try directory.makeDirectory("other")
        unsafe #expect(Glibc.link(directory.at("given/a.yaml"), directory.at("other/b.yaml")) == 0)
        #expect(try await isTold([directory.at("given/a.yaml")]) { try directory.write("other/b.yaml", "2") })
    }

    @Test("does not tell of a file that is still open, nor of files beside it")
    func silence() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.yaml", "1")
        try directory.makeDirectory("sub")
        let watcher = try FileWatcher(arguments: [directory.at("a.yaml")])
        let changes = watcher.changes()
        let open = try FileHandleForAppending(directory.at("a.yaml"))
        open.append("2")
        try directory.write(".a.yaml.swp", "x")
        try directory.write("other.yaml", "x")
        // Only time can show that nothing comes: what is told is told within 50 ms.
        #expect(await !first(of: changes, within: .milliseconds(300)))
        let again = watcher.changes()
        open.close()
        #expect(await first(of: again, within: .seconds(20)))
        watcher.stop()
    }

    @Test("a burst is told once or a few times, not once an event, and the last state is told")
    func bursts() async throws {
        let directory = try TemporaryDirectory()
        let watcher = try FileWatcher(arguments: [directory.path])
        var changes = watcher.changes().makeAsyncIterator()
        for index in 0..<200 { try directory.write("f\(index).yaml", "x") }
        var told = 0
        while try ManifestFiles.read([directory.path]).count < 200 || told == 0 {
            #expect(await changes.next() != nil)
            told += 1
        }
        #expect(told < 200)
        watcher.stop()
    }

    @Test("stopping ends every stream, and may be repeated")
    func stopping() async throws {
        let directory = try TemporaryDirectory()
        let watcher = try FileWatcher(arguments: [directory.path, "-"])
        var (one, two) = (watcher.changes().makeAsyncIterator(), watcher.changes().makeAsyncIterator())
        watcher.stop()
        watcher.stop()
        #expect(await one.next() == nil)
        #expect(await two.next() == nil)
        var late = watcher.changes().makeAsyncIterator()
        #expect(await late.next() == nil)
    }

    @Test("a path that is not there is an error that names it")
    func missing() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: ManifestPathError.self) { try FileWatcher(arguments: [directory.at("a.yaml")]) }
        #expect(error?.path == directory.at("a.yaml"))
    }
}

/// A file that stays open for writing until it is told to close.
private final class FileHandleForAppending {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = unsafe open(path, O_WRONLY | O_APPEND)
        try #require(descriptor >= 0)
    }

    func append(_ text: String) { unsafe #expect(write(descriptor, Array(text.utf8), text.utf8.count) == text.utf8.count) }

    func close() { #expect(Glibc.close(descriptor) == 0) }
}
