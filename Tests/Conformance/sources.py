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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from storage_stub import Relay, StorageStub  # noqa: E402
from testkit import expect  # noqa: E402

testkit.forget_steering()
logging.disable(logging.CRITICAL)

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
PODS = f"""apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {{name: reader, namespace: default}}
spec: {{type: 0, resourceID: "{IDS['reader']['resource id']}", clientID: {IDS['reader']['client id']}}}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {{name: reader, namespace: default}}
spec: {{azureIdentity: reader, selector: app}}
---
apiVersion: v1
kind: Pod
metadata: {{name: app, namespace: default, labels: {{aadpodidbinding: app}}}}
spec: {{nodeName: node1, containers: [{{name: c, image: none}}]}}
status: {{phase: Running, podIP: 127.0.0.1}}
---
{WORLD.replace("name: vm1", "name: node1").replace("  userAssigned", "  plane: pod-identity" + chr(10) + "  userAssigned")}"""
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
        raise Refused(" ".join(result.stderr.split()))
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


RUST_CLIENT, CPP_CLIENT = AT_STORAGE = ("object_store (Rust)", "azure-identity (C++)")
CLIENTS = {"azure-identity": by_sync, "azure-identity.aio": by_async, "msal": by_msal, RUST_CLIENT: by_rust,
           CPP_CLIENT: by_cpp}

# --- what each client does ---------------------------------------------------------------------------------------------------


class Told(str):
    """A refusal after the source was asked; what the client then says holds this text."""


class Never(str):
    """A refusal of the client's own: the source is never asked."""


PYTHON = ("azure-identity", "azure-identity.aio", "msal")
EXPECTED = {}


def does(client, source, *outcomes):
    """An outcome for each way of asking; the last stands for those that are left out. None: the client has no argument for it."""
    EXPECTED[client, source] = dict(zip(ASKS, [*outcomes, *[outcomes[-1]] * (len(ASKS) - len(outcomes))]))


for name in PYTHON:
    does(name, "app-service", "system", "reader", "reader", "reader", Told("Unable to load the proper Managed Identity"))
    # MSAL takes the text that Azure ML refuses with for JSON; it knows no Cloud Shell and turns to IMDS.
    does(name, "azure-ml", "system", "reader", "reader", "reader",
         Told("Token not found" if name == "azure-identity.aio" else "JSONDecodeError"))
    does(name, "arc", "system", "reader", "reader", "reader", Told("Identity not found"))
for name in PYTHON[:2]:
    does(name, "service-fabric", "system", Never("not supported by the Service Fabric managed identity environment"))
    does(name, "cloud-shell", "system", Never("ValueError"))
does("msal", "service-fabric", "system")  # it ignores the identity that is named, as the cluster would
does("msal", "cloud-shell", Never("169.254.169.254"))

# object_store asks whatever IDENTITY_ENDPOINT leads to by App Service's version, and reads no MSI_ENDPOINT.
does(RUST_CLIENT, "app-service", "system", "reader", "reader", "reader", Told("Unable to load the proper Managed Identity"))
does(RUST_CLIENT, "arc", Told("The api-version is invalid"))
does(RUST_CLIENT, "service-fabric", Told("InvalidApiVersion"))
does(RUST_CLIENT, "cloud-shell", Never("169.254.169.254"))
does(RUST_CLIENT, "azure-ml", Never("169.254.169.254"))

# The C++ library takes Service Fabric for App Service. pyarrow has an argument for a client id alone.
ARC_REFUSAL, SHELL_REFUSAL = Never("User assigned identity is not supported by the Azure Arc"), Never("not supported in Cloud Shell")
does(CPP_CLIENT, "app-service", "system", "reader", None, None, Told("Unable to load the proper Managed Identity"))
does(CPP_CLIENT, "arc", "system", ARC_REFUSAL, None, None, ARC_REFUSAL)
does(CPP_CLIENT, "service-fabric", Told("DefaultAzureCredential"), Told("InvalidApiVersion"), None, None, Told("InvalidApiVersion"))
does(CPP_CLIENT, "cloud-shell", "system", SHELL_REFUSAL, None, None, SHELL_REFUSAL)
does(CPP_CLIENT, "azure-ml", "system", "reader", None, None, Told("Token not found"))


# --- checks ---------------------------------------------------------------------------------------------------------------

TABLE = {}


class Place:
    """A server with every source, and the environment of each."""

    def __init__(self, server):
        self.server = server
        self.environments = {entry["source"]: entry for entry in json.loads(server.control_get("/sources")[1])["sources"]}

    @contextlib.contextmanager
    def at(self, source, **changed):
        """This process at a source, with variables changed; None takes one away."""
        before = dict(os.environ)
        os.environ.update({entry["name"]: entry["value"] for entry in self.environments[source]["variables"]})
        for name, value in changed.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def since(self, mark):
        return self.server.decisions(f"?limit=1000&since={mark}")

    def mark(self):
        return max([decision["id"] for decision in self.server.decisions("?limit=1")], default=0)

    def verified(self, token, audience=None):
        """The claims of a token, verified by software that is not ours."""
        audience = audience or testkit.claims_unverified(token)[1]["aud"]
        expect(audience in (VAULT, STORAGE), True, f"audience {audience}")
        return testkit.verify(self.server.authority, self.server.ca_file(), token, audience)


