"""Conformance: unmodified azure-identity and MSAL against `understudy serve`, each token verified by PyJWT.

    .venv/bin/python Tests/Conformance/identities.py [--only TEXT]

Needs a built executable and the environment `Tests/prepare --tests` makes. The clients are pointed here by
AZURE_POD_IDENTITY_AUTHORITY_HOST, the one variable they read for that; nothing in them is patched.
"""

import argparse
import asyncio
import contextlib
import importlib.metadata
import logging
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

testkit.forget_steering()
import azure.identity  # noqa: E402
import azure.identity.aio  # noqa: E402
import msal  # noqa: E402
import requests  # noqa: E402

logging.disable(logging.CRITICAL)

VAULT = "https://vault.azure.net"
TENANT = "7d0b9c1e-0001-4000-8000-00000000c001"
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
RESOURCE_IDS = {name: f"/subscriptions/{SUBSCRIPTION}/resourcegroups/apps/providers/Microsoft.ManagedIdentity/"
                      f"userAssignedIdentities/{name}" for name in ("reader", "writer")}
CLIENT_IDS = {"reader": "1a2b3c4d-0001-4000-8000-00000000d001", "writer": "1a2b3c4d-0002-4000-8000-00000000d002",
              "system": "1a2b3c4d-0003-4000-8000-00000000d003"}
OBJECT_IDS = {"reader": "3c4d5e6f-0001-4000-8000-00000000e001", "writer": "3c4d5e6f-0002-4000-8000-00000000e002",
              "system": "3c4d5e6f-0003-4000-8000-00000000e003"}
STRANGER = "99999999-9999-4999-8999-999999999999"
BILLING_API = "9c0d1e2f-0002-4000-8000-00000000f002"
TOKEN_EXCHANGE = "fb60f99c-7a34-4190-8149-302f77469936"
MULTIPLE = ("Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token "
            "request")


def world(node):
    """A tenant, two user-assigned identities, a resource known by GUID, and the node given."""
    documents = [f"""
apiVersion: understudy.internal/v1alpha1
kind: ResourcePrincipal
metadata: {{name: billing-api}}
spec: {{appID: {BILLING_API}, identifierURIs: ["api://billing"], tokenVersion: 2}}
""", f"""
apiVersion: understudy.internal/v1alpha1
kind: Tenant
metadata: {{name: contoso}}
spec: {{tenantID: {TENANT}, domains: [contoso.onmicrosoft.com], cloud: AzurePublicCloud}}
""", f"""
apiVersion: understudy.internal/v1alpha1
kind: ResourcePrincipal
metadata: {{name: orders-api}}
spec: {{appID: 9c0d1e2f-0001-4000-8000-00000000f001, identifierURIs: ["api://orders"]}}
"""]
    documents += [f"""
apiVersion: understudy.internal/v1alpha1
kind: ManagedIdentity
metadata: {{name: {name}}}
spec: {{resourceID: "{RESOURCE_IDS[name]}", clientID: {CLIENT_IDS[name]}, principalID: {OBJECT_IDS[name]}}}
""" for name in ("reader", "writer")]
    return "---".join(documents + ["\n" + node])


def vm(system_assigned, user_assigned):
    system = f"{{clientID: {CLIENT_IDS['system']}, principalID: {OBJECT_IDS['system']}}}" if system_assigned else "false"
    return f"""apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: vm1}}
spec: {{plane: vm, tenant: contoso, systemAssigned: {system}, userAssigned: [{', '.join(user_assigned)}]}}
"""


POD_IDENTITY = "".join(f"""apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {{name: {name}, namespace: default}}
spec: {{type: 0, resourceID: "{RESOURCE_IDS[name]}", clientID: {CLIENT_IDS[name]}}}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {{name: {name}, namespace: default}}
spec: {{azureIdentity: {name}, selector: app}}
---
""" for name in ("reader",)) + """apiVersion: v1
kind: Pod
metadata: {name: app, namespace: default, labels: {aadpodidbinding: app}}
spec: {nodeName: node1, containers: [{name: c, image: none}]}
status: {phase: Running, podIP: 127.0.0.1}
---
apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {name: node1}
spec: {plane: pod-identity, podIdentityMode: managed, tenant: contoso, systemAssigned: true}
"""


# --- the clients, each as a function: what was asked for -> an access token ----------------------------------------------

SELECTORS = {  # what the caller names -> the argument each family takes
    None: ({}, lambda: msal.SystemAssignedManagedIdentity()),
    "client id": ("client_id", lambda value: msal.UserAssignedManagedIdentity(client_id=value)),
    "resource id": ("resource_id", lambda value: msal.UserAssignedManagedIdentity(resource_id=value)),
    "object id": ("object_id", lambda value: msal.UserAssignedManagedIdentity(object_id=value)),
}


