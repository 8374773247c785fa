import Decisions
import ManagedIdentitySources
import Testing

@Suite struct EnvironmentTests {
    @Test(
        "the environment at a source is what its SDKs tell it by, and names what must not be set beside it",
        arguments: [
            (
                ManagedIdentitySource.appService,
                "IDENTITY_ENDPOINT=b/msi/token IDENTITY_HEADER=s MSI_ENDPOINT=b/msi/token MSI_SECRET=s",
                "IDENTITY_SERVER_THUMBPRINT IMDS_ENDPOINT"
            ),
            (
                .arc, "IDENTITY_ENDPOINT=b/metadata/identity/oauth2/token IMDS_ENDPOINT=b",
                "IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT MSI_ENDPOINT MSI_SECRET"
            ),
            (
                .serviceFabric,
                "IDENTITY_ENDPOINT=b/metadata/identity/oauth2/token IDENTITY_HEADER=s IDENTITY_SERVER_THUMBPRINT=t "
                    + "IDENTITY_API_VERSION=2020-05-01",
                "IMDS_ENDPOINT MSI_ENDPOINT MSI_SECRET"
            ),
            (
                .cloudShell, "MSI_ENDPOINT=b/oauth2/token",
                "IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT IMDS_ENDPOINT MSI_SECRET"
            ),
            (
                .azureML, "MSI_ENDPOINT=b/msi/token MSI_SECRET=s DEFAULT_IDENTITY_CLIENT_ID=c",
                "IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT IMDS_ENDPOINT"
            ),
        ])
    func variables(_ source: ManagedIdentitySource, _ variables: String, _ absent: String) {
        let environment = SourceEnvironment(source, base: "b", secret: "s", thumbprint: "t", onlyIdentity: "c")
        #expect(environment.variables.map { "\($0.name)=\($0.value)" }.joined(separator: " ") == variables)
        #expect(environment.absent.joined(separator: " ") == absent)
    }

    @Test("a client id is told only where naming no identity means none")
    func onlyIdentity() {
        let environment = SourceEnvironment(.azureML, base: "b", secret: "s")
        #expect(environment.variables.map(\.name) == ["MSI_ENDPOINT", "MSI_SECRET"])
    }

    @Test("each source has a port of its own, and only one is served over TLS")
    func table() {
        #expect(Set(ManagedIdentitySource.allCases.map(\.usualPort)).count == ManagedIdentitySource.allCases.count)
        #expect(ManagedIdentitySource.allCases.filter(\.isSecure) == [.serviceFabric])
        #expect(ManagedIdentitySource.allCases.filter(\.hasSecret) == [.appService, .serviceFabric, .azureML])
        #expect(ManagedIdentitySource.allCases.allSatisfy { $0.journaled.rawValue == $0.rawValue })
    }
}
