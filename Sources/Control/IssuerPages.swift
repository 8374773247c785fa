import HTTPServing

/// The certificate of the authority below the root, which is made once the server runs: a page about it may have to wait.
public struct IssuerPages: Sendable {
    let path: String
    let pem: @Sendable () async throws -> String
    let der: @Sendable () async throws -> [UInt8]

    /// Gathers what the pages show.
    ///
    /// - Parameters:
    ///   - path: the path under which the certificates it issued name it.
    ///   - pem: the certificate in PEM, as soon as there is one.
    ///   - der: the certificate in DER, as soon as there is one.
    public init(path: String, pem: @escaping @Sendable () async throws -> String, der: @escaping @Sendable () async throws -> [UInt8]) {
        self.path = path
        self.pem = pem
        self.der = der
    }

    /// The trust bundle: the root, then the authority below it.
    func bundle(below root: String) async -> HTTPResponse {
        await answer { ControlWire.text(root + (try await pem()), type: "application/x-pem-file") }
    }

    /// The certificate itself, in DER (RFC 2585 §4.1).
    func certificate() async -> HTTPResponse {
        await answer {
            HTTPResponse(
                status: .ok,
                headers: [.field("Content-Type", "application/pkix-cert"), .field("Cache-Control", "no-store"), .date, .contentLength],
                body: try await der())
        }
    }

    private func answer(_ page: () async throws -> HTTPResponse) async -> HTTPResponse {
        do {
            return try await page()
        } catch {
            return ControlWire.problem(.internalServerError, "The authority below the root could not be made: \(error)")
        }
    }
}
