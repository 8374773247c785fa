"""AKS identity bindings: unmodified azure-identity asks the token proxy that `understudy env` names.

    .venv/bin/python Tests/Conformance/identity_bindings.py [TEXT]     only the cases whose name holds TEXT

The manifests are what AKS' documentation says to apply: a ClusterRole for the identity's client id, a ClusterRoleBinding for the service
account, an annotated pod; and the federated credential that AKS keeps on the identity. Each token is verified by PyJWT from discovery.
"""

import importlib.metadata
import json
import logging
import os
import pathlib
import sys
import tempfile

import azure.core.exceptions
import azure.identity

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import tokentree  # noqa: E402
from testkit import expect  # noqa: E402

testkit.forget_steering()
logging.disable(logging.CRITICAL)

TENANT, READER = "7d0b9c1e-0001-4000-8000-00000000c001", "1a2b3c4d-0001-4000-8000-00000000a001"
ISSUER = f"https://westeurope.oic.prod-aks.azure.com/{TENANT}/0f9e8d7c-0001-4000-8000-00000000b001/"
VAULT = "https://vault.azure.net"
RBAC = "rbac.authorization.k8s.io/v1"


def ours(kind, name, spec):
    return {"apiVersion": "understudy.internal/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def core(kind, name, spec=None, **metadata):
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "demo", **metadata}, **({"spec": spec} if spec else {})}


def pod(name, folder):
    return core("Pod", name, {"serviceAccountName": name, "containers": [{"name": "c", "image": "i"}]},
                labels={"azure.workload.identity/use": "true"},
                annotations={"azure.workload.identity/use-identity-binding": "true", "understudy.internal/token-directory": str(folder / name)})


def account(name):
    return core("ServiceAccount", name, annotations={"azure.workload.identity/client-id": READER, "azure.workload.identity/tenant-id": TENANT})


def world(folder):
    return "\n---\n".join(json.dumps(document) for document in (
        ours("Tenant", "contoso", {"tenantID": TENANT}), ours("Node", "node", {"plane": "workload-identity", "tenant": "contoso"}),
        ours("Cluster", "dev", {"issuer": ISSUER, "emulated": True}), ours("ManagedIdentity", "reader", {"clientID": READER}),
        ours("FederatedIdentityCredential", "aks-identity-binding", {
            "identity": {"kind": "ManagedIdentity", "name": "reader"}, "subject": "aks-identity-binding",
            "issuer": f"https://ib.oic.prod-aks.azure.com/{TENANT}/{READER}"}),
        {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": f"use-mi-{READER}"}, "rules": [
            {"verbs": ["use-managed-identity"], "apiGroups": ["cid.wi.aks.azure.com"], "resources": [READER]}]},
        {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": f"use-mi-{READER}"},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": f"use-mi-{READER}"},
         "subjects": [{"kind": "ServiceAccount", "name": "app", "namespace": "demo"}]},
        account("app"), account("stranger"), pod("app", folder), pod("stranger", folder)))


def variables(server, name):
    """What env prints for a pod, applied."""
    printed = server.run("env", "--control", server.control, "--plane", "workload-identity", "--pod", f"demo/{name}", check=0).stdout
    for variable in [variable for variable in os.environ if variable.startswith("AZURE_")]:
        del os.environ[variable]
    os.environ.update(line.removeprefix("export ").replace("'", "").split("=", 1) for line in printed.splitlines() if line.startswith("export"))
    testkit.wait_until(pathlib.Path(os.environ["AZURE_FEDERATED_TOKEN_FILE"]).exists, limit=20)
    return {name: value for name, value in os.environ.items() if name.startswith("AZURE_")}


def ask():
    with azure.identity.WorkloadIdentityCredential(enable_azure_proxy=True) as credential:
        return credential.get_token(VAULT + "/.default").token


def verified(server, token):
    claims = testkit.verify(server.authority, server.ca_file(), token, VAULT)
    expect((claims["appid"], claims["tid"]), (READER, TENANT), "identity and tenant")


