import Surroundings
import Testing

@Suite struct SecretBytesTests {
    @Test(
        "only the same bytes match",
        arguments: [
            ("abc", "abc", true), ("abc", "abd", false), ("abc", "Abc", false), ("abc", "ab", false), ("ab", "abc", false), ("", "", true),
        ])
    func matching(secret: String, sent: String, isSame: Bool) {
        #expect(SecretBytes(Array(secret.utf8)).matches(sent.utf8) == isSame)
    }
}
