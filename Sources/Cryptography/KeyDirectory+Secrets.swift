public import Surroundings
import WireFormats

extension KeyDirectory {
    /// The secret kept in the file `name`: text on a line of its own, made of so many random bytes, in hexadecimal, where none is kept.
    public func secret(_ name: String, bytes count: Int) throws -> SecretBytes {
        if let kept = try read(name), let line = kept.split(separator: UInt8(ascii: "\n")).first { return SecretBytes(Array(line)) }
        let made = try Self.madeSecret(bytes: count)
        try write(name, made.reveal { $0 + [UInt8(ascii: "\n")] })
        return made
    }

    /// A secret that is kept nowhere.
    public static func madeSecret(bytes count: Int) throws(CryptographyError) -> SecretBytes {
        SecretBytes(Array(Hexadecimal.encode(try SecureRandom.bytes(count)).utf8))
    }
}
