import IdentityStore
import Testing

@Suite struct ManifestFilesTests {
    private func read(_ arguments: [String]) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try ManifestFiles.read(arguments).map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) })
    }

    @Test("a file is itself, whatever its name")
    func file() throws {
        let directory = try TemporaryDirectory()
        try directory.write(".hidden.txt", "a")
        #expect(try read([directory.at(".hidden.txt")]) == [directory.at(".hidden.txt"): "a"])
    }

    @Test("a directory means its manifests, at every depth, in the order of their paths")
    func tree() throws {
        let directory = try TemporaryDirectory()
        for name in ["b.yaml", "a.yml", "c/d.json", "c.yaml", "c/e/f.yaml", "notes.txt", ".g.yaml", ".git/h.yaml", "x.yaml~", "yaml"] {
            try directory.write(name, name)
        }
        let names = ["a.yml", "b.yaml", "c.yaml", "c/d.json", "c/e/f.yaml"]
        #expect(try ManifestFiles.read([directory.path]).map(\.path) == names.map(directory.at))
        #expect(try ManifestFiles.read([directory.path + "/"]).map { String(decoding: $0.bytes, as: UTF8.self) } == names)
    }

    @Test("a ConfigMap volume means each of its visible files once")
    func configMap() throws {
        let directory = try TemporaryDirectory()
        try directory.projectConfigMap(generation: 1, ["a.yaml": "1", "b.yaml": "2"])
        #expect(try read([directory.path]) == [directory.at("a.yaml"): "1", directory.at("b.yaml"): "2"])
    }

    @Test("follows links to directories, and round in circles only once")
    func links() throws {
        let directory = try TemporaryDirectory()
        try directory.write("real/a.yaml", "1")
        try directory.makeDirectory("given")
        try directory.link("given/linked", to: "../real")
        try directory.link("real/up", to: "..")
        #expect(try read([directory.at("given")]).values.sorted() == ["1"])
    }

    @Test("a file that is meant twice is read once")
    func twice() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.yaml", "1")
        try directory.write("b.yaml", "2")
        #expect(
            try ManifestFiles.read([directory.at("b.yaml"), directory.path, directory.at("a.yaml")]).map(\.path)
                == [directory.at("b.yaml"), directory.at("a.yaml")])
    }

    @Test("a path that is not there is an error that names it")
    func missing() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.yaml", "1")
        try directory.link("dangling.yaml", to: "nowhere")
        func failure(_ argument: String) -> String? {
            do throws(ManifestPathError) {
                _ = try ManifestFiles.read([directory.at("a.yaml"), argument])
                return nil
            } catch { return error.description }
        }
        #expect(failure(directory.at("b.yaml")) == "\(directory.at("b.yaml")): no such file or directory")
        #expect(failure(directory.at("a.yaml/b")) == "\(directory.at("a.yaml/b")): a part of the path is not a directory")
        #expect(failure(directory.path) == "\(directory.at("dangling.yaml")): the link leads nowhere")
    }

    @Test("standard input that was read before is not read again")
    func standardInput() throws {
        let kept = ManifestFile(path: ManifestFiles.standardInputPath, bytes: [1])
        #expect(try ManifestFiles.read(["-", "-"], standardInput: kept) == [kept])
    }
}
