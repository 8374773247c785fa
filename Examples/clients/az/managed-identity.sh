#!/bin/sh
# pip install azure-cli;  eval "$(understudy env)";  az/managed-identity.sh
#
# `az login` asks Resource Manager for subscriptions, so the real names must lead to Understudy: see ../README.md.
set -eu
az login --identity --output none
until=$(az account get-access-token --resource https://vault.azure.net --query expires_on --output tsv)
echo "managed identity: a token until $until"
