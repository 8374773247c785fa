"""Identities of type 2, service principals with a certificate, against the running server: one pod whose address is 127.0.0.1.

    .venv/bin/python Tests/Live/principals.py [TEXT]     only the cases whose name holds TEXT

The files are made by the system's openssl: one as the original reads them (-legacy), one by today's defaults.
"""

import base64
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect, get  # noqa: E402

HOME = "bbbbbbbb-0001-4000-8000-000000000001"
STRANGE = "99999999-0001-4000-8000-000000000009"
CLIENT = "aaaaaaaa-0005-4000-8000-00000000abc5"
ASK = "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net"


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def certificate(folder, *words):
    """A key with its certificate in one file, made with the given words; and the certificate alone."""
    key, pem, file = f"{folder}/key.pem", f"{folder}/certificate.pem", f"{folder}/both.p12"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem, "-days", "30", "-subj", "/CN=principal")
    openssl("pkcs12", "-export", *words, "-inkey", key, "-in", pem, "-passout", "pass:right", "-out", file)
    return pem, pathlib.Path(file).read_bytes()


def world(pem, file, password, tenant):
    return f"""apiVersion: understudy.internal/v1alpha1
kind: Tenant
metadata: {{name: home}}
spec: {{tenantID: {HOME}}}
---
apiVersion: understudy.internal/v1alpha1
kind: Application
metadata: {{name: batch}}
spec: {{clientID: {CLIENT}, certificates: [{{file: {pem}}}]}}
---
apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: node1}}
spec: {{plane: pod-identity}}
---
apiVersion: v1
kind: Pod
metadata: {{name: app, namespace: default, labels: {{aadpodidbinding: batch}}}}
spec: {{nodeName: node1}}
status: {{phase: Running, podIP: 127.0.0.1}}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {{name: batch, namespace: default}}
spec: {{type: 2, tenantID: {tenant}, clientID: {CLIENT}, clientPassword: {{name: pfx, namespace: default}}}}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {{name: batch, namespace: default}}
spec: {{azureIdentity: batch, selector: batch}}
---
apiVersion: v1
kind: Secret
metadata: {{name: pfx, namespace: default}}
data: {{certificate: {base64.b64encode(file).decode()}}}
stringData: {{password: {password}}}
"""


def answered(status, beginning, *words, password="right", tenant=HOME):
    """The pod's answer, which has this status and begins so."""
    with tempfile.TemporaryDirectory() as folder:
        with testkit.Server(manifest=world(*certificate(folder, *words), password, tenant)) as server:
            answer = get(server.metadata, ASK, "Metadata: true")
    expect(answer.status, status, f"status (body {answer.body[:300]!r})")
    expect(answer.body[:len(beginning)], beginning, "beginning of the body")
    return answer


def is_issued():
    answer = answered(200, b'{"access_token":"', "-legacy")
    claims = testkit.claims_unverified(answer.json()["access_token"])[1]
    expect({name: claims[name] for name in ("appid", "appidacr", "tid", "aud")},
           {"appid": CLIENT, "appidacr": "2", "tid": HOME, "aud": "https://vault.azure.net"}, "claims")


def main():
    tally = testkit.Tally("service principals behind NMI", sys.argv[1] if len(sys.argv) > 1 else None)
    tally.case("a certificate in a file of the old kind gets a token", is_issued)
    tally.case("a file by today's defaults is refused as Go's package refuses it", answered, 503,
               b"pkcs12: unknown digest algorithm: 2.16.840.1.101.3.4.2.1\n")
    tally.case("another password is refused before Entra is asked",
               lambda: answered(503, b"pkcs12: decryption password incorrect\n", "-legacy", password="wrong"))
    tally.case("Entra's refusal comes in adal's words",
               lambda: answered(403, b"adal: Refresh request failed. Status Code = '400'. Response body: {\"error\":\"invalid_request\"",
                                "-legacy", tenant=STRANGE))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
