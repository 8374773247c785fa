"""Conformance under faults: what unmodified clients do when the metadata service and the token service have a bad day.

    .venv/bin/python Tests/Conformance/faults.py [TEXT]     only the cases whose name holds TEXT
    .venv/bin/python Tests/Conformance/faults.py --write    makes the table of Sources/Faults/Faults.docc/Clients.md anew

Each client meets each fault once, all of them at the same time against one server: a fault is for one audience and each client
asks for its own, or, where the client settles the audience, for one identity. What came of it, and how often the client asked, is
held against the table; how long it waited is told there and not held, for that depends on this machine. Needs .venv, and for
azure-cli .venv-az and namespaces, in which the names it calls lead to the server; without them its rows count as skipped.
"""

import asyncio
import concurrent.futures
import importlib.metadata
import json
import logging
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

AZ = testkit.ROOT / ".venv-az/bin/az"
REFUSAL = testkit.enter_namespace() or (None if AZ.exists() else f"{AZ} is not there: Tests/prepare --tests")
testkit.forget_steering()
import azure.identity  # noqa: E402
import azure.identity.aio  # noqa: E402
import msal  # noqa: E402
import obstore  # noqa: E402
import pyarrow.fs  # noqa: E402
import requests  # noqa: E402

logging.disable(logging.CRITICAL)

PAGE = testkit.ROOT / "Sources/Faults/Faults.docc/Clients.md"
BEGIN, END = "<!-- The table. -->\n", "<!-- The end of the table. -->\n"
TENANT = "7d0b9c1e-0001-4000-8000-00000000c001"
WEB = "5e6f7a8b-0001-4000-8000-00000000a001"
SECRET = "s3cr3t"
HTML = "<html><body>Sign in to the proxy</body></html>"

# What the table calls it, and the steps of the fault.
ONCE = [
    ("429", {"status": 429}), ("429, Retry-After: 1", {"status": 429, "retryAfter": 1}), ("404", {"status": 404}),
    ("500", {"status": 500}), ("503", {"status": 503}), ("504", {"status": 504}), ("reset", {"reset": True}),
    ("hung up after 500 ms", {"stall": "500ms"}), ("body cut off", {"truncate": True}),
]
EVERYWHERE = [(f"{name}, once", {**step, "times": 1}) for name, step in ONCE] + [
    ("410 for three seconds", {"status": 410, "for": "3s"}),
    ("503 for good", {"status": 503}),
    ("answer 500 ms late", {"delay": "500ms"}),
    ("a proxy's page with 200", {"status": 200, "body": HTML, "contentType": "text/html"}),
    ("no `expires_in`", {"omit": ["expires_in"]}),
    ("`expires_in` of the other type", {"retype": ["expires_in"]}),
    ("expired token", {"token": "expired"}),
    ("token not valid yet", {"token": "not-yet-valid"}),
]
OF_METADATA = EVERYWHERE + [
    ("`expires_on` as a number", {"retype": ["expires_on"]}),
    ("no `resource`", {"omit": ["resource"]}),
    ("403 of Docker Desktop", {"preset": "docker-desktop"}),
    ("400, identity not found", {"status": 400}),
]


OF_CLI = [fault for fault in OF_METADATA if fault[0] in (
    "429, once", "429, Retry-After: 1, once", "410 for three seconds", "503, once", "a proxy's page with 200", "expired token")]
# Its own retries go on for minutes, by chance.
OF_RUST = [fault for fault in OF_METADATA if fault[0] != "503 for good"]
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"


# --- the clients: from a server and what they ask for to a token ------------------------------------------------------------


class Refused(Exception):
    """MSAL answers a refusal as a value; here it is raised, so that every client has one shape."""


def managed(server, audience):
    with azure.identity.ManagedIdentityCredential() as credential:
        return credential.get_token(audience + "/.default").token


def managed_async(server, audience):
    async def ask():
        async with azure.identity.aio.ManagedIdentityCredential() as credential:
            return (await credential.get_token(audience + "/.default")).token
    return asyncio.run(ask())


def managed_msal(server, audience):
    with requests.Session() as session:
        session.trust_env = False
        client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=session)
        return value_of(client.acquire_token_for_client(resource=audience))


def secret(server, audience):
    with azure.identity.ClientSecretCredential(
            TENANT, WEB, SECRET, authority=server.authority, disable_instance_discovery=True) as credential:
        return credential.get_token(audience + "/.default").token


def secret_async(server, audience):
    async def ask():
        async with azure.identity.aio.ClientSecretCredential(
                TENANT, WEB, SECRET, authority=server.authority, disable_instance_discovery=True) as credential:
            return (await credential.get_token(audience + "/.default")).token
    return asyncio.run(ask())


