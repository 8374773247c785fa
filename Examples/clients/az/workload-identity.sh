#!/bin/sh
# pip install azure-cli;  eval "$(understudy env --plane workload-identity)";  az/workload-identity.sh
#
# The real names must lead to Understudy, as for managed-identity.sh. The CLI keeps the assertion it was given and never reads the file again.
set -eu
az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" \
    --federated-token "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" --output none
until=$(az account get-access-token --resource https://vault.azure.net --query expires_on --output tsv)
echo "workload identity: a token until $until"