def asked(client, ask, stub):
    return CLIENTS[client](ask, stub) if client in AT_STORAGE else CLIENTS[client](ask)


def behaves(place, stub, source, client, ask, wanted):
    """The client gets the identity's token, or does what it is known to do."""
    mark, token = place.mark(), None
    with place.at(source):
        try:
            token = asked(client, ask, stub)
        except Exception as problem:  # whatever a client raises is its refusal
            said = f"{type(problem).__name__}: {problem}".replace("\n", " ")
    decisions = place.since(mark)
    row = TABLE.setdefault((source, client), {})
    if token is None:
        if type(wanted) is str:
            raise AssertionError(f"no token of {wanted}: {said[:600]}")
        row[ask] = ("refuses: " if decisions else "never asks the source: ") + wanted
        if wanted not in said:
            raise AssertionError(f"{wanted!r} is not in what was raised: {said[:600]}")
        expect(bool(decisions), isinstance(wanted, Told), f"whether the source was asked ({said[:300]})")
        return None
    claims = place.verified(token)
    expect([name for name in IDS if IDS[name]["object id"] == claims["oid"]], [wanted], "whose token it is")
    row[ask] = f"{wanted}'s token"
    expect((decisions[-1]["source"], decisions[-1]["outcome"], decisions[-1]["uti"]), (source, "issued", claims["uti"]), "the last decision")
    return None


def refuses(place, stub, source, client, wanted, ask="default", asks=True, **changed):
    """With something wrong in its environment, the client says why."""
    mark = place.mark()
    with place.at(source, **changed):
        try:
            asked(client, ask, stub)
        except Exception as problem:
            said = f"{type(problem).__name__}: {problem}"
        else:
            raise AssertionError("a token was given")
    if wanted not in said:
        raise AssertionError(f"{wanted!r} is not in what was raised: {said[:600]}")
    expect(bool(place.since(mark)), asks, "whether the source was asked")


def oversized(place, stub, client, wanted):
    """A key of more than 4096 bytes is not sent: between challenge and reading the file grows."""
    def grow(answer):
        challenge = answer.headers.get("WWW-Authenticate")
        if challenge:
            pathlib.Path(challenge.partition("=")[2]).write_text("x" * 5000)

    with Relay(place.server.announced["sources"]["arc"], grow) as relay:
        return refuses(place, stub, "arc", client, wanted, IDENTITY_ENDPOINT=relay.url + "/metadata/identity/oauth2/token",
                       IMDS_ENDPOINT=relay.url)


def gives_another(place):
    """A claims challenge: the hash of the refused token is sent, and another token comes (conformance case 34)."""
    with place.at("service-fabric"):
        client = msal_client("default")
        first, again = by_msal("default", client), by_msal("default", client)
        expect(again, first, "the cached token")
        another = by_msal("default", client, claims_challenge=json.dumps({"access_token": {"nbf": {"essential": True, "value": "1"}}}))
    if another == first:
        raise AssertionError("the refused token was given again")
    place.verified(another, VAULT)


def gets(place, stub, source, client, **changed):
    with place.at(source, **changed):
        place.verified(asked(client, "default", stub))


def gets_the_pods(place, stub, client):
    """What no selector means is NMI's choice, the identity bound to the pod; a client of the node would get the node's."""
    mark = place.mark()
    with place.at("app-service"):
        token = asked(client, "default", stub)
    expect([(decision["source"], decision["caller"]["pod"]) for decision in place.since(mark)], [("app-service", "default/app")], "decisions")
    expect(place.verified(token)["oid"], IDS["reader"]["object id"], "whose token it is")


def audience_is_refused(place):
    import azure.identity

    with place.at("cloud-shell"), azure.identity.ManagedIdentityCredential() as credential:
        try:
            credential.get_token("https://azconfig.io/.default")
        except Exception as problem:
            expect(str(problem).startswith("(AudienceNotSupported) Audience https://azconfig.io is not"), True, f"what is said ({problem})")
        else:
            raise AssertionError("a token was given")


WRONG_SECRETS = [  # the source, the variable with its secret, the client, and what that says
    ("app-service", "IDENTITY_HEADER", "azure-identity", "JSONDecodeError"),
    ("app-service", "IDENTITY_HEADER", "azure-identity.aio", "No token received"),
    ("app-service", "IDENTITY_HEADER", "msal", "JSONDecodeError"),
    ("app-service", "IDENTITY_HEADER", RUST_CLIENT, "403 Forbidden"),
    ("app-service", "IDENTITY_HEADER", CPP_CLIENT, "403"),
    ("service-fabric", "IDENTITY_HEADER", "azure-identity", "ManagedIdentityNotFound"),
    ("service-fabric", "IDENTITY_HEADER", "azure-identity.aio", "ManagedIdentityNotFound"),
    ("service-fabric", "IDENTITY_HEADER", "msal", "ManagedIdentityNotFound"),
    ("azure-ml", "MSI_SECRET", "azure-identity", "JSONDecodeError"),
    ("azure-ml", "MSI_SECRET", "azure-identity.aio", "Invalid secret token header"),
    ("azure-ml", "MSI_SECRET", "msal", "JSONDecodeError"),
    ("azure-ml", "MSI_SECRET", CPP_CLIENT, "Invalid secret token header"),
]


