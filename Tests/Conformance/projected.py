"""Conformance of projected tokens: unmodified azure-identity and MSAL exchange the files that serve and project-token write.

    .venv/bin/python Tests/Conformance/projected.py [TEXT]     only the cases whose name holds TEXT

The manifests are what a cluster with workload identity has: a labelled Pod, its annotated ServiceAccount, an Application and the federated
credential that names the issuer of an AKS cluster, which the Cluster emulates. What clients are told is what `understudy inject` writes
into the pod's container, and nothing else. Each access token is verified by PyJWT from discovery.
"""

import contextlib
import importlib.metadata
import json
import logging
import os
import pathlib
import re
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import tokentree  # noqa: E402
from sidecar_process import Proxy  # noqa: E402
from testkit import expect  # noqa: E402

testkit.forget_steering()
logging.disable(logging.CRITICAL)

TENANT, WEB = "7d0b9c1e-0001-4000-8000-00000000c001", "5e6f0000-0001-4000-8000-00000000a001"
ISSUER = f"https://westeurope.oic.prod-aks.azure.com/{TENANT}/0f9e8d7c-0001-4000-8000-00000000b001/"
VAULT = "https://vault.azure.net"


def ours(kind, name, spec):
    return {"apiVersion": "understudy.internal/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def core(kind, name, spec=None, **metadata):
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "prod", **metadata}, **({"spec": spec} if spec else {})}


def world(folder):
    return "\n---\n".join(json.dumps(document) for document in (
        ours("Tenant", "contoso", {"tenantID": TENANT}), ours("Node", "vm", {"plane": "workload-identity", "tenant": "contoso", "systemAssigned": True}),
        ours("Cluster", "dev", {"issuer": ISSUER, "emulated": True}),
        ours("Application", "web", {"tenant": "contoso", "clientID": WEB}),
        ours("FederatedIdentityCredential", "web-prod", {
            "identity": {"kind": "Application", "name": "web"}, "issuer": ISSUER, "subject": "system:serviceaccount:prod:web"}),
        core("ServiceAccount", "web", annotations={"azure.workload.identity/client-id": WEB}), core("ServiceAccount", "other"),
        core("Pod", "web-0", {"serviceAccountName": "web", "containers": [{"name": "c", "image": "i"}]},
             labels={"azure.workload.identity/use": "true"}, annotations={"understudy.internal/token-directory": str(folder / "served")})))


# --- four ways to a token, each with a fresh client: none is remembered from another file, or another time. ----------------


def by_workload_identity():
    import azure.identity

    with azure.identity.WorkloadIdentityCredential() as credential:
        return credential.get_token(VAULT + "/.default").token


def by_default():
    import azure.identity

    with azure.identity.DefaultAzureCredential() as credential:
        return credential.get_token(VAULT + "/.default").token


def by_msal():
    import msal

    file = pathlib.Path(os.environ["AZURE_FEDERATED_TOKEN_FILE"])
    application = msal.ConfidentialClientApplication(
        os.environ["AZURE_CLIENT_ID"], {"client_assertion": file.read_text},
        authority=os.environ["AZURE_AUTHORITY_HOST"] + os.environ["AZURE_TENANT_ID"], instance_discovery=False)
    answer = application.acquire_token_for_client([VAULT + "/.default"])
    expect("access_token" in answer, True, answer.get("error_description"))
    return answer["access_token"]


def by_sidecar(proxy):
    """IMDS-only code beside the sidecar: no variable of workload identity is there for it."""
    import azure.identity

    with environment({"AZURE_POD_IDENTITY_AUTHORITY_HOST": proxy.url}, without="AZURE_"):
        with azure.identity.ManagedIdentityCredential() as credential:
            return credential.get_token(VAULT + "/.default").token


@contextlib.contextmanager
def environment(variables, without="AZURE_"):
    """The process environment with these variables, and without others of that prefix."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(without)]:
        del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def injected(server, manifest, tree):
    """The variables of the injected pod's container; its mount is the directory `tree`."""
    printed = server.run("inject", str(manifest), "--output", "json", "--authority-host", server.authority + "/", check=0).stdout
    decoder, pod = json.JSONDecoder(), None
    while printed.strip():
        value, end = decoder.raw_decode(printed.lstrip())
        printed = printed.lstrip()[end:]
        pod = value if value["kind"] == "Pod" else pod
    container = pod["spec"]["containers"][0]
    mount = container["volumeMounts"][0]["mountPath"]
    variables = {item["name"]: item["value"] for item in container["env"]}
    expect(sorted(variables), ["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID"], "variables")
    return {name: value.replace(mount, str(tree)) for name, value in variables.items()}


def verified(server, token):
    claims = testkit.verify(server.authority, server.ca_file(), token, VAULT)
    expect((claims["appid"], claims["tid"]), (WEB, TENANT), "application and tenant")
    return claims


def served(server, folder, manifest, ask):
    """serve wrote the pod's file; what the webhook sets is all that the client needs."""
    file = (folder / "served" / tokentree.TOKEN).read_text()
    expect(testkit.claims_unverified(file)[1]["iss"], ISSUER, "issuer of the file")
    with environment(injected(server, manifest, folder / "served")):
        verified(server, ask())


def served_to_sidecar(server, folder, manifest, release):
    variables = injected(server, manifest, folder / "served")
    with Proxy(variables, "--authority-ca", server.ca_file(), "--release", release) as proxy:
        verified(server, by_sidecar(proxy))


