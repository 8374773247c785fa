internal import Glibc

/// The addresses of the calling thread's network namespace.
enum LocalAddresses {
    /// Every IPv4 address of every interface, in host byte order.
    static func all() -> Set<UInt32> {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return [] }
        defer { unsafe freeifaddrs(list) }
        var found: Set<UInt32> = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe entry.pointee.ifa_addr, unsafe address.pointee.sa_family == sa_family_t(AF_INET) {
                // SAFETY: the family says that the address is a sockaddr_in.
                let value = unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { unsafe $0.pointee.sin_addr.s_addr }
                found.insert(UInt32(bigEndian: value))
            }
            unsafe next = entry.pointee.ifa_next
        }
        return found
    }
}