def by_proxy(server):
    """The token goes the proxy's way, which is written down."""
    found = variables(server, "app")
    expect(sorted(found), ["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_KUBERNETES_CA_FILE",
                           "AZURE_KUBERNETES_TOKEN_PROXY", "AZURE_TENANT_ID"], "variables")
    # The CA is trusted for the proxy by these variables alone.
    del os.environ["REQUESTS_CA_BUNDLE"]
    token = ask()
    verified(server, token)
    forwarded = server.decisions("?outcome=forwarded")[-1]
    expect((forwarded["face"], forwarded["path"]), ("token-proxy", f"/identity-bindings/{TENANT}/oauth2/v2.0/token"), "decision")
    issued = [decision for decision in server.decisions("?outcome=issued") if decision["face"] == "authority"][-1]
    expect("FederatedIdentityCredential aks-identity-binding" in issued["matched"], True, f"credential in {issued}")


def by_server_name(server):
    """The proxy may be an address whose certificate has another name."""
    variables(server, "app")
    os.environ["AZURE_KUBERNETES_SNI_NAME"] = "understudy"
    verified(server, ask())


def by_ca_data(server):
    variables(server, "app")
    os.environ["AZURE_KUBERNETES_CA_DATA"] = pathlib.Path(os.environ.pop("AZURE_KUBERNETES_CA_FILE")).read_text()
    verified(server, ask())


def audience(server, folder):
    variables(server, "app")
    claims = testkit.claims_unverified((folder / "app" / tokentree.TOKEN).read_text())[1]
    expect((claims["aud"], claims["iss"], claims["sub"]), (["api://AKSIdentityBinding"], ISSUER, "system:serviceaccount:demo:app"), "claims")


def refused(server, name, said, make):
    variables(server, name)
    try:
        with make() as credential:
            credential.get_token(VAULT + "/.default")
    except azure.core.exceptions.ClientAuthenticationError as refusal:
        expect(said in str(refusal), True, f"{said!r} in {refusal}")
    else:
        raise AssertionError("it got a token")


def like_the_webhook(server, manifest):
    """The webhook, told where the proxy is, injects what env prints."""
    found = variables(server, "app")
    os.environ["AZURE_KUBERNETES_TOKEN_PROXY"] = found["AZURE_KUBERNETES_TOKEN_PROXY"]
    import subprocess
    printed = subprocess.run(
        [str(testkit.executable()), "inject", str(manifest), "--authority-host", server.authority + "/",
         "--custom-token-endpoint-annotation-suffix", "identity-binding", "--custom-token-endpoint-audience", "api://AKSIdentityBinding"],
        capture_output=True, text=True, timeout=30, check=True,
        env=testkit.clean_environment(AZURE_KUBERNETES_TOKEN_PROXY=found["AZURE_KUBERNETES_TOKEN_PROXY"])).stdout
    import yaml
    injected = next(document for document in yaml.safe_load_all(printed) if document["kind"] == "Pod" and document["metadata"]["name"] == "app")
    env = {item["name"]: item["value"] for item in injected["spec"]["containers"][0]["env"]}
    expect(sorted(env), sorted(found), "names of variables")
    same = ["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_KUBERNETES_TOKEN_PROXY", "AZURE_TENANT_ID"]
    expect({name: env[name] for name in same}, {name: found[name] for name in same}, "variables")
    source = injected["spec"]["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]
    expect((source["audience"], source["path"]), ("api://AKSIdentityBinding", "token/azure-identity-token"), "token")


def main():
    tally = testkit.Tally(f"AKS identity bindings (azure-identity {importlib.metadata.version('azure-identity')})",
                          sys.argv[1] if len(sys.argv) > 1 else None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        manifest = folder / "world.yaml"
        manifest.write_text(world(folder))
        with testkit.Server(manifest) as server:
            tally.case("a pod gets a token by the proxy", by_proxy, server)
            tally.case("by another server name", by_server_name, server)
            tally.case("with the CA as data", by_ca_data, server)
            tally.case("the pod's token is for the proxy", audience, server, folder)
            tally.case("the webhook injects the same", like_the_webhook, server, manifest)
            # As the SDKs' troubleshooting guides have it.
            tally.case("without the opt-in it is AADSTS700211", refused, server, "app", "AADSTS700211", azure.identity.WorkloadIdentityCredential)
            tally.case("DefaultAzureCredential does not opt in", refused, server, "app", "AADSTS700211", azure.identity.DefaultAzureCredential)
            tally.case("whom RBAC does not let is told so", refused, server, "stranger",
                       f'User "system:serviceaccount:demo:stranger" cannot use-managed-identity resource "{READER}"',
                       lambda: azure.identity.WorkloadIdentityCredential(enable_azure_proxy=True))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
