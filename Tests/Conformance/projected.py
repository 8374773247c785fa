"""Conformance of projected tokens: unmodified azure-identity and MSAL exchange the files that serve and project-token write.

    .venv/bin/python Tests/Conformance/projected.py [TEXT]     only the cases whose name holds TEXT

The manifests are what a cluster with workload identity has: a labelled Pod, its ServiceAccount, an Application and the federated
credential that names the issuer of an AKS cluster, which the Cluster emulates. Each access token is verified by PyJWT from discovery.
"""

import importlib.metadata
import json
import logging
import os
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import tokentree  # noqa: E402
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
        ours("Tenant", "contoso", {"tenantID": TENANT}), ours("Node", "vm", {"plane": "workload-identity", "tenant": "contoso"}),
        ours("Cluster", "dev", {"issuer": ISSUER, "emulated": True}),
        ours("Application", "web", {"tenant": "contoso", "clientID": WEB}),
        ours("FederatedIdentityCredential", "web-prod", {
            "identity": {"kind": "Application", "name": "web"}, "issuer": ISSUER, "subject": "system:serviceaccount:prod:web"}),
        core("ServiceAccount", "web", annotations={"azure.workload.identity/client-id": WEB}), core("ServiceAccount", "other"),
        core("Pod", "web-0", {"serviceAccountName": "web", "containers": [{"name": "c", "image": "i"}]},
             labels={"azure.workload.identity/use": "true"}, annotations={"understudy.internal/token-directory": str(folder / "served")})))


def exchanged(server, path):
    """A fresh credential's token: none is remembered from another file, or another time."""
    import azure.identity

    return azure.identity.WorkloadIdentityCredential(
        tenant_id=TENANT, client_id=WEB, token_file_path=str(path), authority=server.authority).get_token(VAULT + "/.default").token


def verified(server, token):
    claims = testkit.verify(server.authority, server.ca_file(), token, VAULT)
    expect((claims["appid"], claims["tid"]), (WEB, TENANT), "application and tenant")
    return claims


def served(server, folder):
    """serve wrote the pod's file; what the webhook would set is all that DefaultAzureCredential needs."""
    import azure.identity

    path = folder / "served" / tokentree.TOKEN
    testkit.wait_until(path.exists, limit=20)
    expect(testkit.claims_unverified(path.read_text())[1]["iss"], ISSUER, "issuer of the file")
    verified(server, exchanged(server, path))
    variables = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": WEB, "AZURE_AUTHORITY_HOST": server.authority + "/",
                 "AZURE_FEDERATED_TOKEN_FILE": str(path)}
    os.environ.update(variables)
    try:
        with azure.identity.DefaultAzureCredential() as credential:
            verified(server, credential.get_token(VAULT + "/.default").token)
    finally:
        for name in variables:
            del os.environ[name]


def msal_assertion(server, folder):
    import msal

    path = folder / "served" / tokentree.TOKEN
    application = msal.ConfidentialClientApplication(
        WEB, {"client_assertion": path.read_text}, authority=f"{server.authority}/{TENANT}", instance_discovery=False)
    answer = application.acquire_token_for_client([VAULT + "/.default"])
    expect("access_token" in answer, True, answer.get("error_description"))
    verified(server, answer["access_token"])


def over_rotations(server, folder, manifest):
    """Every file of a rotating writer is exchanged, before and after the cluster's key rotates."""
    tree, files, signers = folder / "rotating", set(), set()
    with tokentree.Writer("--state", str(folder / "state"), "--service-account", "prod/web", "--directory", str(tree),
                          "--refresh-every", "0.1", str(manifest)):
        for number in range(10):
            if number == 5:
                expect(server.control_request("POST", "/cluster-issuers/rotate-keys")[0], 200, "status of the key rotation")
            testkit.wait_until(lambda: (tree / tokentree.TOKEN).read_text() not in files, limit=10)
            files.add((tree / tokentree.TOKEN).read_text())
            signers |= {testkit.claims_unverified(file)[0]["kid"] for file in files}
            verified(server, exchanged(server, tree / tokentree.TOKEN))
    expect(len(signers), 2, "keys that signed")
    return f"{len(files)} files, {len(signers)} keys"


def near_miss(server, folder, manifest, code, account, *arguments, state="state"):
    """A token that is nearly right is refused with its own number."""
    import azure.core.exceptions

    printed = server.run("project-token", "--state", str(folder / state), "--service-account", account, "--print", *arguments, str(manifest),
                         check=0)
    path = folder / "near-miss"
    path.write_text(printed.stdout.rstrip("\n"))
    try:
        exchanged(server, path)
    except azure.core.exceptions.ClientAuthenticationError as refusal:
        expect(re.findall(r"AADSTS(\d+)", str(refusal))[:1], [str(code)], "number")
    else:
        raise AssertionError("it was exchanged")


def main():
    names = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("azure-identity", "msal", "PyJWT"))
    tally = testkit.Tally(f"projected tokens ({names})", sys.argv[1] if len(sys.argv) > 1 else None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        manifest = folder / "world.yaml"
        manifest.write_text(world(folder))
        with testkit.Server(manifest, arguments=("--state", str(folder / "state"))) as server:
            os.environ["REQUESTS_CA_BUNDLE"] = server.ca_file()
            tally.case("azure-identity exchanges the file that serve wrote", served, server, folder)
            tally.case("msal exchanges the file that serve wrote", msal_assertion, server, folder)
            tally.case("azure-identity exchanges every file while tokens and keys rotate", over_rotations, server, folder, manifest)
            for what, code, *arguments in (
                    ("another account", 700213, "prod/other"), ("another audience", 700212, "prod/web", "--audience", "api://azureadtokenexchange"),
                    ("no federated audience at all", 700212, "prod/web", "--audience", "api://other")):
                tally.case(f"{what} is AADSTS{code}", near_miss, server, folder, manifest, code, *arguments)
            tally.case("a key of another state directory is AADSTS7000272", near_miss, server, folder, manifest, 7000272, "prod/web", state="elsewhere")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