def secret_msal(server, audience):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = server.ca_file()
        client = msal.ConfidentialClientApplication(
            WEB, client_credential=SECRET, authority=f"{server.authority}/{TENANT}", instance_discovery=False, http_client=session)
        return value_of(client.acquire_token_for_client(scopes=[audience + "/.default"]))


def cli(server, client_id):
    """`az login --identity`, which then lists subscriptions with the token."""
    folder = tempfile.mkdtemp(prefix="understudy-az-")
    try:
        environment = {**os.environ, "AZURE_CONFIG_DIR": folder, "AZURE_CORE_COLLECT_TELEMETRY": "no",
                       "AZURE_CORE_LOGIN_EXPERIENCE_V2": "off"}
        result = subprocess.run([str(AZ), "login", "--identity", "--client-id", client_id, "--output", "json"], capture_output=True,
                                text=True, timeout=120, env=environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if result.returncode != 0:
        raise Refused(f"exit status {result.returncode}")
    return None


def rust(server, client_id):
    """A storage account whose token comes from the metadata service; the account itself is not there, which is told after the token."""
    store = obstore.store.AzureStore(
        "box", account_name="account", client_id=client_id, msi_endpoint=f"{server.metadata}/metadata/identity/oauth2/token",
        endpoint=server.metadata, client_options={"allow_http": True})
    try:
        obstore.head(store, "thing")
    except obstore.exceptions.BaseError as problem:
        if "performing HEAD" not in str(problem):
            raise
    return None


def cpp(server, client_id):
    """The same in C++, which hands tokens to TLS alone: to a port where nobody is."""
    nobody = "127.0.0.1:9"
    try:
        pyarrow.fs.AzureFileSystem(account_name="account", client_id=client_id, blob_storage_authority=nobody,
                                   dfs_storage_authority=nobody).get_file_info("box/thing")
    except OSError as problem:
        if "Could not connect to server" not in str(problem):
            raise
    except pyarrow.lib.ArrowException as problem:
        raise Refused("`AuthenticationException`" if "AuthenticationException" in str(problem) else str(problem)) from None
    return None


def value_of(answer):
    if "access_token" not in answer:
        raise Refused(f"`{answer.get('error')}`")
    return answer["access_token"]


CLIENTS = [  # the name in the table, the function, the source, the faults; some ask about an identity of their own each time
    ("azure-identity, managed identity", managed, "imds", OF_METADATA),
    ("azure-identity.aio, managed identity", managed_async, "imds", OF_METADATA),
    ("msal, managed identity", managed_msal, "imds", OF_METADATA),
    ("azure-identity, client secret", secret, "authority", EVERYWHERE),
    ("azure-identity.aio, client secret", secret_async, "authority", EVERYWHERE),
    ("msal, client secret", secret_msal, "authority", EVERYWHERE),
    ("object_store (Rust), managed identity", rust, "imds", OF_RUST),
    ("azure-identity (C++), managed identity", cpp, "imds", OF_METADATA),
    ("azure-cli, managed identity", cli, "imds", OF_CLI),
]
BY_IDENTITY = {cli, cpp, rust}
RUNS = [(client, ask, source, fault, step, f"1a2b3c4d-0000-4000-8000-{index:012}" if ask in BY_IDENTITY else f"api://fault-{index}")
        for index, (client, ask, source, fault, step) in enumerate(
            (client, ask, source, fault, step) for client, ask, source, faults in CLIENTS for fault, step in faults)]


def ours(kind, name, spec):
    return json.dumps({"apiVersion": "understudy.internal/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})


def world():
    """A machine, an application, a resource by as many names as there are runs, and a fault for each."""
    identities = [asked for _, ask, *_, asked in RUNS if ask in BY_IDENTITY]
    return "\n---\n".join([
        ours("Tenant", "contoso", {"tenantID": TENANT}),
        ours("Node", "vm", {"tenant": "contoso", "systemAssigned": True, "userAssigned": [f"mi-{name}" for name in identities],
                            "compute": {"subscriptionId": SUBSCRIPTION}}),
        *(ours("ManagedIdentity", f"mi-{name}", {"clientID": name}) for name in identities),
        ours("Application", "web", {"tenant": "contoso", "clientID": WEB, "secrets": [{"value": SECRET}]}),
        ours("ResourcePrincipal", "api", {"identifierURIs": [asked for _, ask, *_, asked in RUNS if ask not in BY_IDENTITY]}),
        *(ours("Fault", asked.removeprefix("api://"), {
            "match": {"sources": [source], "identity" if ask in BY_IDENTITY else "audience": asked}, "do": step})
          for _, ask, source, _, step, asked in RUNS)])


# --- running --------------------------------------------------------------------------------------------------------------


def outcome(server, ask, asked):
    """What the client made of it, in the words of the table."""
    try:
        token = ask(server, asked)
    except Refused as refusal:
        return f"refused: {refusal}"
    except Exception as problem:  # whatever a client raises is what it does
        return f"raises `{type(problem).__name__}`"
    if token is None:
        return "signs in" if ask is cli else "token"
    expect(testkit.claims_unverified(token)[1]["aud"], asked, "audience of the token")
    return "token"


def run_all(server):
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(RUNS)) as pool:
        return list(pool.map(lambda run: outcome(server, run[1], run[5]) if can_run(run) else None, RUNS))


def can_run(run):
    return run[1] is not cli or REFUSAL is None


def rows(server, outcomes):
    """A row for each run: client, fault, requests, waits, what `decisions --retries` says of them, outcome."""
    asked = {}
    for decision in server.decisions("?limit=4096"):
        for key in {decision.get("resource"), decision.get("selector", {}).get("value")} - {None}:
            asked[key] = asked.get(key, 0) + 1
    waits, verdicts = {}, {}
    for sequence in json.loads(server.control_get("/retries")[1])["retries"]:
        # A fault is named after what it is for.
        name = sequence["attempts"][0]["fault"]
        verdicts[name] = sequence["verdict"]
        waits.setdefault(name, []).extend(
            f"{attempt['waitedMilliseconds'] / 1000:.1f}" for attempt in sequence["attempts"] if "waitedMilliseconds" in attempt)
    names = [key.removeprefix("api://") for *_, key in RUNS]
    return [(client, fault, asked.get(key, 0), ", ".join(waits.get(name, [])) or "-", verdicts.get(name, "-"), result)
            for (client, _, _, fault, _, key), name, result in zip(RUNS, names, outcomes)]


def table(found):
    """A section for each client, a row for each fault."""
    lines, last = [], None
    for client, *cells in found:
        if client != last:
            lines += ["", f"## {client}", "", "| Fault | Requests | Waits, s | Verdict | Then |", "| --- | --- | --- | --- | --- |"]
            last = client
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def told():
    """The rows of the page, by client and fault: requests, what came of them, and the verdict where the client was told to wait."""
    text, page, client = PAGE.read_text(), {}, None
    for line in text[text.index(BEGIN):text.index(END)].splitlines():
        if line.startswith("## "):
            client = line[3:]
        elif line.startswith("| ") and not line.startswith(("| Fault", "| ---")):
            fault, count, _, verdict, result = [cell.strip() for cell in line.strip("|").split(" | ")]
            page[client, fault] = held(fault, int(count), verdict, result)
    return page


def held(fault, count, verdict, result):
    """What of a row does not depend on the machine: whether a wait was as long as it was told, but not as it is documented."""
    return (count, verdict, result) if "Retry-After" in fault else (count, result)


def is_as_told(page, row):
    client, fault, count, _, verdict, result = row
    expect(held(fault, count, verdict, result), page.get((client, fault)), "requests and outcome (--write makes the table anew)")


def page_is_complete(page):
    expect(set(page), {(client, fault) for client, _, _, fault, _, _ in RUNS}, "rows of the table")


def lead_here():
    """A hosts file over the real one, in this mount namespace alone."""
    with tempfile.NamedTemporaryFile("w", prefix="understudy-hosts-", delete=False) as file:
        file.write("127.0.0.1 localhost management.azure.com login.microsoftonline.com\n")
    subprocess.run(["mount", "--bind", file.name, "/etc/hosts"], check=True)
    os.unlink(file.name)


def versions():
    cli_version = (testkit.ROOT / "Tests/Conformance/az-requirements.txt").read_text().strip().replace("==", " ")
    return ", ".join([f"{name} {importlib.metadata.version(name)}" for name in ("azure-identity", "azure-core", "msal", "obstore", "pyarrow")] + [cli_version])


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    tally = testkit.Tally(f"clients under faults: {versions()}", arguments[0] if arguments else None)
    if REFUSAL is None:
        lead_here()
    with testkit.Server(manifest=world(), authority="127.0.0.1:0" if REFUSAL else "127.0.0.1:443") as server:
        os.environ.update(AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata, REQUESTS_CA_BUNDLE=server.ca_file(),
                          SSL_CERT_FILE=server.ca_file())
        found = rows(server, run_all(server))
    if "--write" in sys.argv:
        text = PAGE.read_text()
        text = text[:text.index(BEGIN)] + BEGIN + table(found) + "\n" + text[text.index(END):]
        text = re.sub(r"(?m)^Made with .*$", f"Made with {versions()}.", text)
        PAGE.write_text(text)
    page = told()
    tally.case("the table has a row for each client and fault", page_is_complete, page)
    for run, row in zip(RUNS, found):
        if can_run(run):
            tally.case(f"{row[0]}: {row[1]}", is_as_told, page, row)
        else:
            tally.skip(f"{row[0]}: {row[1]}", REFUSAL)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
