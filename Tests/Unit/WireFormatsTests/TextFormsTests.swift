import Surroundings
import Testing
import WireFormats

@Suite struct Base64Tests {
    @Test(
        "encodes RFC 4648's vectors in both alphabets",
        arguments: [
            ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"), ("foob", "Zm9vYg==", "Zm9vYg"),
            ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
        ])
    func vectors(plain: String, standard: String, url: String) {
        #expect(Base64.encode(Array(plain.utf8)) == standard)
        #expect(Base64.encodeURL(Array(plain.utf8)) == url)
        #expect(Base64.decode(standard) == Array(plain.utf8))
        #expect(Base64.decode(url) == Array(plain.utf8))
    }

    @Test("the alphabets differ in the last two characters only, and both are read")
    func alphabets() {
        #expect(Base64.encode([0xfb, 0xff, 0xbf]) == "+/+/")
        #expect(Base64.encodeURL([0xfb, 0xff, 0xbf]) == "-_-_")
        #expect(Base64.decode("+/+/") == [0xfb, 0xff, 0xbf])
        #expect(Base64.decode("-_-_") == [0xfb, 0xff, 0xbf])
    }

    @Test("every byte at every length comes back")
    func roundTrip() {
        let all = (0...255).map { UInt8($0) }
        for length in 0...all.count {
            let bytes = Array(all.suffix(length))
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encodeURL(bytes)) == bytes)
        }
    }

    @Test("refuses other characters and impossible lengths", arguments: ["a", "abcde", "ab=c", "a b", "ab\n", "ab.c", "äbcd"])
    func refusals(text: String) { #expect(Base64.decode(text) == nil) }
}

@Suite struct PercentTests {
    private func pairs(_ raw: String, _ strictness: Percent.Strictness) -> [String] {
        Percent.query(raw, strictness).map { "\($0.name)=\($0.value)" }
    }

    @Test(
        "reads a query; Go drops a parameter with a raw ; or a broken escape, others keep it",
        arguments: [
            ("a=1&b=2", ["a=1", "b=2"], ["a=1", "b=2"]), ("a=b+c%20d", ["a=b c d"], ["a=b c d"]), ("a", ["a="], ["a="]),
            ("=x", ["=x"], ["=x"]), ("&&a=1&", ["a=1"], ["a=1"]), ("", [], []), ("a=b=c", ["a=b=c"], ["a=b=c"]),
            ("a=1&a=2", ["a=1", "a=2"], ["a=1", "a=2"]), ("a=%2B%3d%26%3B", ["a=+=&;"], ["a=+=&;"]), ("%61=1", ["a=1"], ["a=1"]),
            ("a=1;b=2&c=3", ["c=3"], ["a=1;b=2", "c=3"]), ("a=%&c=3", ["c=3"], ["a=%", "c=3"]), ("a=%2&c=3", ["c=3"], ["a=%2", "c=3"]),
            ("a=%zz&c=3", ["c=3"], ["a=%zz", "c=3"]), ("%zz=a&c=3", ["c=3"], ["%zz=a", "c=3"]), ("a=%4%41", [], ["a=%4A"]),
            ("a=%C3%A9", ["a=é"], ["a=é"]), ("a=%ff", ["a=\u{fffd}"], ["a=\u{fffd}"]),
        ])
    func query(raw: String, go: [String], lenient: [String]) {
        #expect(pairs(raw, .dropMalformed) == go)
        #expect(pairs(raw, .lenient) == lenient)
    }

    @Test(
        "a path keeps its plus, and a broken escape makes it unreadable",
        arguments: [("/a+b%20c", Optional("/a+b c")), ("/a%2Fb", "/a/b"), ("/a%", nil), ("/a%g0", nil), ("", "")])
    func path(raw: String, decoded: String?) { #expect(Percent.decodePath(raw) == decoded) }

    @Test(
        "encodes as Go's QueryEscape does",
        arguments: [("a b", "a+b"), ("-_.~aZ09", "-_.~aZ09"), ("/:?&=+%", "%2F%3A%3F%26%3D%2B%25"), ("é", "%C3%A9"), ("", "")])
    func encode(text: String, encoded: String) {
        #expect(Percent.encodeQuery(text) == encoded)
        #expect(Percent.query("x=" + encoded, .dropMalformed).first?.value == text)
    }

    @Test("a form keeps its order, and reads back")
    func form() {
        let form = Percent.form([("b&", "1 2"), ("a", ""), ("a", "=")])
        #expect(form == "b%26=1+2&a=&a=%3D" && Percent.form([]).isEmpty)
        #expect(Percent.query(form, .dropMalformed).map(\.name) == ["b&", "a", "a"])
    }
}

@Suite struct GUIDTests {
    @Test(
        "what is derived from a name never changes, for manifests written earlier rely on it",
        arguments: [
            ("subscription", "d325c3fa-4ca3-4e2b-a494-dfea54c01954"), ("tenant/understudy", "3206dd3f-a685-4620-8f15-cae58216959c"),
        ])
    func derivation(name: String, value: String) { #expect(GUID(derivedFrom: name).description == value) }

    @Test("ten thousand derived GUIDs are distinct, version 4 and of the RFC 9562 variant")
    func derivedAreDistinct() {
        let all = (0..<10_000).map { GUID(derivedFrom: "node/n\($0)/clientID") }
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { $0.bytes[6] >> 4 == 4 && $0.bytes[8] >> 6 == 2 })
    }

    @Test("reads either case and writes lower case")
    func parse() {
        let guid = GUID("00112233-4455-6677-8899-AaBbCcDdEeFf")
        #expect(guid?.bytes == [0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff])
        #expect(guid?.description == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(
            guid?.littleEndianBytes == [0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff])
    }

    @Test(
        "refuses any other text",
        arguments: [
            "", "00112233445566778899aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff}", "00112233-4455-6677-8899-aabbccddeefg",
            "00112233-4455-6677-8899-aabbccddeeff0", "00112233-4455-6677-8899-aabbccddeef", "001122334-455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899_aabbccddeeff", "0011223--4455-6677-8899-aabbccddeeff",
        ])
    func refusals(text: String) { #expect(GUID(text) == nil) }

    @Test("a random one takes its bits from the entropy and is stamped")
    func random() {
        let guid = GUID(from: Entropy { 0xffff_ffff_ffff_ffff })
        #expect(guid.description == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }
}

@Suite struct IPv4Tests {
    @Test(
        "reads and writes dotted addresses in host byte order",
        arguments: [("0.0.0.0", UInt32(0)), ("10.244.8.11", 0x0af4_080b), ("127.0.0.1", 0x7f00_0001), ("255.255.255.255", 0xffff_ffff)])
    func addresses(text: String, value: UInt32) {
        #expect(IPv4.parse(text) == value)
        #expect(IPv4.text(value) == text)
    }

    @Test(
        "refuses anything else",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ", "a.b.c.d", "::1", "1.2.3.1000",
        ])
    func refusals(text: String) { #expect(IPv4.parse(text) == nil) }
}
