// go mod tidy;  go run . managed     go run . workload
//
// Go reads no variable for the metadata service: run this where 169.254.169.254 leads to Understudy (a container on its network,
// `serve --intercept`, `serve --address`), or with App Service's variables: eval "$(understudy env --source app-service)".
// For workload identity it first asks login.microsoftonline.com, which must lead to Understudy too: see ../README.md.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

func credential(kind string) (azcore.TokenCredential, error) {
	if kind == "workload" {
		return azidentity.NewWorkloadIdentityCredential(nil)
	}
	return azidentity.NewManagedIdentityCredential(nil)
}

func main() {
	kind := "managed"
	if len(os.Args) > 1 {
		kind = os.Args[1]
	}
	source, err := credential(kind)
	if err != nil {
		log.Fatal(err)
	}
	token, err := source.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s identity: a token until %d\n", kind, token.ExpiresOn.Unix())
}
