import IdentityModel
import WireFormats

/// The federated credentials in the languages that make them.
struct CredentialFiles {
    /// A credential on a managed identity, at its place in Azure.
    private struct Placed {
        let place: ArmPlace
        let resourceID: String
        let credential: FederatedCredential
    }

    static let bicepModule = "federated-credentials-of-identity.bicep"

    /// In the order of subscriptions, groups, identities; that of the target within one.
    private let placed: [Placed]
    private let onApplications: [FederatedCredential]

    init(_ plan: MigrationPlan) {
        placed = plan.credentials.compactMap { made in
            guard let resourceID = made.resourceID, let place = ArmPlace(resourceID) else { return nil }
            return Placed(place: place, resourceID: resourceID, credential: made.credential)
        }.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element)
        onApplications = plan.credentials.filter { $0.resourceID.flatMap(ArmPlace.init) == nil }.map(\.credential)
    }

    /// Commands of az, one a credential; parallel writes on one identity collide, so they stand one after another.
    var commands: String {
        let lines =
            placed.map { made in
                let options = [
                    ("subscription", made.place.subscription), ("resource-group", made.place.group), ("identity-name", made.place.name),
                    ("name", Self.shortName(made.credential)), ("issuer", made.credential.issuer), ("subject", made.credential.subject),
                    ("audiences", made.credential.audience),
                ]
                return "az identity federated-credential create"
                    + options.map { " \\\n    --\($0.0) \(Self.quoted($0.1))" }.joined()
            }
            + onApplications.map {
                "# \($0.identity.name): its manifest has no ARM id; make \($0.subject) with az ad app federated-credential create"
            }
        return "#!/bin/sh\nset -eu\n" + lines.map { $0 + "\n" }.joined()
    }

    /// A Bicep file for the whole, to be deployed at the scope of a subscription: a module for each identity, in its resource group.
    var bicep: String {
        "targetScope = 'subscription'\n"
            + identities.enumerated().map { number, group in
                """

                module identity\(number) '\(Self.bicepModule)' = {
                  name: 'federated-credentials-\(number)'
                  scope: resourceGroup(\(Self.bicepText(group.place.subscription)), \(Self.bicepText(group.place.group)))
                  params: {
                    identityName: \(Self.bicepText(group.place.name))
                    credentials: [
                \(group.credentials.map(Self.bicepObject).joined(separator: "\n"))
                    ]
                  }
                }

                """
            }.joined()
    }

    /// The module: the credentials of one identity.
    ///
    /// Azure refuses two writes on one identity at a time, so they come one by one.
    static let bicepModuleText = """
        param identityName string
        param credentials array

        resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
          name: identityName
        }

        @batchSize(1)
        resource credential 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [for one in credentials: {
          parent: identity
          name: one.name
          properties: {
            issuer: one.issuer
            subject: one.subject
            audiences: one.audiences
          }
        }]

        """

    /// Terraform resources of the azurerm provider, which is configured for each subscription.
    var terraform: String {
        let subscriptions = Set(placed.map(\.place.subscription)).sorted()
        let head = """
            terraform {
              required_providers {
                azurerm = {
                  source  = "hashicorp/azurerm"
                  version = ">= 3.51"
                }
              }
            }

            """
        let providers = subscriptions.map { subscription in
            """

            provider "azurerm" {
              alias           = \(Self.terraformText(Self.label("subscription", subscription)))
              subscription_id = \(Self.terraformText(subscription))
              features {}
            }

            """
        }
        let resources = placed.map { made in
            """

            resource "azurerm_federated_identity_credential" "\(Self.label("credential", made.credential.name))" {
              provider            = azurerm.\(Self.label("subscription", made.place.subscription))
              name                = \(Self.terraformText(Self.shortName(made.credential)))
              resource_group_name = \(Self.terraformText(made.place.group))
              parent_id           = \(Self.terraformText(made.resourceID))
              issuer              = \(Self.terraformText(made.credential.issuer))
              subject             = \(Self.terraformText(made.credential.subject))
              audience            = [\(Self.terraformText(made.credential.audience))]
            }

            """
        }
        return head + providers.joined() + resources.joined()
    }

    private var identities: [(place: ArmPlace, credentials: [FederatedCredential])] {
        Dictionary(grouping: placed, by: \.place).sorted { $0.key < $1.key }.map { ($0.key, $0.value.map(\.credential)) }
    }

    /// The name on the identity: what stands before it in the rehearsed world is the identity's own.
    private static func shortName(_ credential: FederatedCredential) -> String {
        String(credential.name.dropFirst(credential.identity.name.count + 1))
    }

    // MARK: Texts

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }

    private static func bicepText(_ text: String) -> String {
        "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'").replacing("${", with: "\\${"))'"
    }

    private static func bicepObject(_ credential: FederatedCredential) -> String {
        """
              {
                name: \(bicepText(shortName(credential)))
                issuer: \(bicepText(credential.issuer))
                subject: \(bicepText(credential.subject))
                audiences: [\(bicepText(credential.audience))]
              }
        """
    }

    private static func terraformText(_ text: String) -> String {
        JSONValue.string(text).rendered().replacing("${", with: "$${").replacing("%{", with: "%%{")
    }

    /// A name as Terraform allows it: it may not begin with a digit.
    private static func label(_ prefix: String, _ text: String) -> String {
        "\(prefix)_" + String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}

/// The parts of an identity's ARM id.
struct ArmPlace: Hashable, Comparable {
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

    static func < (left: ArmPlace, right: ArmPlace) -> Bool {
        (left.subscription, left.group, left.name) < (right.subscription, right.group, right.name)
    }
}
