// Understudy in a test, by Testcontainers for .NET. Not run here: no NuGet registry was at hand.
//   dotnet new xunit; dotnet add package Testcontainers; dotnet add package Azure.Identity      (Testcontainers 4.10 or later)

using Azure.Core;
using Azure.Identity;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Xunit;

public sealed class UnderstudyTests : IAsyncLifetime
{
    private const int Metadata = 2579, Authority = 8443, Control = 8181;

    private readonly IContainer understudy = new ContainerBuilder("registry.example/understudy:1")
        .WithPortBinding(Metadata, true).WithPortBinding(Authority, true).WithPortBinding(Control, true)
        .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(r => r.ForPort(Control).ForPath("/readyz")))
        .Build();

    public Task InitializeAsync() => understudy.StartAsync();

    public Task DisposeAsync() => understudy.DisposeAsync().AsTask();

    private string Url(int port) => $"http://{understudy.Hostname}:{understudy.GetMappedPublicPort(port)}";

    [Fact]
    public async Task TokenOfTheMachine()
    {
        // DefaultAzureCredential probes 169.254.169.254 alone: there, also set AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential.
        Environment.SetEnvironmentVariable("AZURE_POD_IDENTITY_AUTHORITY_HOST", Url(Metadata));
        var token = await new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned)
            .GetTokenAsync(new TokenRequestContext(["https://vault.azure.net/.default"]), CancellationToken.None);
        Assert.Equal(3, token.Token.Split('.').Length);
    }

    // What talks to the authority needs its CA: SSL_CERT_FILE, set before the process starts, or a handler that trusts this.
    private async Task<string> CertificateAuthority() => await new HttpClient().GetStringAsync(Url(Control) + "/ca.crt");
}
