internal import CAllocator

/// What reading manifests took and nobody needs any more.
public enum SpareMemory {
    /// Below this a reading leaves too little behind to be worth the walk over the allocator's lists.
    private static let worthwhileBytes = 1 << 20

    /// Gives it back to the system.
    ///
    /// A manifest's tree takes several times the room of the objects that stay of it, and lies among them: the C library keeps such
    /// holes for later, which after the export of a large cluster is more than all that is in use.
    ///
    /// - Parameter bytes: how much was read.
    static func giveBack(afterReading bytes: Int) {
        guard bytes >= worthwhileBytes else { return }
        _ = understudy_give_back_memory()
    }

    /// Has large blocks, such as the text of a file, lie apart from now on, so that each is given back when it is freed.
    ///
    /// Left to itself the C library puts the second of a size among the small ones and keeps it. It is a setting of the whole process, so
    /// who runs it decides, before manifests are read.
    public static func keepLargeBlocksApart() { _ = understudy_keep_large_blocks_apart(worthwhileBytes) }
}