def credential_arguments(selector, value):
    if selector is None:
        return {}
    return {"client_id": value} if selector == "client id" else {"identity_config": {SELECTORS[selector][0]: value}}


def by_sync(audience, selector=None, value=None):
    with azure.identity.ManagedIdentityCredential(**credential_arguments(selector, value)) as credential:
        return credential.get_token(audience + "/.default").token


def by_async(audience, selector=None, value=None):
    async def ask():
        async with azure.identity.aio.ManagedIdentityCredential(**credential_arguments(selector, value)) as credential:
            return (await credential.get_token(audience + "/.default")).token
    return asyncio.run(ask())


class Refused(Exception):
    """MSAL answers a refusal as a value; here it is raised, so that every client has one shape."""


def by_msal(audience, selector=None, value=None):
    identity = SELECTORS[None][1]() if selector is None else SELECTORS[selector][1](value)
    with requests.Session() as session:
        session.trust_env = False
        answer = msal.ManagedIdentityClient(identity, http_client=session).acquire_token_for_client(resource=audience)
    if "access_token" not in answer:
        raise Refused(f"{answer.get('error')}: {answer.get('error_description')}")
    return answer["access_token"]


CLIENTS = {"azure-identity": by_sync, "azure-identity.aio": by_async, "msal": by_msal}


# --- checks ---------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def pointed_at(server):
    os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = server.metadata
    try:
        yield
    finally:
        del os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]


def gets(server, client, who, selector=None, value=None, audience=VAULT):
    """The client gets a v1.0 token; the token is what it should be and verifies."""
    with pointed_at(server):
        token = client(audience, selector, value)
    claims = testkit.verify(server.authority, server.ca_file(), token, audience)
    expect(claims["tid"], TENANT, "tid")
    expect(claims["appid"], CLIENT_IDS[who], "appid")
    expect(claims["oid"], OBJECT_IDS[who], "oid")
    expect(claims["sub"], claims["oid"], "sub")
    expect(claims["iss"], f"https://sts.windows.net/{TENANT}/", "iss")
    expect(claims["idtyp"], "app", "idtyp")
    expect(claims["ver"], "1.0", "ver")
    expect(claims["exp"] - claims["nbf"], 86700, "exp - nbf")
    expect(claims["iat"], claims["nbf"], "iat")
    if not 86000 < claims["exp"] - time.time() <= 86401:
        raise AssertionError(f"exp is {claims['exp'] - time.time():.0f} s away, not 24 h")
    if who == "system":
        if "/providers/Microsoft.Compute/virtualMachines/" not in claims["xms_mirid"]:
            raise AssertionError(f"xms_mirid names no VM: {claims['xms_mirid']}")
    else:
        expect(claims["xms_mirid"], RESOURCE_IDS[who], "xms_mirid")


def gets_version_2(server, client, audience, application):
    """A resource that asks for v2.0 tokens: the audience is its GUID, the issuer the tenant's v2.0 one."""
    with pointed_at(server):
        token = client(audience)
    claims = testkit.verify(server.authority, server.ca_file(), token, application)
    expect(claims["ver"], "2.0", "ver")
    expect(claims["azp"], CLIENT_IDS["system"], "azp")
    expect("appid" in claims, False, "appid is in a v2.0 token")
    expect("x5t" in testkit.claims_unverified(token)[0], False, "x5t is in a v2.0 header")


def is_refused(server, client, kind, *texts, selector=None, value=None, audience=VAULT):
    """The client raises the kind of refusal it documents, with the server's own words in it."""
    try:
        with pointed_at(server):
            client(audience, selector, value)
    except Exception as refusal:
        expect(type(refusal).__name__, kind, f"what was raised ({refusal})")
        for text in texts:
            if text not in str(refusal):
                raise AssertionError(f"{text!r} is not in what was raised: {refusal}") from None
    else:
        raise AssertionError("a token was given")


def default_credential(server, asynchronous):
    """DefaultAzureCredential, its other links left in, ends at managed identity."""
    arguments = {"exclude_interactive_browser_credential": True}
    with pointed_at(server):
        if asynchronous:
            async def ask():
                async with azure.identity.aio.DefaultAzureCredential(**arguments) as credential:
                    return (await credential.get_token(VAULT + "/.default")).token
            token = asyncio.run(ask())
        else:
            with azure.identity.DefaultAzureCredential(**arguments) as credential:
                token = credential.get_token(VAULT + "/.default").token
    claims = testkit.verify(server.authority, server.ca_file(), token, VAULT)
    expect(claims["appid"], CLIENT_IDS["system"], "appid")


def probe_is_answered(server):
    """DefaultAzureCredential's probe: the token request without the header, answered at once and never by a 200.

    The SDK leaves it out when it is pointed elsewhere, so it is sent here as the SDK would; link_local.py sees the real one.
    """
    began = time.monotonic()
    answer = testkit.get(server.metadata, "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com")
    expect(answer.status, 400, "status")
    expect(answer.header("Content-Type"), "application/json; charset=utf-8", "Content-Type")
    if time.monotonic() - began > 0.3:
        raise AssertionError("the probe waited: SDKs give up after 300 ms to 1 s")


