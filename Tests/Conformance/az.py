"""Conformance: azure-cli from PyPI, unmodified, signs in and works offline against `understudy serve`.

    .venv/bin/python Tests/Conformance/az.py [TEXT]     only the cases whose name holds TEXT

Needs a built executable and .venv-az, which `Tests/prepare --tests` makes. Runs in network and mount namespaces of its own,
where a hosts file leads the clouds' real names to the authority at 127.0.0.1:443; the CLI trusts our CA by
REQUESTS_CA_BUNDLE and keeps its state in a folder that is thrown away after each case. Needs root or user namespaces,
otherwise its cases count as skipped.
"""

import json
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
REFUSAL = testkit.enter_namespace()
testkit.forget_steering()

TENANT = "7d0b9c1e-0001-4000-8000-00000000c001"
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
FAR = "33333333-3333-4333-8333-333333333333"
READER = {"clientID": "1a2b3c4d-0001-4000-8000-00000000d001", "principalID": "3c4d5e6f-0001-4000-8000-00000000e001"}
READER_ID = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/apps/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"
EXCHANGE = "api://AzureADTokenExchange"
WEB, IDLE = "5e6f7a8b-0001-4000-8000-00000000a001", "5e6f7a8b-0002-4000-8000-00000000a002"
SECRET = "p@ss w0rd+/&=%"
NAMES = ["login.microsoftonline.com", "login.windows.net", "management.azure.com", "login.microsoftonline.us",
         "management.usgovcloudapi.net", "login.chinacloudapi.cn", "management.chinacloudapi.cn"]


def ours(kind, name, spec):
    return f"apiVersion: understudy.internal/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def world(cloud="AzurePublicCloud", more=()):
    """A tenant of a cloud, a machine with an identity, two applications."""
    return "---\n".join([
        ours("Tenant", "contoso", f"{{tenantID: {TENANT}, domains: [contoso.onmicrosoft.com], cloud: {cloud}}}"),
        ours("Node", "vm", f"{{tenant: contoso, systemAssigned: true, userAssigned: [reader], compute: {{subscriptionId: {SUBSCRIPTION}}}}}"),
        ours("ManagedIdentity", "reader", json.dumps({**READER, "resourceID": READER_ID})),
        ours("Application", "web", f"{{clientID: {WEB}, secrets: [{{value: '{SECRET}'}}], certificates: [{{file: web.pem}}]}}"),
        ours("FederatedIdentityCredential", "web-by-reader",
             f"{{identity: {{kind: Application, name: web}}, issuer: 'https://login.microsoftonline.com/{TENANT}/v2.0', "
             f"subject: {READER['principalID']}, audiences: ['{EXCHANGE}']}}"),
        ours("Application", "idle", f"{{clientID: {IDLE}, secrets: [{{value: '{SECRET}'}}]}}"), *more])


GRANT = ours("RoleAssignment", "web-reads", f"{{principal: {{kind: Application, name: web}}, role: Reader, "
                                            f"scope: /subscriptions/{FAR}/resourceGroups/apps}}")


class CLI:
    """The CLI with a configuration folder of its own."""

    def __init__(self, server, **environment):
        self.folder = tempfile.mkdtemp(prefix="understudy-az-")
        self.server = server
        self.environment = testkit.clean_environment(
            AZURE_CONFIG_DIR=self.folder, REQUESTS_CA_BUNDLE=server.ca_file(), AZURE_CORE_COLLECT_TELEMETRY="no",
            AZURE_CORE_NO_COLOR="yes", AZURE_CORE_LOGIN_EXPERIENCE_V2="off", **environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, status=0):
        """Runs a command; its output as JSON, or the text of both outputs when it is to fail."""
        result = subprocess.run([str(AZ), *arguments, "--output", "json"], capture_output=True, text=True, timeout=120,
                                env=self.environment)
        said = result.stdout + result.stderr
        expect(result.returncode, status, f"exit status of az {' '.join(arguments[:2])}; {said[-800:]}")
        return said if status else json.loads(result.stdout or "null")

    def prove(self, *credential, application=WEB, tenant=TENANT, status=0):
        return self.run("login", "--service-principal", "--username", application, "--tenant", tenant, *credential, status=status)

    def login(self, application=WEB, secret=SECRET, tenant=TENANT, *more, status=0):
        return self.prove("--password", secret, *more, application=application, tenant=tenant, status=status)


def make_certificate(server, name):
    """A self-signed certificate with its key in one file beside the manifest."""
    path = server.folder / name
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=web", "-days", "30", "-keyout", str(path),
                    "-out", str(path) + ".crt"], check=True, capture_output=True)
    path.write_text(path.read_text() + pathlib.Path(str(path) + ".crt").read_text())
    return str(path)


