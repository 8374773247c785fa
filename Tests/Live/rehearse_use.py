"""The rehearsal of what applications really ask: journals of a running server, NMI's log, and commands that are run in both worlds.

    .venv/bin/python Tests/Live/rehearse_use.py [TEXT]     only the cases whose name holds TEXT

The journal is of a real `serve` of Examples/migration/cluster, asked by unmodified azure-identity and by plain requests, each from its
pod's address. Commands are azure-identity too, and what has no SDK.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

EXAMPLE = testkit.ROOT / "Examples/migration/cluster"
STOREFRONT = "8a7d1c52-4a7b-4a8e-9d9e-0a1b2c3d0003"
TOKEN = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
SMALL = """
{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentity, metadata: {name: reader, namespace: prod},
 spec: {type: 0, clientID: 1a2b3c4d-0001-4000-8000-000000000001, resourceID: /subscriptions/5f1b2c3d-0a41-4c6e-9f10-2b7c8d9e0f11/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader}}
---
{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentityBinding, metadata: {name: reader, namespace: prod}, spec: {azureIdentity: reader, selector: reader}}
---
{apiVersion: understudy.internal/v1alpha1, kind: Cluster, metadata: {name: dev}, spec: {issuer: "https://westeurope.oic.example/1/", emulated: true}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: prod},
 spec: {template: {metadata: {labels: {app: web, aadpodidbinding: reader}}, spec: {containers: [{name: web, image: i}]}}}}
"""
READER = "1a2b3c4d-0001-4000-8000-000000000001"
# What a program has that uses the SDK as its page shows it.
BY_CHAIN = """
import azure.identity
print("length", len(azure.identity.DefaultAzureCredential().get_token("https://vault.azure.net/.default").token))
"""
# And twice, by a credential of its own each time: a new one reads the file anew.
TWICE = BY_CHAIN + """
import os, time
if os.environ["UNDERSTUDY_REHEARSAL"] == "target":
    time.sleep(2.5)
    azure.identity.DefaultAzureCredential().get_token("https://vault.azure.net/.default")
"""
# What a program has that knows the metadata service and nothing else.
BY_HAND = """
import os, urllib.request
url = os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] + "%s"
print(urllib.request.urlopen(urllib.request.Request(url, headers={"Metadata": "true"})).status)
""" % TOKEN


def pod(name, namespace, address, **labels):
    return json.dumps({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"nodeName": "aks-nodepool1-0", "containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": "Running", "podIP": address}})


PODS = "\n---\n".join([
    pod("storefront-6d5f9c7b8-abcde", "shop", "127.0.0.1", aadpodidbinding="storefront"),
    pod("invoices-28000000-abcde", "shop", "127.0.0.12", aadpodidbinding="invoices"),
    pod("stranger-5d5f9c7b8-abcde", "elsewhere", "127.0.0.14", aadpodidbinding="storefront")])


def start(*arguments):
    return subprocess.Popen([str(testkit.executable()), "rehearse", *map(str, arguments)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True, env=testkit.clean_environment())


def run(*arguments, text=None):
    process = start(*arguments)
    output, errors = process.communicate(text, timeout=120)
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def report(*arguments, status, text=None):
    result = run(*arguments, "--format", "json", text=text)
    expect(result.returncode, status, f"exit status; {result.stderr[-400:]}")
    return json.loads(result.stdout), result.stderr


def findings(found, prefix=""):
    return sorted((row["id"], row["workload"]) for row in found["findings"] if row["id"].startswith(prefix))


def answer(found, workload, question):
    return next(row for row in found["answers"] if (row["workload"], row["question"]) == (workload, question))


def running(text):
    """Processes whose command line holds `text`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if text in line and "rehearse" not in line:
                found.append(line)
    return found


def record(folder):
    """The journal of a server that the example's pods ask."""
    pods = folder / "pods.yaml"
    pods.write_text(PODS)
    with testkit.Server(EXAMPLE, pods) as server:
        environment = testkit.clean_environment(AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata)
        subprocess.run([sys.executable, "-c", BY_CHAIN], check=True, env=environment, capture_output=True)
        by_resource = TOKEN + "&msi_res_id=/subscriptions/5f1b2c3d-0a41-4c6e-9f10-2b7c8d9e0f11/resourcegroups/rg-identities/providers/" \
            "Microsoft.ManagedIdentity/userAssignedIdentities/storefront"
        for source, target, agent in (
                ("127.0.0.1", by_resource, "curl/8.1"), ("127.0.0.1", by_resource, "curl/8.1"),
                ("127.0.0.12", TOKEN, "azsdk-go-azidentity/v1.2.0 (go1.20)"),
                ("127.0.0.12", "/metadata/instance?api-version=2021-02-01", "curl/8.1"), ("127.0.0.14", TOKEN, "curl/8.1")):
            testkit.get(server.metadata, target, "Metadata: true", f"User-Agent: {agent}", source=source)
        return [server.run("decisions", "--control", server.control, "--format", form, check=0).stdout for form in ("json", "text")]


