"""Conformance of time: unmodified azure-identity and MSAL under faketime, the server's clock moved with theirs.

    .venv/bin/python Tests/Conformance/refresh.py [TEXT]     only the cases whose name holds TEXT

Each client lives in one process, whose cache is what is looked at; libfaketime moves its wall clock while it runs, `understudy clock`
moves the server's by the same offset. What it asked is read off the server's decisions. The points in time are those of the facts:
a token that lives two hours or more is refreshed at half of what it was said to live, any token counts as expired with less than
five minutes left (sdk-clients.md §1.1, §2.1), and IMDS itself gives the same token until then (imds.md §5.4).
"""

import argparse
import asyncio
import glob
import importlib.metadata
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import APPLICATION_AND_VM, SECRET, TENANT, WEB  # noqa: E402

VAULT = "https://vault.azure.net"
MINUTE, HOUR = 60, 3600
LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


# --- the client, in a process of its own ------------------------------------------------------------------------------------


def asker(kind, authority):
    """What gives an access token of that kind of client, again and again."""
    if kind == "MSAL managed identity":
        import msal
        import requests

        client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())

        def ask():
            answer = client.acquire_token_for_client(resource=VAULT)
            if "access_token" not in answer:
                raise RuntimeError(answer)
            return answer["access_token"]
        return ask
    if kind == "MSAL application":
        import msal

        application = msal.ConfidentialClientApplication(
            WEB, client_credential=SECRET, authority=f"{authority}/{TENANT}", instance_discovery=False)
        return lambda: application.acquire_token_for_client([VAULT + "/.default"])["access_token"]
    import azure.identity
    import azure.identity.aio

    if kind == "azure-identity ManagedIdentityCredential, async":
        loop = asyncio.new_event_loop()

        async def made():
            return azure.identity.aio.ManagedIdentityCredential()
        credential = loop.run_until_complete(made())
        return lambda: loop.run_until_complete(credential.get_token(VAULT + "/.default")).token
    if kind == "azure-identity ManagedIdentityCredential":
        credential = azure.identity.ManagedIdentityCredential()
    else:
        credential = azure.identity.ClientSecretCredential(
            TENANT, WEB, SECRET, authority=authority, disable_instance_discovery=True)
    return lambda: credential.get_token(VAULT + "/.default").token


def serve_client(kind, authority):
    """A line in, a token or the reason out."""
    logging.disable(logging.CRITICAL)
    ask = asker(kind, authority)
    for _ in sys.stdin:
        try:
            print(json.dumps({"token": ask()}), flush=True)
        except Exception as problem:
            print(json.dumps({"problem": f"{type(problem).__name__}: {problem}"}), flush=True)


class Client:
    """A client whose wall clock is moved while it lives."""

    def __init__(self, kind, server, folder):
        self.server, self.file = server, pathlib.Path(folder) / "offset"
        self.file.write_text("+0\n")
        environment = testkit.clean_environment(
            AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata, REQUESTS_CA_BUNDLE=server.ca_file(), LD_PRELOAD=glob.glob(LIBRARIES)[0],
            FAKETIME_TIMESTAMP_FILE=str(self.file), FAKETIME_NO_CACHE="1", DONT_FAKE_MONOTONIC="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1")
        self.process = subprocess.Popen([sys.executable, __file__, "--client", kind, "--authority", server.authority], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()  # which ends it
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def at(self, seconds):
        """Asks at an offset of client and server; (the token's uti, how many requests for a token the server saw)."""
        self.file.write_text(f"+{seconds}\n")
        self.server.run("clock", "offset", f"{seconds}s", "--control", self.server.control, check=0)
        before = [decision["id"] for decision in self.server.decisions("?outcome=issued")]
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "problem" in answer:
            raise AssertionError(f"at +{seconds} s: {answer['problem']}")
        claims = testkit.claims_unverified(answer["token"])[1]
        issued = [decision for decision in self.server.decisions("?outcome=issued") if decision["id"] not in before]
        return claims["uti"], len(issued)


# --- the cases ------------------------------------------------------------------------------------------------------------

# Seconds since the start, requests then, and whether the token is another than before. A managed identity's token lives 24 hours.
MANAGED = [
    (0, 1, True), (6 * HOUR, 0, False), (12 * HOUR - MINUTE, 0, False),
    (12 * HOUR + MINUTE, 1, False),       # half of 24 hours: asked, and given the same token, which has under 12 hours left
    (18 * HOUR - 5 * MINUTE, 0, False),
    (18 * HOUR + 5 * MINUTE, 1, False),   # half of what was left then
    (24 * HOUR - 3 * MINUTE, 1, True),    # under five minutes left: expired to client and metadata service alike
    (24 * HOUR + 6 * HOUR, 0, False),
]
# An application's token lives an hour, so it is asked for anew only when five minutes are left.
APPLICATION = [(0, 1, True), (31 * MINUTE, 0, False), (54 * MINUTE, 0, False), (56 * MINUTE, 1, True), (100 * MINUTE, 0, False),
               (112 * MINUTE, 1, True)]
CLIENTS = {
    "azure-identity ManagedIdentityCredential": MANAGED, "azure-identity ManagedIdentityCredential, async": MANAGED,
    "MSAL managed identity": MANAGED, "azure-identity ClientSecretCredential": APPLICATION, "MSAL application": APPLICATION,
}


def refreshes(kind, steps):
    with tempfile.TemporaryDirectory() as folder, testkit.Server(manifest=APPLICATION_AND_VM) as server, Client(kind, server, folder) as client:
        token = None
        for seconds, requests, isNew in steps:
            uti, seen = client.at(seconds)
            expect(seen, requests, f"requests at +{seconds // 60} min")
            expect(uti != token, isNew, f"another token at +{seconds // 60} min")
            token = uti


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="?")
    parser.add_argument("--client", help=argparse.SUPPRESS)
    parser.add_argument("--authority", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.client:
        return serve_client(arguments.client, arguments.authority)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("azure-identity", "msal"))
    tally = testkit.Tally(f"refresh: {versions}", arguments.only)
    for kind, steps in CLIENTS.items():
        name = f"{kind} refreshes when the facts say so"
        if glob.glob(LIBRARIES):
            tally.case(name, refreshes, kind, steps)
        else:
            tally.skip(name, "libfaketime is not installed")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
