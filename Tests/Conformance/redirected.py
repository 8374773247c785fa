"""The sidecar inside a pod whose network leads 169.254.169.254 to it: clients that know nothing get the pod's own identity.

    .venv/bin/python Tests/Conformance/redirected.py [TEXT]     only the cases whose name holds TEXT

`understudy intercept --mode pod` lays proxy-init's rules in a network namespace of this script's own, the sidecar runs there as its own
user, and behind it, at the very address, stands the node's metadata service. Needs root, nft and iptables; else its cases count as skipped.
"""

import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import projected
from projected import VAULT, WEB

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import tokentree  # noqa: E402
from sidecar_process import Proxy  # noqa: E402
from testkit import expect  # noqa: E402

SIDECAR_USER = 1501
BACKENDS = ("nft", "iptables")


def azure_identity():
    import azure.identity
    with azure.identity.ManagedIdentityCredential() as credential:
        return credential.get_token(VAULT + "/.default").token


def msal():
    import msal
    import requests
    client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())
    return client.acquire_token_for_client(resource=VAULT)["access_token"]


def application(server, ask):
    return testkit.verify(server.authority, server.ca_file(), ask(), VAULT)["appid"]


def intercept(*arguments):
    result = subprocess.run([str(testkit.executable()), "intercept", *arguments], capture_output=True, text=True, timeout=30,
                            env=testkit.clean_environment())
    expect(result.returncode, 0, f"exit status of intercept {' '.join(arguments)}; {result.stderr}")


def in_a_pod(server, variables, backend, ask):
    """Before, the node's identity; with rules and sidecar, the pod's; afterwards the node's again."""
    node = application(server, ask)
    expect(node != WEB, True, "the node has another identity")
    with Proxy(variables, "--authority-ca", server.ca_file(), listen="127.0.0.1:8000", user=SIDECAR_USER):
        intercept("install", "--mode", "pod", "--backend", backend)
        try:
            expect(application(server, ask), WEB, "client in the pod")
        finally:
            intercept("remove")
    expect(application(server, ask), node, "client after the rules are gone")


def passed_on(server, variables, backend):
    """What is not for tokens goes through the sidecar, whose own calls are not led back to it."""
    with Proxy(variables, "--authority-ca", server.ca_file(), listen="127.0.0.1:8000", user=SIDECAR_USER) as proxy:
        intercept("install", "--mode", "pod", "--backend", backend)
        try:
            answer = testkit.get("http://169.254.169.254:80", "/metadata/versions", "Metadata: true", "Connection: close")
        finally:
            intercept("remove")
        expect("received response from IMDS" in proxy.log(), True, f"the sidecar's log: {proxy.log()}")
    expect((answer.status, "apiVersions" in answer.json()), (200, True), "answer")


def main():
    reason = "needs root" if os.geteuid() != 0 else testkit.enter_namespace()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    reason = reason or next((f"{tool} is not installed" for tool in ("nft", "iptables") if not shutil.which(tool)), None)
    tally = testkit.Tally(f"the sidecar behind proxy-init's rules (azure-identity {importlib.metadata.version('azure-identity')},"
                          f" msal {importlib.metadata.version('msal')})", sys.argv[1] if len(sys.argv) > 1 else None)
    if reason:
        tally.skip("the sidecar behind proxy-init's rules", reason)
        return tally.finish()
    testkit.add_loopback_addresses(["169.254.169.254"])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        manifest = folder / "world.yaml"
        manifest.write_text(projected.world(folder))
        with testkit.Server(manifest, metadata="169.254.169.254:80") as server:
            pathlib.Path(server.ca_file()).parent.chmod(0o755)
            testkit.wait_until((folder / "served" / tokentree.TOKEN).exists, limit=20)
            variables = projected.injected(server, manifest, folder / "served")
            for backend in BACKENDS:
                for ask in (azure_identity, msal):
                    tally.case(f"{backend}: {ask.__name__}, nothing configured", in_a_pod, server, variables, backend, ask)
                tally.case(f"{backend}: what is not for tokens goes on", passed_on, server, variables, backend)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
