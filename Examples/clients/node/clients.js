// npm install;  node clients.js managed     node clients.js workload
//
// Workload identity talks to the authority: NODE_EXTRA_CA_CERTS names its CA before Node starts (understudy env does). It first asks
// login.microsoftonline.com, which must lead to Understudy too: see ../README.md.

import { ManagedIdentityCredential, WorkloadIdentityCredential } from "@azure/identity";

const kind = process.argv[2] ?? "managed";
const credential = kind === "workload" ? new WorkloadIdentityCredential() : new ManagedIdentityCredential();
const token = await credential.getToken("https://vault.azure.net/.default");
console.log(`${kind} identity: a token until ${Math.floor(token.expiresOnTimestamp / 1000)}`);