def over_rotations(server, folder, manifest):
    """Every client exchanges every file of a rotating writer, before and after the cluster's key rotates."""
    tree, files, signers = folder / "rotating", set(), set()
    variables = injected(server, manifest, tree)
    with tokentree.Writer("--state", str(folder / "state"), "--service-account", "prod/web", "--directory", str(tree),
                          "--refresh-every", "0.2", str(manifest)):
        # One sidecar that reads the file anew for each request, and one that keeps what it read for ten minutes, the rotations through.
        with Proxy(variables, "--authority-ca", server.ca_file(), "--release", "1.5") as older, \
                Proxy(variables, "--authority-ca", server.ca_file()) as newer:
            clients = [by_workload_identity, by_default, by_msal, lambda: by_sidecar(older), lambda: by_sidecar(newer)]
            for number in range(8):
                if number == 4:
                    expect(server.control_request("POST", "/cluster-issuers/rotate-keys")[0], 200, "status of the key rotation")
                testkit.wait_until(lambda: (tree / tokentree.TOKEN).read_text() not in files, limit=10)
                files.add((tree / tokentree.TOKEN).read_text())
                signers |= {testkit.claims_unverified(file)[0]["kid"] for file in files}
                with environment(variables):
                    for client in clients:
                        verified(server, client())
    expect(len(signers), 2, "keys that signed")
    return f"{len(files)} files, {len(signers)} keys, {len(clients)} clients"


# --- near misses ---------------------------------------------------------------------------------------------------------------


def forged(folder, changes, own_key=False):
    """A token of the cluster's own key, or of one that nobody publishes, with some claims changed."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric import rsa

    key_id = json.loads((folder / "state/cluster-keys.json").read_text())["signing"]
    key = next(path for path in (folder / "state").glob("*.pem") if key_id in path.name).read_text()
    now = int(time.time())
    claims = {"aud": ["api://AzureADTokenExchange"], "exp": now + 3600, "iat": now, "iss": ISSUER, "nbf": now,
              "sub": "system:serviceaccount:prod:web", **changes}
    if own_key:
        key, key_id = rsa.generate_private_key(public_exponent=65537, key_size=2048), "bm9ib2R5LXB1Ymxpc2hlcy10aGlzLWtleQ"
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": key_id})


def near_miss(server, folder, code, said, changes, **named):
    """A token that is nearly right is refused with its own number, and explain says what differs: of the file, and of the decision."""
    import azure.core.exceptions
    import azure.identity

    changes = {name: int(time.time()) + value if name in ("iat", "nbf", "exp") else value for name, value in changes.items()}
    path = folder / "near-miss"
    path.write_text(forged(folder, changes, **named))
    try:
        azure.identity.WorkloadIdentityCredential(
            tenant_id=TENANT, client_id=WEB, token_file_path=str(path), authority=server.authority).get_token(VAULT + "/.default")
    except azure.core.exceptions.ClientAuthenticationError as refusal:
        expect(re.findall(r"AADSTS(\d+)", str(refusal))[:1], [str(code)], "number")
    else:
        raise AssertionError("it was exchanged")
    number = server.decisions("?outcome=refused")[-1]["id"]
    for question in (["--assertion", str(path), "--client-id", WEB], ["--decision", str(number)]):
        told = server.run("explain", "--control", server.control, *question, check=1).stdout
        expect(said in told, True, f"{said!r} in {told}")
        if changes.keys() & {"iss", "sub", "aud"}:
            lines = told.splitlines()
            caret = next(number for number, line in enumerate(lines) if line.strip() == "^")
            presented, trusted, column = lines[caret - 2], lines[caret - 1], lines[caret].index("^")
            expect(presented[:column].split()[-1:], trusted[:column].split()[-1:], "text before the caret")
            expect(presented[column:] != trusted[column:], True, "the texts part at the caret")


NEAR_MISSES = [  # its times are counted from when the case begins
    ("an issuer without its slash", 700211, "issuer: it lacks the slash at its end", {"iss": ISSUER[:-1]}),
    ("a subject in another case", 7002138, 'subject: letter case: character 28 is "W", not "w"', {"sub": "system:serviceaccount:prod:Web"}),
    ("another subject", 700213, 'subject: character 28 is "j", not "w"', {"sub": "system:serviceaccount:prod:job"}),
    ("an audience in another case", 700212, 'audience: letter case: character 7 is "a", not "A"', {"aud": ["api://azureADTokenExchange"]}),
    ("an audience for somebody else", 700212, "audience: ", {"aud": ["api://other"]}),
    ("a file that expired an hour ago", 700024, "expired 36", {"iat": -7200, "nbf": -7200, "exp": -3600}),
    ("a key that nobody publishes", 7000272, "publishes no key bm9ib2R5", {}, True),
]


def main():
    names = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("azure-identity", "msal", "PyJWT"))
    tally = testkit.Tally(f"projected tokens ({names})", sys.argv[1] if len(sys.argv) > 1 else None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        manifest = folder / "world.yaml"
        manifest.write_text(world(folder))
        with testkit.Server(manifest, arguments=("--state", str(folder / "state"))) as server:
            os.environ["REQUESTS_CA_BUNDLE"] = server.ca_file()
            testkit.wait_until((folder / "served" / tokentree.TOKEN).exists, limit=20)
            for title, ask in (("WorkloadIdentityCredential", by_workload_identity), ("DefaultAzureCredential", by_default),
                               ("MSAL's federated assertion", by_msal)):
                tally.case(f"{title} exchanges the file that serve wrote", served, server, folder, manifest, ask)
            for release in ("1.6", "1.5"):
                tally.case(f"ManagedIdentityCredential through the sidecar, release {release}", served_to_sidecar, server, folder, manifest,
                           release)
            tally.case("all of them exchange every file while tokens and keys rotate", over_rotations, server, folder, manifest)
            for title, code, said, changes, *own_key in NEAR_MISSES:
                tally.case(f"{title} is AADSTS{code}, and explain says why", near_miss, server, folder, code, said, changes,
                           own_key=bool(own_key))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
