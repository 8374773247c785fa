import Cryptography
import IdentityModel

/// Who signs attested documents in a cloud and a region (source: imds.md §7).
struct AttestedSignerName: Hashable {
    /// The service's domain in the cloud; verifiers look for it in the certificate.
    let domain: String
    /// The names of the certificate: the domain, and the region's name below it.
    let names: [String]

    /// - Parameter region: the node's location as its manifest writes it; what a host name cannot hold is left out.
    init(cloud: Cloud, region: String) {
        domain =
            switch cloud {
            case .public: "metadata.azure.com"
            case .usGovernment: "metadata.azure.us"
            case .china: "metadata.azure.cn"
            case .germany: "metadata.microsoftazure.de"
            }
        let label = region.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        names = [domain] + ((1...63).contains(label.count) ? ["\(label).\(domain)"] : [])
    }

    /// The subject of newer certificates.
    var subject: DistinguishedName {
        DistinguishedName([
            (.country, "US"), (.state, "WA"), (.locality, "Redmond"), (.organization, "Microsoft Corporation"), (.commonName, domain),
        ])
    }
}
