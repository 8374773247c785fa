#if GUIDED
    import CLibFuzzer
    import Glibc

    /// A run under libFuzzer, which makes the inputs, watches for crashes and hangs, and keeps what reaches new code.
    ///
    /// libFuzzer ends the process by itself, also when all is well.
    enum GuidedRun {
        // libFuzzer's callback is a C function without a context, so what it works on has to be global. It is set before the run and the
        // run has one thread.
        nonisolated(unsafe) fileprivate static var target: (any FuzzTarget)?

        static func run(_ target: any FuzzTarget, arguments: [String]) throws {
            unsafe Self.target = target
            // At exit, so that it follows libFuzzer's own closing figures.
            atexit { FuzzCommand.complain(AnswerTally.shared.summary) }
            // To merge corpora libFuzzer runs itself anew by a shell, as its first argument says.
            let itself = "'\(CommandLine.arguments.first ?? "understudy-fuzz")' guide \(type(of: target).name)"
            // SAFETY: the copies are never freed, as libFuzzer keeps them until the process ends.
            var pointers = unsafe ([itself] + arguments).map { unsafe strdup($0) } + [nil]
            var count = Int32(arguments.count + 1)
            let status = unsafe pointers.withUnsafeMutableBufferPointer { buffer in
                var base = buffer.baseAddress
                return unsafe LLVMFuzzerRunDriver(&count, &base) { bytes, count in
                    // SAFETY: libFuzzer lends `count` bytes for this call; they are copied. No bytes may come as a null pointer.
                    GuidedRun.take(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
                }
            }
            exit(status)
        }

        /// Half of the steps are the target's, where it knows any.
        fileprivate static func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ maximum: Int, seed: UInt32) -> Int {
            var random = SeededRandom(seed: UInt64(seed))
            if !random.once(in: 2), let target = unsafe target {
                // SAFETY: libFuzzer lends `maximum` bytes, of which the first `count` are the input.
                let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
                if let made = target.mutated(input, &random), !made.isEmpty, made.count <= maximum {
                    _ = unsafe UnsafeMutableBufferPointer(start: bytes, count: maximum).update(fromContentsOf: made)
                    return made.count
                }
            }
            return unsafe LLVMFuzzerMutate(bytes, count, maximum)
        }

        private static func take(_ input: [UInt8]) -> Int32 {
            guard let target = unsafe target else { return -1 }
            do throws(Finding) {
                try target.take(input)
                return 0
            } catch {
                // A trap is what libFuzzer understands: it writes the input to a file and stops.
                fatalError("finding: \(error.description)")
            }
        }
    }

    /// One step of mutation; libFuzzer calls it by this name where it finds it.
    @c(LLVMFuzzerCustomMutator)
    public func mutateForLibFuzzer(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ maximum: Int, _ seed: UInt32) -> Int {
        unsafe GuidedRun.mutate(bytes, count, maximum, seed: seed)
    }
#endif
