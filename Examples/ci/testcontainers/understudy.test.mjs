// Understudy in a test, by Testcontainers for Node. Not run here: no npm registry was at hand.
//   npm install --save-dev testcontainers @azure/identity;  node --test

import assert from "node:assert";
import { after, before, test } from "node:test";
import { ManagedIdentityCredential } from "@azure/identity";
import { GenericContainer, Wait } from "testcontainers";

const [METADATA, AUTHORITY, CONTROL] = [2579, 8443, 8181];
let understudy;

before(async () => {
  understudy = await new GenericContainer("registry.example/understudy:1")
    .withExposedPorts(METADATA, AUTHORITY, CONTROL)
    .withWaitStrategy(Wait.forHttp("/readyz", CONTROL))
    .start();
});
after(() => understudy?.stop());

const url = (port) => `http://${understudy.getHost()}:${understudy.getMappedPort(port)}`;

test("token of the machine", async () => {
  process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST = url(METADATA);
  const token = await new ManagedIdentityCredential().getToken("https://vault.azure.net/.default");
  assert.equal(token.token.split(".").length, 3);
});

// What talks to the authority needs its CA: NODE_EXTRA_CA_CERTS, set before Node starts, names a file with what this returns.
export const certificateAuthority = async () => (await fetch(`${url(CONTROL)}/ca.crt`)).text();
