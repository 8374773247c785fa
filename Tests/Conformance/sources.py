"""Conformance: unmodified clients at every managed identity source, each pointed there by its environment alone.

    .venv/bin/python Tests/Conformance/sources.py [--only TEXT]

azure-identity (sync and async) and MSAL for Python, object_store (Rust, through obstore) and azure-identity for C++ (through
pyarrow): each source by the default identity, a client id, a resource id, an object id and an unknown id gives the identity's token,
or what that client is known to do instead. The Rust and C++ clients hand the token to a storage account, which here is a stub over
TLS that verifies it. At the end a table says what every client did.

Runs in a namespace of its own, where Azure Arc's directory is ours and nothing but loopback can be reached.
"""

import argparse
import asyncio
import contextlib
import importlib.metadata
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from storage_stub import Relay, StorageStub  # noqa: E402
from testkit import expect  # noqa: E402

testkit.forget_steering()

VAULT = "https://vault.azure.net"
STORAGE = "https://storage.azure.com"
KEYS = pathlib.Path("/var/opt/azcmagent/tokens")
IDS = {"reader": {"client id": "1a2b3c4d-0001-4000-8000-00000000d001", "object id": "3c4d5e6f-0001-4000-8000-00000000e001",
                  "resource id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/apps/providers/"
                                 "Microsoft.ManagedIdentity/userAssignedIdentities/reader"},
       "system": {"client id": "1a2b3c4d-0003-4000-8000-00000000d003", "object id": "3c4d5e6f-0003-4000-8000-00000000e003"}}
WORLD = f"""apiVersion: understudy.internal/v1alpha1
kind: ManagedIdentity
metadata: {{name: reader}}
spec: {{resourceID: "{IDS['reader']['resource id']}", clientID: {IDS['reader']['client id']}, principalID: {IDS['reader']['object id']}}}
---
apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: vm1}}
spec:
  userAssigned: [reader]
  systemAssigned: {{clientID: {IDS['system']['client id']}, principalID: {IDS['system']['object id']}}}
"""
SOURCES = ["app-service", "arc", "service-fabric", "cloud-shell", "azure-ml"]
ASKS = ["default", "client id", "resource id", "object id", "unknown"]
STRANGER = "99999999-9999-4999-8999-999999999999"


def named(ask):
    """The (selector, value) of a way of asking; None for the default identity."""
    if ask == "default":
        return None
    return ("client id", STRANGER) if ask == "unknown" else (ask, IDS["reader"][ask])


class Refused(Exception):
    """A client's refusal that is a value, or comes from another process; here it is raised, so that all clients have one shape."""


# --- the clients, each as a function: how it asks -> an access token, or what it raises ------------------------------------

ARGUMENTS = {"client id": "client_id", "resource id": "resource_id", "object id": "object_id"}


def azure_arguments(ask):
    if named(ask) is None:
        return {}
    selector, value = named(ask)
    return {"client_id": value} if selector == "client id" else {"identity_config": {ARGUMENTS[selector]: value}}


def by_sync(ask):
    import azure.identity

    with azure.identity.ManagedIdentityCredential(**azure_arguments(ask)) as credential:
        return credential.get_token(VAULT + "/.default").token


def by_async(ask):
    import azure.identity.aio

    async def get():
        async with azure.identity.aio.ManagedIdentityCredential(**azure_arguments(ask)) as credential:
            return (await credential.get_token(VAULT + "/.default")).token
    return asyncio.run(get())


def msal_client(ask):
    import msal
    import requests

    identity = msal.SystemAssignedManagedIdentity() if named(ask) is None else msal.UserAssignedManagedIdentity(
        **{ARGUMENTS[named(ask)[0]]: named(ask)[1]})
    return msal.ManagedIdentityClient(identity, http_client=requests.Session())


def by_msal(ask, client=None, **more):
    answer = (client or msal_client(ask)).acquire_token_for_client(resource=VAULT, **more)
    if "access_token" not in answer:
        raise Refused(f"{answer.get('error')}: {answer.get('error_description')}")
    return answer["access_token"]


