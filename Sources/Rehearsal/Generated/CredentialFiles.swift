import IdentityModel
import WireFormats

/// The federated credentials in the languages that make them.
struct CredentialFiles {
    private let credentials: [MigrationPlan.Credential]

    init(_ plan: MigrationPlan) { credentials = plan.credentials }

    /// Commands of az, one a credential; parallel writes on one identity collide, so they stand one after another.
    var commands: String {
        let lines = credentials.map { made -> String in
            let name = Self.quoted(Self.shortName(made.credential))
            let trust =
                "--issuer \(Self.quoted(made.credential.issuer)) --subject \(Self.quoted(made.credential.subject)) --audiences \(Self.quoted(made.credential.audience))"
            guard let place = made.resourceID.flatMap(ArmPlace.init) else {
                return "# \(made.credential.identity.name): make it on the application, with az ad app federated-credential create"
            }
            return
                "az identity federated-credential create --subscription \(place.subscription) --resource-group \(Self.quoted(place.group)) --identity-name \(Self.quoted(place.name)) --name \(name) \(trust)"
        }
        return "#!/bin/sh\nset -eu\n" + lines.map { $0 + "\n" }.joined()
    }

    /// A Bicep module for one resource group at a time.
    var bicep: String {
        let groups = Dictionary(grouping: credentials.filter { $0.resourceID != nil }) { $0.credential.identity.name }
        return groups.sorted { $0.key < $1.key }.enumerated().map { number, group in
            let identity = "identity\(number)"
            let head = """
                resource \(identity) 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
                  name: '\(group.key)'
                }

                """
            // Azure refuses two writes on one identity at a time: each waits for the one before.
            return head
                + group.value.enumerated().map { index, made in
                    let waits = index == 0 ? "" : "\n  dependsOn: [\(identity)credential\(index - 1)]"
                    return """
                        resource \(identity)credential\(index) 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
                          parent: \(identity)
                          name: '\(Self.shortName(made.credential))'
                          properties: {
                            issuer: '\(made.credential.issuer)'
                            subject: '\(made.credential.subject)'
                            audiences: ['\(made.credential.audience)']
                          }\(waits)
                        }

                        """
                }.joined()
        }.joined(separator: "\n")
    }

    /// Terraform resources of the azurerm provider.
    var terraform: String {
        credentials.compactMap { made -> String? in
            guard let resourceID = made.resourceID, let place = ArmPlace(resourceID) else { return nil }
            let label = String(made.credential.name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
            return """
                resource "azurerm_federated_identity_credential" "\(label)" {
                  name                = \(Self.json(Self.shortName(made.credential)))
                  resource_group_name = \(Self.json(place.group))
                  parent_id           = \(Self.json(resourceID))
                  issuer              = \(Self.json(made.credential.issuer))
                  subject             = \(Self.json(made.credential.subject))
                  audience            = [\(Self.json(made.credential.audience))]
                }

                """
        }.joined(separator: "\n")
    }

    /// The name on the identity: what stands before it in the rehearsed world is the identity's own.
    private static func shortName(_ credential: FederatedCredential) -> String {
        String(credential.name.dropFirst(credential.identity.name.count + 1))
    }

    private static func json(_ text: String) -> String { JSONValue.string(text).rendered() }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}

/// The parts of an identity's ARM id.
struct ArmPlace {
    let subscription: String
    let group: String
    let name: String

    /// Reads `/subscriptions/S/resourceGroups/G/providers/Microsoft.ManagedIdentity/userAssignedIdentities/N`.
    init?(_ resourceID: String) {
        let parts = resourceID.split(separator: "/").map(String.init)
        guard parts.count == 8, parts[0].lowercased() == "subscriptions", parts[2].lowercased() == "resourcegroups" else { return nil }
        subscription = parts[1]
        group = parts[3]
        name = parts[7]
    }
}
