import Glibc

/// The program behind `Tests/fuzz`; see there for how to use it.
@main
enum FuzzCommand {
    static var targets: [any FuzzTarget.Type] {
        [ImdsTarget.self, HTTPTarget.self, NMITarget.self, ManifestTarget.self, FormTarget.self, JWTTarget.self, JWKSTarget.self]
    }

    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            complain("\(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        let names = targets.map { $0.name }
        guard let verb = arguments.first, let type = targets.first(where: { $0.name == arguments.dropFirst().first }) else {
            if arguments == ["list"] { return print(names.joined(separator: "\n")) }
            refuse("targets: \(names.joined(separator: ", "))")
        }
        let rest = Array(arguments.dropFirst(2))
        switch (verb, rest.first) {
        case ("prepare", let folder?): try Preparation.write(try type.init(), longest: type.longestInput, into: folder)
        case ("replay", _): try Replay.run(try type.init(), files: rest)
        case ("guide", _): try guide(try type.init(), rest)
        default: refuse("found: \(verb)")
        }
    }

    private static func guide(_ target: any FuzzTarget, _ arguments: [String]) throws {
        #if GUIDED
            try GuidedRun.run(target, arguments: arguments)
        #else
            throw Finding("this build is not guided; build with UNDERSTUDY_FUZZING=guided, as Tests/fuzz does")
        #endif
    }

    private static func refuse(_ what: String) -> Never {
        complain("usage: understudy-fuzz list | prepare TARGET FOLDER | replay TARGET FILE… | guide TARGET ARGUMENT…; \(what)")
        exit(64)
    }

    static func complain(_ text: String) { FileBytes.write(Array("\(text)\n".utf8), to: 2) }
}