RUST = """
import json, sys
import obstore
options = json.loads(sys.argv[1])
store = obstore.store.AzureStore("box", retry_config={"max_retries": 0}, **options)
obstore.head(store, "thing")
"""
CPP = """
import json, sys
from pyarrow import fs
options = json.loads(sys.argv[1])
fs.AzureFileSystem(**options).get_file_info("box/thing")
"""


def at_storage(program, options, stub):
    """Runs a program that opens a storage account; the token is what it brought there."""
    stub.tokens.clear()
    result = subprocess.run([sys.executable, "-c", program, json.dumps(options)], capture_output=True, text=True, timeout=60,
                            env={**os.environ, "SSL_CERT_FILE": stub.bundle})
    if not stub.tokens:
        raise Refused((result.stderr.strip().splitlines() or ["nothing"])[-1])
    return stub.tokens[-1]


def by_rust(ask, stub):
    names = {"client id": "client_id", "resource id": "msi_resource_id", "object id": "object_id"}
    identity = {} if named(ask) is None else {names[named(ask)[0]]: named(ask)[1]}
    return at_storage(RUST, {"account_name": "account", "endpoint": stub.url, **identity}, stub)


def by_cpp(ask, stub):
    authority = stub.url.removeprefix("https://")
    identity = {} if named(ask) is None else {"client_id": named(ask)[1]}
    return at_storage(CPP, {"account_name": "account", "blob_storage_authority": authority, "dfs_storage_authority": authority,
                            **identity}, stub)


CLIENTS = {"azure-identity": by_sync, "azure-identity.aio": by_async, "msal": by_msal, "object_store (Rust)": by_rust,
           "azure-identity (C++)": by_cpp}

# --- what each client does: an identity's name, or a text of its refusal ----------------------------------------------------

NO_USER_ASSIGNED_CLOUD_SHELL = "not supported"
UNKNOWN = "Unable to load the proper Managed Identity"

EXPECTED = {}


def does(client, source, default, client_id="reader", resource_id="reader", object_id="reader", unknown=UNKNOWN):
    EXPECTED[client, source] = dict(zip(ASKS, (default, client_id, resource_id, object_id, unknown)))


for python in ("azure-identity", "azure-identity.aio", "msal"):
    does(python, "app-service", "system")
"""PLACEHOLDER"""


# --- checks ---------------------------------------------------------------------------------------------------------------


class Place:
    """A server with every source, and the environment of each."""

    def __init__(self, server):
        self.server = server
        self.environments = {entry["source"]: entry for entry in json.loads(server.control_get("/sources")[1])["sources"]}

    @contextlib.contextmanager
    def at(self, source, **changed):
        """This process at a source, with variables changed; None takes one away."""
        variables = {entry["name"]: entry["value"] for entry in self.environments[source]["variables"]}
        variables.update(changed)
        variables = {name: value for name, value in variables.items() if value is not None}
        before = dict(os.environ)
        os.environ.update(variables)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def last(self):
        return self.server.decisions("?limit=1")[0]["id"]


def ask_for(name, ask, stub):
    return CLIENTS[name](ask, stub) if name in ("object_store (Rust)", "azure-identity (C++)") else CLIENTS[name](ask)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="only the cases whose name holds this text")
    parser.add_argument("--explore", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    testkit.enter_namespace()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/var/opt"], check=True)
    flags = [part for source in SOURCES for part in ("--source", f"{source}=127.0.0.1:0")]
    with testkit.Server(manifest=WORLD, arguments=flags) as server, StorageStub(server.ca_file()) as stub:
        place = Place(server)
        for source in SOURCES:
            for client in CLIENTS:
                for ask in ASKS:
                    if client.endswith("(C++)") and ask in ("resource id", "object id"):
                        continue
                    with place.at(source):
                        try:
                            token = ask_for(client, ask, stub)
                            oid = testkit.claims_unverified(token)[1]["oid"]
                            print(source, "|", client, "|", ask, "|", [n for n in IDS if IDS[n]["object id"] == oid], flush=True)
                        except Exception as e:
                            print(source, "|", client, "|", ask, "|", type(e).__name__, str(e).replace("\n", " ")[:420], flush=True)


if __name__ == "__main__":
    sys.exit(main())
