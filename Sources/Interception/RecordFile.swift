internal import Glibc
import WireFormats

/// Where the record of the calling thread's network namespace is kept: one file a namespace, in a directory of root's.
struct RecordFile: Sendable {
    /// The directory, below `/run`, so that a restart of the machine, which ends the namespaces, ends the records too.
    let directory: String
    /// Which network namespace the calling thread is in.
    let namespace: @Sendable () throws(InterceptionError) -> String
    /// Which boot of the machine this is.
    let boot: @Sendable () -> String

    /// The system's own.
    static func live(directory: String) -> RecordFile {
        RecordFile(directory: directory, namespace: NetworkNamespace.identity) {
            ((try? SmallFile.read("/proc/sys/kernel/random/boot_id")) ?? "").filter { !$0.isNewline }
        }
    }

    /// The record of this namespace; an empty one when there is none, or only one of an earlier boot.
    func load() throws(InterceptionError) -> InterceptionRecord {
        let path = try path()
        let empty = InterceptionRecord(boot: boot())
        let text: String
        do {
            text = try SmallFile.read(path)
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw .record(path: path, reason: "cannot be read: \(error)") }
            return empty
        }
        guard let document = try? JSONValue(parsing: Array(text.utf8)), let record = InterceptionRecord(document) else {
            throw .record(path: path, reason: "is damaged; remove it, then run `understudy intercept remove`")
        }
        return record.boot == empty.boot ? record : empty
    }

    /// Puts the record in place of the one before, or takes it away when there is nothing to undo.
    func save(_ record: InterceptionRecord) throws(InterceptionError) {
        let path = try path()
        guard !record.isEmpty else {
            unsafe unlink(path)
            unsafe rmdir(directory)  // fails while another namespace has a record, as it should
            return
        }
        unsafe mkdir(directory, 0o755)
        do {
            try SmallFile.replace(path, with: record.document.rendered() + "\n")
        } catch {
            throw .record(path: path, reason: "cannot be written: \(error)")
        }
    }

    private func path() throws(InterceptionError) -> String { "\(directory)/interception-\(try namespace()).json" }
}