def print_table():
    """What every client did, ways of asking that ended alike on one line."""
    for source in SOURCES:
        print(f"\n  {source}")
        for client in CLIENTS:
            ways = {}
            for ask in ASKS:
                ways.setdefault(TABLE.get((source, client), {}).get(ask, "has no argument for it"), []).append(ask)
            for outcome, asks in ways.items():
                print(f"    {client:22} {', '.join(asks):54} {outcome}")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="only the cases whose name holds this text")
    only = parser.parse_args().only
    reason = testkit.enter_namespace()
    tally = testkit.Tally("managed identity sources, by real clients", only)
    if reason:
        tally.skip("every client at every source", reason)
        return tally.finish()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/var/opt"], check=True)
    for package in ("azure-identity", "azure-core", "msal", "aiohttp", "requests", "obstore", "pyarrow"):
        print(f"  {package} {importlib.metadata.version(package)}")
    print(f"  Python {sys.version.split()[0]}", flush=True)
    flags = [part for source in SOURCES for part in ("--source", f"{source}=127.0.0.1:0")]
    with testkit.Server(manifest=WORLD, arguments=flags) as server, StorageStub(server.ca_file()) as stub:
        place = Place(server)
        for source in SOURCES:
            for client in CLIENTS:
                for ask in ASKS:
                    wanted = EXPECTED[client, source][ask]
                    if wanted is not None:
                        does_what = f"{wanted}'s token" if type(wanted) is str else "its own refusal"
                        tally.case(f"{source}: {client}, {ask}: {does_what}", behaves, place, stub, source, client, ask, wanted)
        for source, secret, client, says in WRONG_SECRETS:
            ask = "client id" if client == CPP_CLIENT else "default"  # its DefaultAzureCredential keeps the reason to itself
            tally.case(f"{source}: {client} refuses when its secret is wrong", refuses, place, stub, source, client, says, ask,
                       **{secret: "wrong"})
        for client in ("azure-identity", "msal"):
            tally.case(f"service-fabric: {client} sends nothing to a certificate of another thumbprint", refuses, place, stub, "service-fabric",
                       client, "thumbprint does not match", asks=False, IDENTITY_SERVER_THUMBPRINT="0" * 40)
        tally.case("service-fabric: azure-identity.aio checks no certificate", gets, place, stub, "service-fabric", "azure-identity.aio",
                   IDENTITY_SERVER_THUMBPRINT="0" * 40)
        tally.case("service-fabric: msal has a refused token replaced", gives_another, place)
        for client, says in (("azure-identity", "larger than 4KB"), ("azure-identity.aio", "less than or equal to 4096 bytes"),
                             ("msal", "larger than 4KB"), (CPP_CLIENT, "DefaultAzureCredential")):
            tally.case(f"arc: {client} sends no key of more than 4096 bytes", oversized, place, stub, client, says)
        tally.case("cloud-shell: azure-identity is refused an audience outside the list", audience_is_refused, place)
        alone = {"IDENTITY_ENDPOINT": None, "IDENTITY_HEADER": None}  # then the variables of 2017 lead to the 2017 API
        tally.case("app-service 2017: azure-identity.aio reads its dates", gets, place, stub, "app-service", "azure-identity.aio", **alone)
        tally.case("app-service 2017: azure-identity wants an epoch", refuses, place, stub, "app-service", "azure-identity", "ValueError", **alone)
        tally.case("app-service 2017: the C++ library wants an epoch", refuses, place, stub, "app-service", CPP_CLIENT, "expires_on",
                   "client id", **alone)
    with testkit.Server(manifest=WORLD, arguments=[*flags, "--arc-realm", "/var/opt/azcmagent/elsewhere"]) as server, \
            StorageStub(server.ca_file()) as stub:
        place = Place(server)
        # The keys are there too: what refuses is the rule, not a missing file.
        KEYS.with_name("elsewhere").symlink_to(KEYS)
        for client in ("azure-identity", "msal"):
            tally.case(f"arc: {client} reads the agent's directory whatever the challenge names", gets, place, stub, "arc", client)
        for client, says in (("azure-identity.aio", "Unexpected file path"), (CPP_CLIENT, "DefaultAzureCredential")):
            tally.case(f"arc: {client} reads no other directory than the agent's", refuses, place, stub, "arc", client, says)
    with testkit.Server(manifest=PODS, arguments=flags) as server, StorageStub(server.ca_file()) as stub:
        place = Place(server)
        for client in CLIENTS:
            tally.case(f"pod-identity: at App Service {client} gets its pod's identity without naming it", gets_the_pods, place, stub, client)
    print_table()
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
