/// Runs inputs from files, one after the other, saying which before each: a crash is the fault of the last that was named.
enum Replay {
    static func run(_ target: any FuzzTarget, files: [String]) throws {
        for file in files {
            FileBytes.write(Array("input \(file)\n".utf8), to: 1)
            do throws(Finding) {
                try target.take(try read(file))
            } catch {
                FileBytes.write(Array("finding \(error.description)\n".utf8), to: 1)
            }
        }
    }

    private static func read(_ file: String) throws(Finding) -> [UInt8] {
        do { return try FileBytes.read(file) } catch { throw Finding("cannot read it: \(error)") }
    }
}