def assertion(server, *arguments):
    """An identity's token for the exchange audience, which stands for the application; or a wrong one."""
    result = server.run("token", *arguments, "--resource", EXCHANGE, "--client-id", READER["clientID"], "--control", server.control, check=0)
    return result.stdout.strip()


def proves_itself(server, *credential):
    """Login by another credential than a secret, then a token for another resource."""
    with CLI(server) as cli:
        expect([item["id"] for item in cli.prove(*credential)], [SUBSCRIPTION], "subscriptions")
        token = cli.run("account", "get-access-token", "--resource", "https://vault.azure.net")["accessToken"]
        claims = testkit.verify("https://login.microsoftonline.com", server.ca_file(), token, "https://vault.azure.net")
        expect((claims["appid"], claims["appidacr"]), (WEB, "2"), "client and proof")


def does_not_prove_itself(server, code, *credential):
    with CLI(server) as cli:
        said = cli.prove(*credential, status=1)
        if code not in said:
            raise AssertionError(f"{code} is not in: {said[-800:]}")


def login_and_work(server, tenant, subscription):
    """Login, account show, two access tokens, a request by `az rest`; then the requests that were made."""
    known = {decision["id"] for decision in server.decisions("?limit=1000")}
    with CLI(server) as cli:
        expect([item["id"] for item in cli.login(tenant=tenant)], [subscription], "subscriptions of az login")
        account = cli.run("account", "show")
        expect((account["id"], account["tenantId"], account["state"], account["environmentName"], account["user"]),
               (subscription, TENANT, "Enabled", "AzureCloud", {"name": WEB, "type": "servicePrincipal"}), "az account show")
        expect(account["name"], f"contoso-{subscription[:8]}", "name of the subscription")
        for resource, arguments in (("https://management.core.windows.net/", []), ("https://vault.azure.net", ["--resource", "https://vault.azure.net"])):
            answer = cli.run("account", "get-access-token", *arguments)
            claims = testkit.verify("https://login.microsoftonline.com", server.ca_file(), answer["accessToken"], resource)
            expect((claims["appid"], answer["tenant"]), (WEB, TENANT), f"the token for {resource}")
        shown = cli.run("rest", "--url", f"https://management.azure.com/subscriptions/{subscription}?api-version=2022-12-01")
        expect(shown["subscriptionId"], subscription, "az rest")
    made = [decision["path"] for decision in server.decisions("?limit=1000") if decision["id"] not in known]
    expect((made.count("/subscriptions"), made.count("/tenants")), (1, 0), f"lists asked for, of {made}")


def refused(server, mentions, *credentials):
    with CLI(server) as cli:
        said = cli.login(*credentials, status=1)
        for mention in mentions:
            if mention not in said:
                raise AssertionError(f"{mention!r} is not in: {said[-800:]}")


def without_subscription(server):
    """An application without a role sees no subscription: refused, unless that is allowed."""
    with CLI(server) as cli:
        said = cli.login(IDLE, status=1)
        if "No subscriptions found" not in said:
            raise AssertionError(f"az said: {said[-600:]}")
        cli.login(IDLE, SECRET, TENANT, "--allow-no-subscriptions")
        expect(cli.run("account", "show")["name"], "N/A(tenant level account)", "name of the account")


def sovereign(server, cloud):
    with CLI(server) as cli:
        cli.run("cloud", "set", "--name", cloud)
        expect([item["id"] for item in cli.login()], [SUBSCRIPTION], "subscriptions")
        expect(cli.run("account", "show")["environmentName"], cloud, "environment")


def registered(server):
    """A cloud of our own name, of which the CLI is told nothing but the URL of its resource manager."""
    with CLI(server, AZURE_CORE_INSTANCE_DISCOVERY="false") as cli:
        cli.run("cloud", "register", "--name", "Understudy", "--endpoint-resource-manager", server.authority)
        cli.run("cloud", "set", "--name", "Understudy")
        expect([item["id"] for item in cli.login()], [SUBSCRIPTION], "subscriptions")
        expect(cli.run("cloud", "show")["endpoints"]["activeDirectory"], server.authority, "activeDirectory")


def managed_identity(server):
    with CLI(server, AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata) as cli:
        expect([item["id"] for item in cli.run("login", "--identity")], [SUBSCRIPTION], "subscriptions")
        expect(cli.run("account", "show")["user"]["assignedIdentityInfo"], "MSI", "assignedIdentityInfo")


