// swift-tools-version: 6.2
import PackageDescription

// The house, leaves first. An arrow only points down: a room may depend on the rooms above it in this list, never below.
// The faces (MetadataService, PodIdentity, Authority, WorkloadIdentity, ManagedIdentitySources, ResourceManager) do not import one another;
// the executable wires them together.

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let posix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "understudy",
    products: [.executable(name: "understudy", targets: ["understudy"])],
    dependencies: [
        // Sockets and event loops. Only HTTPServing imports it.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Server-side TLS. Only HTTPServing imports it.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // Persistent hash maps: the next snapshot shares all it did not change. Only IdentityStore imports it.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // One group of services, one way to shut down. HTTPServing, IdentityStore, Interception and the executable import it.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Command line. Only the executable imports it.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        // C libraries, one module each; one Swift room imports each.
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // No libraries of their own: one system call and one function that the C library's module does not show.
        .systemLibrary(name: "CNamespace"),
        .systemLibrary(name: "CAllocator"),

        // Leaves.
        .target(name: "Surroundings"),
        .target(name: "WireFormats", dependencies: ["Surroundings"]),
        .target(name: "Cryptography", dependencies: ["COpenSSL", "Surroundings", "WireFormats"]),
        .target(name: "HTTPFetching", dependencies: ["CCurl"]),
        .target(
            name: "HTTPServing",
            dependencies: [
                "Surroundings", "WireFormats", nio, posix, logging, lifecycle,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .target(name: "ManifestReading", dependencies: ["CYAML"]),
        // What each SDK's chain of credentials would do. Pure.
        .target(name: "CredentialChains", dependencies: ["WireFormats"]),
        // What stands in the way here, judged from what was observed. Pure.
        .target(name: "Diagnosis", dependencies: ["Surroundings", "WireFormats"]),
        .target(name: "Interception", dependencies: ["CNamespace", "WireFormats", logging, lifecycle]),

        // The model and its store.
        .target(name: "IdentityModel", dependencies: ["ManifestReading", "Surroundings", "WireFormats"]),
        .target(
            name: "IdentityStore",
            dependencies: [
                "CAllocator", "IdentityModel", "ManifestReading", "Surroundings", "WireFormats", logging, lifecycle,
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]),
        .target(
            name: "TokenIssuance",
            dependencies: ["Cryptography", "IdentityModel", "IdentityStore", "Surroundings", "WireFormats"]),
        .target(
            name: "TokenVerification",
            dependencies: ["Cryptography", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance", "WireFormats"]),
        // Wrong tokens on purpose, which no real token service gives.
        .target(
            name: "TestAids",
            dependencies: ["Cryptography", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance", "WireFormats"]),
        .target(name: "Decisions", dependencies: ["HTTPServing", "IdentityModel", "Surroundings", "WireFormats"]),

        // The faces.
        .target(
            name: "MetadataService",
            dependencies: [
                "Cryptography", "Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance",
                "WireFormats",
            ]),
        .target(
            name: "PodIdentity",
            dependencies: ["Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "WireFormats"]),
        .target(
            name: "Authority",
            dependencies: [
                "Cryptography", "Decisions", "HTTPFetching", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings",
                "TokenIssuance", "WireFormats",
            ]),
        .target(
            name: "ManagedIdentitySources",
            dependencies: [
                "Cryptography", "Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance",
                "WireFormats",
            ]),
        .target(
            name: "ResourceManager",
            dependencies: [
                "Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance", "TokenVerification",
                "WireFormats",
            ]),
        .target(
            name: "WorkloadIdentity",
            dependencies: [
                "Cryptography", "Decisions", "HTTPFetching", "HTTPServing", "IdentityModel", "IdentityStore", "ManifestReading",
                "Surroundings", "WireFormats", logging, lifecycle,
            ]),
        .target(
            name: "Control",
            dependencies: [
                "Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "ManifestReading", "Surroundings", "WireFormats",
            ]),

        // Bad days, on purpose, between a face and its callers.
        .target(
            name: "Faults", dependencies: ["Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "WireFormats"]),
        // The faces in one process: what each has in the place of another.
        .target(
            name: "FaceWiring",
            dependencies: [
                "Authority", "Cryptography", "HTTPServing", "IdentityStore", "MetadataService", "PodIdentity", "Surroundings",
                "WireFormats", "WorkloadIdentity",
            ]),

        // The move from pod identity to workload identity, tried out on a cluster's manifests.
        .target(
            name: "Rehearsal",
            dependencies: [
                "Authority", "Cryptography", "Decisions", "FaceWiring", "HTTPFetching", "HTTPServing", "IdentityModel", "IdentityStore",
                "ManifestReading", "MetadataService", "PodIdentity", "Surroundings", "TokenIssuance", "WireFormats", "WorkloadIdentity",
                logging,
            ]),

        // Callers that no manifest describes.
        .target(
            name: "ContainerCallers",
            dependencies: ["HTTPFetching", "IdentityModel", "IdentityStore", "WireFormats", logging, lifecycle]),

        // Commands and wiring only.
        .executableTarget(
            name: "understudy",
            dependencies: [
                "Authority", "ContainerCallers", "Control", "CredentialChains", "Cryptography", "Decisions", "Diagnosis", "FaceWiring",
                "Faults", "HTTPFetching", "HTTPServing", "IdentityModel", "IdentityStore", "Interception", "ManagedIdentitySources",
                "ManifestReading", "MetadataService", "PodIdentity", "Rehearsal", "ResourceManager", "Surroundings", "TestAids",
                "TokenIssuance", "TokenVerification", "WireFormats", "WorkloadIdentity", logging, lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
    ]
)

// A test target for each room that has one, found at Tests/Unit/<Room>Tests.
let tested: [String: [Target.Dependency]] = [
    "Surroundings": [],
    "WireFormats": ["Surroundings"],
    "Cryptography": ["Surroundings", "WireFormats"],
    "HTTPFetching": ["Cryptography", "Surroundings"],
    "HTTPServing": ["Cryptography", "Surroundings", "WireFormats", nio, posix, logging, lifecycle],
    "ManifestReading": [],
    "CredentialChains": ["WireFormats"],
    "Diagnosis": ["Surroundings", "WireFormats"],
    "Interception": ["WireFormats", logging],
    "IdentityModel": ["ManifestReading", "Surroundings", "WireFormats"],
    "IdentityStore": ["IdentityModel", "Surroundings", "WireFormats"],
    "TokenIssuance": ["Cryptography", "IdentityModel", "IdentityStore", "Surroundings", "WireFormats"],
    "TokenVerification": ["Cryptography", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance", "WireFormats"],
    "TestAids": ["Cryptography", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance", "TokenVerification", "WireFormats"],
    "ResourceManager": [
        "Cryptography", "Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance",
        "TokenVerification", "WireFormats",
    ],
    "ManagedIdentitySources": [
        "Cryptography", "Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance", "WireFormats",
    ],
    "Decisions": ["HTTPServing", "IdentityModel", "Surroundings", "WireFormats"],
    "Faults": ["Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "WireFormats"],
    "ContainerCallers": ["IdentityModel", "IdentityStore", "WireFormats"],
    "MetadataService": [
        "Cryptography", "Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "TokenIssuance", "WireFormats",
    ],
    "Authority": [
        "Cryptography", "Decisions", "HTTPFetching", "HTTPServing", "IdentityStore", "Surroundings", "TokenIssuance", "WireFormats",
    ],
    "Control": ["Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "WireFormats"],
    "WorkloadIdentity": [
        "Cryptography", "Decisions", "HTTPFetching", "HTTPServing", "IdentityModel", "IdentityStore", "ManifestReading", "Surroundings",
        "WireFormats", nio, posix, logging,
    ],
    "Rehearsal": ["IdentityModel", "IdentityStore", "ManifestReading", "Surroundings", "WireFormats"],
    "PodIdentity": ["Decisions", "HTTPServing", "IdentityModel", "IdentityStore", "Surroundings", "WireFormats", nio, posix, logging],
]
for (room, extra) in tested.sorted(by: { $0.key < $1.key }) {
    package.targets.append(
        .testTarget(name: "\(room)Tests", dependencies: [.target(name: room)] + extra, path: "Tests/Unit/\(room)Tests"))
}

// The fuzzer (Tests/fuzz). Only who asks for it builds it: with UNDERSTUDY_FUZZING=replay it runs inputs from files, with
// UNDERSTUDY_FUZZING=guided it is linked with libFuzzer and the rooms tell it which code an input reached.
let fuzzing = Context.environment["UNDERSTUDY_FUZZING"]
if fuzzing != nil {
    package.targets.append(
        .executableTarget(
            name: "understudy-fuzz",
            dependencies: [
                "Authority", "Cryptography", "Decisions", "HTTPFetching", "HTTPServing", "IdentityModel", "IdentityStore",
                "ManifestReading", "MetadataService", "PodIdentity", "Surroundings", "TokenIssuance", "TokenVerification", "WireFormats",
                nio,
            ] + (fuzzing == "guided" ? ["CLibFuzzer"] : []),
            path: "Tests/Fuzzing/Driver"))
}
if fuzzing == "guided" { package.targets.append(.systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzzing/CLibFuzzer")) }

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
// The driver itself is not observed: its checks are no code to be reached.
let observed: [SwiftSetting] = fuzzing == "guided" ? [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])] : []
let guided: [SwiftSetting] = fuzzing == "guided" ? [.define("GUIDED")] : []
for target in package.targets where target.type != .system {
    target.swiftSettings = strict + (target.name == "understudy-fuzz" ? guided : observed)
    // The program is nobody's library: names that nobody looks up are a fourteenth of it.
    if target.name == "understudy" { target.linkerSettings = [.unsafeFlags(["-Xlinker", "--no-export-dynamic"])] }
}
