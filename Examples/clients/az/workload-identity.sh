#!/bin/sh
# pip install azure-cli;  eval "$(understudy env --plane workload-identity …)";  ./workload-identity.sh
set -eu
az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" \
    --federated-token "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" --output none
az account get-access-token --resource https://vault.azure.net --query expires_on --output tsv | sed 's/^/workload identity: a token until /'