# A pod whose containers have not started yet: its init container is what asks.
POD = f"""apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: vm}}
spec: {{plane: pod-identity, podIdentityMode: standard, tenant: contoso, systemAssigned: true, compute: {{subscriptionId: {SUBSCRIPTION}}}}}
---
apiVersion: understudy.internal/v1alpha1
kind: Tenant
metadata: {{name: contoso}}
spec: {{tenantID: {TENANT}}}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {{name: reader, namespace: default}}
spec: {{type: 0, clientID: {READER["clientID"]}, resourceID: {READER_ID}}}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {{name: reader, namespace: default}}
spec: {{azureIdentity: reader, selector: app}}
---
apiVersion: v1
kind: Pod
metadata: {{name: app, namespace: default, labels: {{aadpodidbinding: app}}}}
spec: {{nodeName: vm, initContainers: [{{name: login, image: none}}], containers: [{{name: app, image: none}}]}}
status: {{phase: Pending, podIP: 127.0.0.1}}
"""


def init_container(server):
    with CLI(server, AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata) as cli:
        expect([item["id"] for item in cli.run("login", "--identity")], [SUBSCRIPTION], "subscriptions")
        token = cli.run("account", "get-access-token")["accessToken"]
        expect(testkit.claims_unverified(token)[1]["appid"], READER["clientID"], "client of the token")


def lead_here(names):
    """A hosts file over the real one, in this mount namespace alone."""
    path = tempfile.NamedTemporaryFile("w", prefix="understudy-hosts-", delete=False)
    with path:
        path.write("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {name}\n" for name in names))
    subprocess.run(["mount", "--bind", path.name, "/etc/hosts"], check=True)
    return path.name


def main():
    tally = testkit.Tally("conformance of azure-cli", sys.argv[1] if len(sys.argv) > 1 else None)
    lacking = REFUSAL or (None if AZ.exists() else "there is no .venv-az: Tests/prepare --tests makes it")
    if lacking:
        tally.skip("azure-cli signs in and works offline", lacking)
        return tally.finish()
    version = subprocess.run([str(AZ), "version", "--output", "json"], capture_output=True, text=True, timeout=120,
                             env=testkit.clean_environment(AZURE_CONFIG_DIR=tempfile.gettempdir() + "/understudy-az-version"))
    print(f"  azure-cli {re.search(r'azure-cli.: .([0-9.]+)', version.stdout).group(1)}", flush=True)
    hosts = lead_here(NAMES)
    try:
        with testkit.Server(manifest=world(), authority="127.0.0.1:443") as server:
            tally.case("service principal by secret: login, show, tokens, rest; one list of subscriptions", login_and_work,
                       server, TENANT, SUBSCRIPTION)
            tally.case("the same with the tenant by its domain", login_and_work, server, "contoso.onmicrosoft.com", SUBSCRIPTION)
            tally.case("a wrong secret is refused in Entra's words", refused, server, ["AADSTS7000215", "Invalid client secret"], WEB, "wrong")
            tally.case("an unknown application is refused in Entra's words", refused, server, ["AADSTS700016"],
                       "99999999-9999-4999-8999-999999999999")
            tally.case("an unknown tenant is refused", refused, server, ["AADSTS90002"], WEB, SECRET, "99999999-9999-4999-8999-999999999999")
            tally.case("service principal by certificate", proves_itself, server, "--certificate", make_certificate(server, "web.pem"))
            tally.case("another certificate is refused in Entra's words", does_not_prove_itself, server, "AADSTS700027", "--certificate",
                       make_certificate(server, "other.pem"))
            tally.case("service principal by federated token", proves_itself, server, "--federated-token", assertion(server, "--raw"))
            for defect, code in (("expired", "AADSTS700024"), ("tampered", "AADSTS700027"), ("wrong-key", "AADSTS700027")):
                tally.case(f"a federated token that is minted {defect} is refused in Entra's words", does_not_prove_itself, server, code,
                           "--federated-token", assertion(server, "mint", "--defect", defect))
            tally.case("managed identity: login and show", managed_identity, server)
        with testkit.Server(manifest=world(more=[GRANT]), authority="127.0.0.1:443") as server:
            tally.case("a role's scope decides which subscriptions are seen", login_and_work, server, TENANT, FAR)
            tally.case("no role, no subscription: refused unless --allow-no-subscriptions", without_subscription, server)
        with testkit.Server(manifest=world("AzureUSGovernmentCloud"), authority="127.0.0.1:443") as server:
            tally.case("AzureUSGovernment by its real names", sovereign, server, "AzureUSGovernment")
        with testkit.Server(manifest=world("AzureChinaCloud"), authority="127.0.0.1:443") as server:
            tally.case("AzureChinaCloud by its real names", sovereign, server, "AzureChinaCloud")
        with testkit.Server(manifest=POD, authority="127.0.0.1:443") as server:
            tally.case("X10. an init container of a pending pod: az login --identity through NMI", init_container, server)
        with testkit.Server(manifest=world()) as server:
            tally.case("az cloud register with our own name and port", registered, server)
    finally:
        subprocess.run(["umount", "/etc/hosts"], check=False)
        pathlib.Path(hosts).unlink()
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