def same_identity_for_each_selector(server, client):
    """The three selectors of one identity lead to the same principal."""
    with pointed_at(server):
        tokens = [client(VAULT, selector, table["writer"]) for selector, table in TABLES.items()]
    principals = {testkit.claims_unverified(token)[1]["oid"] for token in tokens}
    expect(principals, {OBJECT_IDS["writer"]}, "principals")


TABLES = {"client id": CLIENT_IDS, "resource id": RESOURCE_IDS, "object id": OBJECT_IDS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="only the cases whose name holds this text")
    tally = testkit.Tally("conformance", parser.parse_args().only)
    for package in ("azure-identity", "azure-core", "msal", "PyJWT", "cryptography", "requests", "aiohttp"):
        print(f"  {package} {importlib.metadata.version(package)}")
    print(f"  Python {sys.version.split()[0]}", flush=True)
    unavailable = {"azure-identity": "CredentialUnavailableError", "azure-identity.aio": "CredentialUnavailableError", "msal": "Refused"}

    with testkit.Server(manifest=world(vm(True, ["reader", "writer"]))) as server:
        for name, client in CLIENTS.items():
            tally.case(f"{name}: no selector gives the system-assigned identity", gets, server, client, "system")
            for who in ("reader", "writer"):
                for selector, table in TABLES.items():
                    tally.case(f"{name}: {who} by {selector}", gets, server, client, who, selector, table[who])
            tally.case(f"{name}: client id, resource id and object id of one identity agree", same_identity_for_each_selector, server, client)
            for selector, stranger in (("client id", STRANGER), ("object id", STRANGER),
                                       ("resource id", RESOURCE_IDS["reader"].replace("reader", "nobody"))):
                # The async client words a 400 itself and keeps the server's text in the chained error only.
                text = "has not been assigned" if name == "azure-identity.aio" else "Identity not found"
                tally.case(f"{name}: an unknown {selector} is refused", is_refused, server, client, unavailable[name], text,
                           selector=selector, value=stranger)
            for audience in (VAULT + "/", "https://management.azure.com/", "https://management.azure.com", "https://storage.azure.com",
                             "00000003-0000-0000-c000-000000000000", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "api://orders"):
                tally.case(f"{name}: audience {audience} comes back as asked", gets, server, client, "system", audience=audience)
            tally.case(f"{name}: a resource of version 2 gets a v2.0 token", gets_version_2, server, client, "api://billing", BILLING_API)
            tally.case(f"{name}: the token exchange audience gets a v2.0 token", gets_version_2, server, client,
                       "api://AzureADTokenExchange", TOKEN_EXCHANGE)
            texts = () if name == "azure-identity.aio" else ("invalid_resource", "AADSTS500011")
            tally.case(f"{name}: a resource nobody registered is refused", is_refused, server, client, unavailable[name], *texts,
                       audience="https://nobody.example.net")
        tally.case("azure-identity: DefaultAzureCredential ends at managed identity", default_credential, server, False)
        tally.case("azure-identity.aio: DefaultAzureCredential ends at managed identity", default_credential, server, True)
        tally.case("DefaultAzureCredential's probe is answered at once", probe_is_answered, server)

    with testkit.Server(manifest=world(vm(False, ["reader"]))) as server:
        for name, client in CLIENTS.items():
            tally.case(f"{name}: no selector gives the only user-assigned identity", gets, server, client, "reader")

    with testkit.Server(manifest=world(vm(False, ["reader", "writer"]))) as server:
        for name, client in CLIENTS.items():
            texts = () if name == "azure-identity.aio" else (MULTIPLE,)
            tally.case(f"{name}: two user-assigned identities and none named is refused", is_refused, server, client, unavailable[name], *texts)

    with testkit.Server(manifest=world(vm(False, []))) as server:
        for name, client in CLIENTS.items():
            texts = () if name == "azure-identity.aio" else ("Identity not found",)
            tally.case(f"{name}: no identity at all is refused", is_refused, server, client, unavailable[name], *texts)

    with testkit.Server(manifest=world(POD_IDENTITY)) as server:
        for name, client in CLIENTS.items():
            tally.case(f"pod-identity, {name}: no selector gives the bound identity", gets, server, client, "reader")
            tally.case(f"pod-identity, {name}: by client id", gets, server, client, "reader", "client id", CLIENT_IDS["reader"])
            # NMI knows no `resource_id` parameter, which is what the async client sends: it is as if none were named.
            tally.case(f"pod-identity, {name}: by resource id", gets, server, client, "reader", "resource id", RESOURCE_IDS["reader"])
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
