// dotnet run managed     dotnet run workload
//
// Inside DefaultAzureCredential the probe trusts 169.254.169.254 alone: there, also set AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential.
// For workload identity it first asks login.microsoftonline.com, and goes on after ten seconds when that leads nowhere.

using Azure.Core;
using Azure.Identity;

var kind = args.Length > 0 ? args[0] : "managed";
TokenCredential credential = kind == "workload" ? new WorkloadIdentityCredential() : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
var token = await credential.GetTokenAsync(new TokenRequestContext(["https://vault.azure.net/.default"]), CancellationToken.None);
Console.WriteLine($"{kind} identity: a token until {token.ExpiresOn.ToUnixTimeSeconds()}");
