import Surroundings
import Testing

@Suite struct FileMappingsTests {
    private func mapping(_ head: String, anonymous: String) -> String {
        """
        \(head)
        Size:               1024 kB
        Rss:                 512 kB
        Private_Dirty:         0 kB
        Anonymous:      \(anonymous) kB
        VmFlags: rd ex mr mw me sd

        """
    }

    @Test("finds code and constants as they stand in the file, whatever it is called")
    func files() {
        let text =
            mapping("55d0c000-55d1e000 r-xp 00012000 fd:01 1234   /opt/a program/understudy", anonymous: "0")
            + mapping("7f0000001000-7f0000003000 r--p 00000000 fd:01 77 /usr/lib/libc.so.6", anonymous: "0")
        #expect(FileMappings.unchanged(in: text) == [0x55d0_c000..<0x55d1_e000, 0x7f00_0000_1000..<0x7f00_0000_3000])
    }

    @Test(
        "passes over what was changed, can be, or is no file's",
        arguments: [
            ("1000-2000 r--p 00000000 fd:01 77 /usr/lib/libc.so.6", "772"), ("1000-2000 r-xp 00000000 fd:01 77 /usr/lib/libc.so.6", "4"),
            ("1000-2000 rw-p 00000000 fd:01 77 /usr/lib/libc.so.6", "0"), ("1000-2000 rwxp 00000000 fd:01 77 /usr/lib/libc.so.6", "0"),
            ("1000-2000 r--s 00000000 fd:01 77 /memory", "0"), ("1000-2000 r-xp 00000000 00:00 0 [vdso]", "0"),
            ("1000-2000 r--p 00000000 00:00 0", "0"), ("2000-1000 r-xp 00000000 fd:01 77 /x", "0"), ("zz-1 r-xp 0 fd:01 77 /x", "0"),
            ("1000-2000 r-xp 00000000 fd:01 77 /x", "none"),
        ])
    func others(head: String, anonymous: String) { #expect(FileMappings.unchanged(in: mapping(head, anonymous: anonymous)).isEmpty) }

    @Test(
        "finds nothing in other text, nor in a mapping that is cut off", arguments: ["", "x", "1000-2000 r-xp 0 fd:01 77 /x\nSize: 4 kB"])
    func other(text: String) { #expect(FileMappings.unchanged(in: text).isEmpty) }
}
