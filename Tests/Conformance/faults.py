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
    ("410 for a second", {"status": 410, "for": "1s"}),
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
    "429, once", "429, Retry-After: 1, once", "410 for a second", "503, once", "a proxy's page with 200", "expired token")]
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


def value_of(answer):
    if "access_token" not in answer:
        raise Refused(f"`{answer.get('error')}`")
    return answer["access_token"]


CLIENTS = [  # the name in the table, the function, the source, the faults; the CLI asks about an identity of its own each time
    ("azure-identity, managed identity", managed, "imds", OF_METADATA),
    ("azure-identity.aio, managed identity", managed_async, "imds", OF_METADATA),
    ("msal, managed identity", managed_msal, "imds", OF_METADATA),
    ("azure-identity, client secret", secret, "authority", EVERYWHERE),
    ("azure-identity.aio, client secret", secret_async, "authority", EVERYWHERE),
    ("msal, client secret", secret_msal, "authority", EVERYWHERE),
    ("azure-cli, managed identity", cli, "imds", OF_CLI),
]
RUNS = [(client, ask, source, fault, step, f"1a2b3c4d-0000-4000-8000-{index:012}" if ask is cli else f"api://fault-{index}")
        for index, (client, ask, source, fault, step) in enumerate(
            (client, ask, source, fault, step) for client, ask, source, faults in CLIENTS for fault, step in faults)]


def ours(kind, name, spec):
    return json.dumps({"apiVersion": "understudy.internal/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})


def world():
    """A machine, an application, a resource by as many names as there are runs, and a fault for each."""
    identities = [asked for _, ask, *_, asked in RUNS if ask is cli]
    return "\n---\n".join([
        ours("Tenant", "contoso", {"tenantID": TENANT}),
        ours("Node", "vm", {"tenant": "contoso", "systemAssigned": True, "userAssigned": [f"mi-{name}" for name in identities],
                            "compute": {"subscriptionId": SUBSCRIPTION}}),
        *(ours("ManagedIdentity", f"mi-{name}", {"clientID": name}) for name in identities),
        ours("Application", "web", {"tenant": "contoso", "clientID": WEB, "secrets": [{"value": SECRET}]}),
        ours("ResourcePrincipal", "api", {"identifierURIs": [asked for _, ask, *_, asked in RUNS if ask is not cli]}),
        *(ours("Fault", asked.removeprefix("api://"), {
            "match": {"sources": [source], "identity" if ask is cli else "audience": asked}, "do": step})
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
        return "signs in"
    expect(testkit.claims_unverified(token)[1]["aud"], asked, "audience of the token")
    return "token"


def run_all(server):
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(RUNS)) as pool:
        return list(pool.map(lambda run: outcome(server, run[1], run[5]) if can_run(run) else None, RUNS))


def can_run(run):
    return run[1] is not cli or REFUSAL is None


def rows(server, outcomes):
    """A row for each run: client, fault, requests, waits, outcome."""
    asked = {}
    for decision in server.decisions("?limit=4096"):
        for key in {decision.get("resource"), decision.get("selector", {}).get("value")} - {None}:
            asked[key] = asked.get(key, 0) + 1
    waits = {}
    for sequence in json.loads(server.control_get("/retries")[1])["retries"]:
        # A fault is named after what it is for.
        waits.setdefault(sequence["attempts"][0]["fault"], []).extend(
            attempt["waitedMilliseconds"] for attempt in sequence["attempts"] if "waitedMilliseconds" in attempt)
    return [(client, fault, asked.get(key, 0), ", ".join(f"{wait / 1000:.1f}" for wait in waits.get(key.removeprefix("api://"), [])) or "-",
             result) for (client, _, _, fault, _, key), result in zip(RUNS, outcomes)]


def table(found):
    lines = ["| Client | Fault | Requests | Waits, s | Then |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in found]) + "\n"


def told():
    """The rows of the page, by client and fault: requests and what came of them."""
    text = PAGE.read_text()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text[text.index(BEGIN):text.index(END)].splitlines()
             if line.startswith("| ") and not line.startswith(("| Client", "| ---"))]
    return {(row[0], row[1]): (int(row[2]), row[4]) for row in cells}


def is_as_told(page, row):
    client, fault, count, _, result = row
    expect((count, result), page.get((client, fault)), "requests and outcome (--write makes the table anew)")


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
    return ", ".join([f"{name} {importlib.metadata.version(name)}" for name in ("azure-identity", "azure-core", "msal")] + [cli_version])


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
        text = text[:text.index(BEGIN)] + BEGIN + "\n" + table(found) + "\n" + text[text.index(END):]
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
