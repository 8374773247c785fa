"""Conformance at the real address: the SDKs with no variable set, 169.254.169.254 answered by `understudy serve`.

    .venv/bin/python Tests/Conformance/link_local.py [TEXT]     only the cases whose name holds TEXT

This is the only place where DefaultAzureCredential's probe is seen, since the SDK leaves it out as soon as it is pointed
elsewhere. Runs in a network namespace of its own; needs root or user namespaces, otherwise its cases count as skipped.
"""

import asyncio
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

VAULT = "https://vault.azure.net"
REFUSAL = testkit.enter_namespace()
testkit.forget_steering()


def by_managed_identity(azure):
    with azure.identity.ManagedIdentityCredential() as credential:
        return credential.get_token(VAULT + "/.default").token


def by_default(azure):
    with azure.identity.DefaultAzureCredential() as credential:
        return credential.get_token(VAULT + "/.default").token


def by_default_async(azure):
    async def ask():
        async with azure.identity.aio.DefaultAzureCredential() as credential:
            return (await credential.get_token(VAULT + "/.default")).token
    return asyncio.run(ask())


def by_msal(azure):
    import msal
    import requests
    client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())
    return client.acquire_token_for_client(resource=VAULT)["access_token"]


CASES = {
    "azure-identity's ManagedIdentityCredential, nothing configured": (by_managed_identity, False),
    "msal's ManagedIdentityClient, nothing configured": (by_msal, False),
    "azure-identity's DefaultAzureCredential probes, then asks": (by_default, True),
    "azure-identity.aio's DefaultAzureCredential probes, then asks": (by_default_async, True),
}


def gets(server, client, probes):
    import azure.identity
    import azure.identity.aio
    known = {decision["id"] for decision in server.decisions()}
    began = time.monotonic()
    token = client(azure)
    seconds = time.monotonic() - began
    testkit.verify(server.authority, server.ca_file(), token, VAULT)
    statuses = [decision["status"] for decision in server.decisions() if decision["id"] not in known and decision["face"] == "metadata"]
    expect(sorted(statuses), [200, 400] if probes else [200], "statuses of what was asked (400 is the probe)")
    if seconds > 5:
        raise AssertionError(f"took {seconds:.1f} s: the SDK waited for something")
    return f"{seconds:.2f} s"


def main():
    tally = testkit.Tally("conformance at 169.254.169.254", sys.argv[1] if len(sys.argv) > 1 else None)
    if REFUSAL is not None:
        for name in CASES:
            tally.skip(name, REFUSAL)
        return tally.finish()
    import logging
    logging.disable(logging.CRITICAL)
    testkit.add_loopback_addresses(["169.254.169.254"])
    with testkit.Server(metadata="169.254.169.254:80") as server:
        for name, (client, probes) in CASES.items():
            tally.case(name, gets, server, client, probes)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