def main():
    tally = testkit.Tally("rehearse_use", sys.argv[1] if len(sys.argv) > 1 else None)
    with tempfile.TemporaryDirectory(prefix="understudy-rehearse-use-") as name:
        folder = pathlib.Path(name)
        small, journal, table, log = (folder / each for each in ("small.yaml", "journal.json", "journal.txt", "nmi.log"))
        small.write_text(SMALL)
        texts = record(folder)
        journal.write_text(texts[0])
        table.write_text(texts[1])

        def recorded():
            found, _ = report(EXAMPLE, "--decisions", journal, status=1)
            expect(findings(found, "recorded"), [
                ("recorded-caller-unknown", "cluster"), ("recorded-metadata-only", "Deployment shop/storefront"),
                ("recorded-sdk-too-old", "CronJob shop/invoices")], "findings of what was recorded")
            row = next(row for row in found["findings"] if row["id"] == "recorded-metadata-only")
            expect(row["evidence"][0]["decision"], f"{journal}#2, {journal}#3", "the decisions")
            for question, verdict in (("Q2", "pass"), ("Q15", "pass"), ("Q18", "fail")):
                expect(answer(found, "Deployment shop/storefront", question)["verdict"], verdict, question)
            expect(answer(found, "CronJob shop/invoices", "Q5")["verdict"], "fail", "Q5 of the CronJob")
            expect(answer(found, "Deployment shop/orders", "Q5")["verdict"], "unknown", "Q5 of what nobody recorded")

        tally.case("a journal of the example's pods is replayed, and findings name its decisions", recorded)

        def by_lines():
            lines = "\n".join(json.dumps(row) for row in json.loads(texts[0])["decisions"])
            found, _ = report(small, "--decisions", "-", status=0, text=lines)
            expect({name for name, _ in findings(found, "recorded")}, {"recorded-caller-unknown"}, "findings: all callers are of elsewhere")

        tally.case("a journal a decision a line is read from standard input; callers of elsewhere are told", by_lines)

        def refused():
            result = run(small, "--decisions", table)
            expect((result.returncode, result.stdout), (1, ""), "exit status and output")
            expect(f"{table}:1: found the table that people read" in result.stderr, True, result.stderr)

        tally.case("the table that people read is refused, and it is said what is allowed", refused)

        def logged():
            line = "I1121 21:20:00.123456       1 server.go:192] status (200) took 9 ns for req.method=GET reg.path=/metadata/identity/oauth2/token req.remote=10.0.0.9"
            log.write_text("\n".join([
                line, "no such line", line.replace("req.remote=10.0.0.9", "req.remote=10.0.0.8"),
                "I1121 21:20:00.123456       1 standard.go:1] no clientID or resourceID in request. prod/web-1-x2x7k has been matched with azure identity prod/reader"]))
            export = folder / "pod.yaml"
            export.write_text(SMALL + "---\n" + json.dumps({
                "apiVersion": "v1", "kind": "Pod", "metadata": {
                    "name": "web-1-x2x7k", "namespace": "prod", "labels": {"aadpodidbinding": "reader", "pod-template-hash": "1"},
                    "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "controller": True}]},
                "spec": {"containers": [{"name": "c", "image": "i"}]}, "status": {"phase": "Running", "podIP": "10.0.0.9"}}))
            found, errors = report(export, "--decisions", log, status=0)
            expect(f"{log}:2: found a line that is neither" in errors, True, errors)
            row = next(row for row in found["findings"] if row["id"] == "recorded-without-selectors")
            expect(("tells of 1 requests" in row["summary"], "1 without an id" in row["summary"]), (True, True), row["summary"])
            expect(findings(found, "recorded-caller-unknown"), [("recorded-caller-unknown", "cluster")], "the other address")
            expect(answer(found, "Deployment prod/web", "Q5")["verdict"], "unknown", "Q5: a log names no SDK")

        tally.case("NMI's log tells how often, and the report says what it cannot tell", logged)

        # --- commands -----------------------------------------------------------------------------------------------

        def program(text):
            path = folder / f"program-{len(list(folder.iterdir()))}.py"
            path.write_text(text)
            return f"{sys.executable} {path}"

        def chain():
            found, errors = report(small, "--command", program(BY_CHAIN), status=0)
            expect(findings(found, "live"), [("live-winner-changes", "Deployment prod/web")], "findings")
            for question in ("Q2", "Q4", "Q5", "Q18"):
                expect(answer(found, "Deployment prod/web", question)["verdict"], "pass", question)
            expect("azsdk-python-identity" in answer(found, "Deployment prod/web", "Q5")["reason"], True, "the SDK")
            lines = errors.splitlines()
            expect([line.split(" | length ")[0] for line in lines if " | " in line], ["today", "target"], "what the command printed")
            expect("eyJ" in errors + json.dumps(found), False, "a token in the report")
            asked = [row["decision"] for row in answer(found, "Deployment prod/web", "Q4")["evidence"]]
            expect([row.split("#")[0] for row in asked], ["live-today", "live-today", "live-target", "live-target"], "evidence")

        tally.case("DefaultAzureCredential runs in both worlds: another credential answers, with the same identity", chain)

        def twice():
            found, _ = report(small, "--command", program(TWICE), status=0)
            expect(answer(found, "Deployment prod/web", "Q10")["verdict"], "pass", "Q10")
            found, _ = report(small, "--command", program(BY_CHAIN), status=0)
            expect(answer(found, "Deployment prod/web", "Q10")["verdict"], "unknown", "Q10 of one exchange")

        tally.case("two exchanges, with the token replaced in between, tell that its file is read again; one does not", twice)

        def by_hand():
            found, _ = report(small, "--command", program(BY_HAND), status=1)
            ids = [name for name, _ in findings(found, "live")]
            expect(ids, ["live-identity-changes", "live-node-answers", "live-winner-changes"], "findings")
            row = next(row for row in found["findings"] if row["id"] == "live-identity-changes")
            expect(READER in row["summary"] and "kubelet" in row["summary"], True, row["summary"])

        tally.case("what asks the metadata service by hand gets the node's identity in the target: a blocker", by_hand)

        def fails():
            found, _ = report(small, "--command", f'test "$UNDERSTUDY_REHEARSAL" = today && {program(BY_HAND)}', status=1)
            expect([name for name, _ in findings(found, "live")], ["live-audience-lost", "live-command-fails"], "findings")
            found, _ = report(small, "--command", "exit 7", status=0)
            expect([name for name, _ in findings(found, "live")], ["live-asks-nothing", "live-command-fails-today"], "findings")

        tally.case("a command that fails in the target blocks; one that fails today tells little, and it is said", fails)

        def times_out():
            found, _ = report(small, "--command", "sleep 7171 & sleep 7171", "--command-timeout", "1", status=0)
            row = next(row for row in found["findings"] if row["id"] == "live-command-fails-today")
            expect("was ended after 1 s" in row["summary"], True, row["summary"])
            expect(running("sleep 7171"), [], "what is left of the command")

        tally.case("a command whose time is over is ended with all that it started", times_out)

        def floods():
            found, _ = report(small, "--command", "yes 7373", "--command-timeout", "1", status=0)
            expect("live-command-fails-today" in dict(findings(found, "live")), True, "findings")
            expect(running("yes 7373"), [], "what is left of the command")

        tally.case("a command that never stops printing is ended in time", floods)

        def interrupted():
            temporary = folder / "tmp"
            temporary.mkdir()
            os.environ["TMPDIR"] = str(temporary)
            try:
                process = start(small, "--command", "echo begun; sleep 7272 & sleep 7272")
            finally:
                del os.environ["TMPDIR"]
            for line in process.stderr:
                if "begun" in line:
                    break
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
            expect(process.returncode, 130, "exit status")
            expect(running("sleep 7272"), [], "what is left of the command")
            expect(list(temporary.iterdir()), [], "what is left of its files")

        tally.case("^C ends the command, all that it started, and what was made for it", interrupted)

        def usage():
            for arguments, said in (
                    ((EXAMPLE, "--command", "true"), "workloads with identities; say as which it is to run with --as, allowed: kube-system/dns-updater, "),
                    ((EXAMPLE, "--command", "true", "--as", "ops/node-agent"), "on the host's network"),
                    ((EXAMPLE, "--command", "true", "--as", "shop/nobody"), "which no workload is called"),
                    ((small, "--as", "prod/web"), "allowed only with --command"), ((small, "--command", " "), "found nothing"),
                    ((small, "--command", "true", "--as", "web"), "allowed: NAMESPACE/NAME"),
                    ((small, "--command", "true", "--command-timeout", "0"), "allowed: seconds from 1"),
                    (("-", "--decisions", "-"), "standard input can be read once")):
                result = run(*arguments, text="")
                expect((result.returncode, result.stdout), (64, ""), f"{arguments}: {result.stderr}")
                expect(said in result.stderr, True, result.stderr)

        tally.case("as whom a command runs, and how long, is said or refused with what is allowed", usage)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
