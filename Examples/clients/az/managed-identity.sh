#!/bin/sh
# pip install azure-cli;  eval "$(understudy env)";  ./managed-identity.sh
#
# `az login` asks Resource Manager for subscriptions, so the real names must lead here: see `understudy env hosts` and serve with
# --authority 127.0.0.1:443.
set -eu
az login --identity --output none
az account get-access-token --resource https://vault.azure.net --query expires_on --output tsv | sed 's/^/managed identity: a token until /'
