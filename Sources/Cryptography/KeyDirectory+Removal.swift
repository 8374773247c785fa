#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension KeyDirectory {
    /// Removes the file `name`; that there is none is no failure.
    ///
    /// `name` is one that `names()` gave: without a slash, and not one of ours for housekeeping.
    public func remove(_ name: String) throws(KeyDirectoryError) {
        guard !name.isEmpty, !name.hasPrefix("."), !name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) else {
            throw KeyDirectoryError(path: path(of: name), problem: "is not the name of a key")
        }
        guard unsafe unlink(path(of: name)) != 0, errno != ENOENT else { return }
        throw FileDescriptor.failure(path(of: name), "cannot be removed", errno)
    }
}
