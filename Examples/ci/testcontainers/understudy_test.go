// Understudy in a test, by Testcontainers for Go. Not run here: no module proxy was at hand.
//
//	go get github.com/testcontainers/testcontainers-go github.com/Azure/azure-sdk-for-go/sdk/azidentity
//
// azidentity reads no variable for the metadata service, but follows App Service's: Understudy serves that source too, and nothing
// needs to be root.
package app

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// What callers of App Service's endpoint prove themselves with; any text.
const secret = "of-this-test"

func TestTokenOfTheMachine(t *testing.T) {
	ctx := context.Background()
	understudy, err := testcontainers.Run(ctx, "registry.example/understudy:1",
		testcontainers.WithCmd("serve", "--source", "app-service=0.0.0.0:8081", "--source-secret", secret),
		testcontainers.WithExposedPorts("8081/tcp", "8443/tcp", "8181/tcp"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/readyz").WithPort("8181/tcp")),
	)
	testcontainers.CleanupContainer(t, understudy)
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := understudy.PortEndpoint(ctx, "8081/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("IDENTITY_ENDPOINT", endpoint+"/msi/token")
	t.Setenv("IDENTITY_HEADER", secret)

	credential, err := azidentity.NewManagedIdentityCredential(nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(token.Token, ".") != 2 {
		t.Fatal("that is no token of ours")
	}
}

// What talks to the authority (8443/tcp) needs its CA: SSL_CERT_FILE, set before the first connection, names a file with what this gets.
func certificateAuthority(ctx context.Context, understudy testcontainers.Container) ([]byte, error) {
	control, err := understudy.PortEndpoint(ctx, "8181/tcp", "http")
	if err != nil {
		return nil, err
	}
	answer, err := http.Get(control + "/ca.crt")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}
