"""Conformance of the sidecar: unmodified azure-identity and MSAL ask it as they ask the metadata service, with no variable of workload
identity of their own; the sidecar exchanges a projected token at `understudy serve`. Each token is verified by PyJWT from discovery.

    .venv/bin/python Tests/Conformance/sidecar.py [TEXT]     only the cases whose name holds TEXT

Runs in a network namespace of its own, where login.microsoftonline.com and 169.254.169.254 lead to the programs under test. Needs root
or user namespaces, otherwise its cases count as skipped.
"""

import asyncio
import importlib.metadata
import os
import pathlib
import sys
import tempfile
import time

# Enters the namespace when it is imported, by this script's own name.
import authority
from authority import READER, TENANT, VAULT, WEB

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from sidecar_process import ASK, Proxy  # noqa: E402
from testkit import expect  # noqa: E402


def variables(path, host="login.microsoftonline.com", **more):
    return {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": WEB, "AZURE_FEDERATED_TOKEN_FILE": str(path),
            "AZURE_AUTHORITY_HOST": f"https://{host}/", **more}


def azure_identity(url, client):
    import azure.identity
    os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = url
    try:
        return azure.identity.ManagedIdentityCredential(client_id=client).get_token(VAULT + "/.default").token
    finally:
        del os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]


def azure_identity_async(url, client):
    import azure.identity.aio
    os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = url

    async def ask():
        async with azure.identity.aio.ManagedIdentityCredential(client_id=client) as credential:
            return (await credential.get_token(VAULT + "/.default")).token

    try:
        return asyncio.run(ask())
    finally:
        del os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]


def msal(_, client):
    """Reads no variable: it goes to 169.254.169.254, where the sidecar listens in this namespace."""
    import msal
    import requests
    identity = msal.UserAssignedManagedIdentity(client_id=client) if client else msal.SystemAssignedManagedIdentity()
    result = msal.ManagedIdentityClient(identity, http_client=requests.Session()).acquire_token_for_client(resource=VAULT)
    expect("access_token" in result, True, f"a token in {result}")
    return result["access_token"]


def gets(server, proxy, ask, client, wanted):
    claims = testkit.verify("https://login.microsoftonline.com", server.ca_file(), ask(proxy.url, client), VAULT)
    expect((claims["tid"], claims["appid"], claims["idtyp"]), (TENANT, wanted, "app"), "tenant, client, kind")


def hands_on(server, proxy):
    """What is not for tokens is answered by the node's metadata service."""
    answer = testkit.get(proxy.url, "/metadata/versions", "Metadata: true")
    expect((answer.status, answer.json()), (200, testkit.get(server.metadata, "/metadata/versions", "Metadata: true").json()), "answer")


def survives_rotation(server, issuer, path):
    """File and key change; the old assertion serves on, and a sidecar that starts anew takes the new one."""
    with Proxy(variables(path), "--authority-ca", server.ca_file()) as proxy:
        expect(proxy.ask().status, 200, "before")
        issuer.rotate("k-sidecar")
        path.write_text(issuer.token())
        expect(proxy.ask(ASK.replace("vault.azure.net", "storage.azure.com")).status, 200, "with the assertion it has")
    with Proxy(variables(path), "--authority-ca", server.ca_file()) as proxy:
        expect(proxy.ask().status, 200, "with the new one")


def tells_why(server, path, code, status, **settings):
    """The authority's refusal stands in the sidecar's 500, as the original reports it."""
    with Proxy(variables(path, **settings), "--authority-ca", server.ca_file()) as proxy:
        answer = proxy.ask()
    text = answer.body.decode()
    expect(answer.status, 500, "status")
    expect(f"RESPONSE {status}: {status} " in text and f"AADSTS{code}: " in text, True, f"AADSTS{code} as {status} in {text}")


def main():
    tally = testkit.Tally("conformance: the sidecar", sys.argv[1] if len(sys.argv) > 1 else None)
    for package in ("azure-identity", "msal", "PyJWT"):
        print(f"  {package} {importlib.metadata.version(package)}")
    print(f"  Python {sys.version.split()[0]}", flush=True)
    if authority.REFUSAL:
        tally.skip("the sidecar against the authority", authority.REFUSAL)
        return tally.finish()
    authority.resolve_real_hosts()
    testkit.add_loopback_addresses(["169.254.169.254"])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        authority.certificate(folder, "web")
        issuer = authority.Issuer(folder)
        manifest = folder / "world.yaml"
        manifest.write_text(authority.world(issuer.url))
        environment = testkit.clean_environment(WEB_SECRET=authority.SECRET)
        with testkit.Server(manifest, arguments=["--authority", "127.0.0.1:443"], environment=environment) as server:
            path = folder / "token"
            path.write_text(issuer.token())
            arguments = ["--authority-ca", server.ca_file(), "--metadata", server.metadata]
            with Proxy(variables(path), *arguments, listen="169.254.169.254:80") as proxy:
                for ask in (azure_identity, azure_identity_async, msal):
                    for client, wanted in ((None, WEB), (WEB, WEB), (READER, READER)):
                        title = f"{ask.__name__}: {'no client' if client is None else 'the application' if client == WEB else 'a managed identity'}"
                        tally.case(title, gets, server, proxy, ask, client, wanted)
                tally.case("what is not for tokens goes to the metadata service", hands_on, server, proxy)
            tally.case("by the authority's own name, its CA from SSL_CERT_FILE", by_own_name, server, path)
            tally.case("tokens and keys rotate", survives_rotation, server, issuer, path)
            now = int(time.time())
            for title, claims, code, status in (
                    ("a subject nobody trusts", {"sub": "system:serviceaccount:prod:other"}, 700213, 401),
                    ("a subject in another case", {"sub": "system:serviceaccount:prod:WEB"}, 7002138, 401),
                    ("an audience nobody trusts", {"aud": ["api://else"]}, 700212, 401),
                    ("an issuer without its slash", {"iss": issuer.url[:-1]}, 700211, 401),
                    ("an expired file", {"iat": now - 7200, "nbf": now - 7200, "exp": now - 3600}, 700024, 401)):
                near_miss = folder / "near-miss"
                near_miss.write_text(issuer.token(**claims))
                tally.case(f"is refused: {title}", tells_why, server, near_miss, code, status)
            tally.case("is refused: an unknown client", tells_why, server, path, 700016, 400,
                       AZURE_CLIENT_ID="deadbeef-dead-4eef-8ead-beefdeadbeef")
    return tally.finish()


def by_own_name(server, path):
    with Proxy(variables(path, host="localhost", SSL_CERT_FILE=server.ca_file())) as proxy:
        gets(server, proxy, azure_identity, None, WEB)


if __name__ == "__main__":
    sys.exit(main())
