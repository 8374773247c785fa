"""The rehearsal as people run it: the example, and what it says of each workload.

    .venv/bin/python Tests/Live/rehearse.py [TEXT]     only the cases whose name holds TEXT
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import hcl2
import tree_sitter
import tree_sitter_bicep

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

EXAMPLE = testkit.ROOT / "Examples/migration/cluster"
DECISIONS = testkit.ROOT / "Examples/migration/decisions.yaml"
MODULE = "federated-credentials-of-identity.bicep"
# Texts that are no manifest, or none that can be rehearsed, and what has to be said of each.
REFUSED = {
    "an empty file": ("", "found no object that is read"),
    "separators alone": ("---\n---\n", "found no object that is read"),
    "a sentence": ("hello\n", 'found "hello"'),
    "a list": ("[1, 2]\n", "found a list"),
    "a Compose file": ("services:\n  web: {image: x}\n", "apiVersion: found nothing"),
    "bytes that are no text": ("\x7fELF\udcff", "not UTF-8"),
    "JSON that is cut off": ('{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "ki', "line 1"),
    "YAML that is cut off": ("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {na", "line 4"),
    "a cluster without workloads": (
        "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentity\nmetadata: {name: a, namespace: b}\nspec: {type: 0}\n",
        "found 1 other objects; wanted: pods or what makes them"),
}
POD = {"metadata": {"name": "web", "namespace": "prod"}, "spec": {"containers": [{"name": "c", "image": "i"}]},
       "status": {"phase": "Running"}}
TYPED = {"apiVersion": "v1", "kind": "Pod", **POD}
# One pod, in the wrappings that tools give it.
WRAPPED = {
    "kubectl's list": {"apiVersion": "v1", "kind": "List", "items": [TYPED]},
    "the API server's list, whose items do not say what they are": {"apiVersion": "v1", "kind": "PodList", "items": [POD]},
    "a list in a list": {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "List", "items": [TYPED]}]},
    "a pod alone": TYPED,
}
QUESTIONS = [f"Q{number}" for number in range(1, 21)]


def run(*arguments):
    return subprocess.run([str(testkit.executable()), "rehearse", *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          env=testkit.clean_environment())


def report(*arguments, status):
    result = run(*arguments, "--format", "json")
    expect(result.returncode, status, f"exit status; {result.stderr[-400:]}")
    return json.loads(result.stdout)


def blockers(found):
    return sorted((finding["id"], finding["workload"]) for finding in found["findings"] if finding["severity"] == "blocker")


def credentials(out):
    """(name, issuer, subject) of each credential, by identity, as each of the three files tells them."""
    subprocess.run(["sh", "-n", out / "federated-credentials.sh"], check=True)
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
    for name in ("federated-credentials.bicep", MODULE):
        expect(parser.parse((out / name).read_bytes()).root_node.has_error, False, f"errors in {name}")
    # The commands, by a shell that writes down what az is asked.
    shell = 'az() { shift 3; for part; do printf "%s\\t" "$part"; done; echo; }; . "$1"'
    lines = subprocess.run(["sh", "-c", shell, "sh", out / "federated-credentials.sh"], capture_output=True, text=True, check=True).stdout
    asked = [dict(zip(parts[::2], parts[1::2])) for parts in (line.split("\t")[:-1] for line in lines.splitlines())]
    by_az = sorted((row["--identity-name"], row["--name"], row["--issuer"], row["--subject"]) for row in asked)
    expect(len(by_az) > 20, True, "credentials of az")
    with open(out / "federated-credentials.tf") as file:
        blocks = [body for block in hcl2.load(file)["resource"] for kind in block.values() for body in kind.values()]
    plain = [{name: value.strip('"') for name, value in body.items() if isinstance(value, str)} for body in blocks]
    by_terraform = sorted((body["parent_id"].split("/")[-1], body["name"], body["issuer"], body["subject"]) for body in plain)
    expect(by_terraform, by_az, "credentials of Terraform")
    by_bicep, identity, row = [], None, {}
    for line in (out / "federated-credentials.bicep").read_text().splitlines():
        name, _, value = line.strip().partition(": ")
        if name == "identityName":
            identity = value.strip("'")
        row[name] = value.strip("'")
        if name == "subject":
            by_bicep.append((identity, row["name"], row["issuer"], row["subject"]))
    expect(sorted(by_bicep), by_az, "credentials of Bicep")


def main():
    tally = testkit.Tally("rehearse", sys.argv[1] if len(sys.argv) > 1 else None)
    found = report(EXAMPLE, status=1)
    # What the example documents (Examples/migration/README.md), and nothing else.
    documented = [("credential-limit", f"Deployment team-{number}/agent") for number in (21, 22, 23)] + [
        ("host-network", "DaemonSet ops/node-agent"), ("service-principal", "Deployment shop/partner-sync")]
    tally.case("the example's blockers are those it documents, and no others", lambda: expect(blockers(found), sorted(documented), "blockers"))

    def answered():
        workloads = {row["workload"] for row in found["workloads"]}
        for workload in sorted(workloads):
            asked = [answer["question"] for answer in found["answers"] if answer["workload"] == workload]
            expect(asked, QUESTIONS, f"questions of {workload}")
        for answer in found["answers"]:
            expect(answer["verdict"] in ("pass", "fail", "unknown"), True, "verdict")
            expect(bool(answer["reason"]), True, f"a reason for {answer['question']} of {answer['workload']}")
            if answer["verdict"] == "pass":
                expect(bool(answer["evidence"]), True, f"evidence for {answer['question']} of {answer['workload']}")

    tally.case("each of twenty questions is answered for each workload, and no pass is without evidence", answered)

    def documented_ids():
        page = (testkit.ROOT / "Sources/Rehearsal/Rehearsal.docc/Checks.md").read_text()
        rows = [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == 3]
        told = {identifier for row in rows for identifier in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row.split("|")[2])}
        checks = "".join(path.read_text() for path in (testkit.ROOT / "Sources/Rehearsal/Checks").glob("Checks+*.swift"))
        known = set(re.findall(r'Check\(\s*"([a-z-]+)"', checks))
        expect((len(told) > 30, sorted(told - known)), (True, []), "ids in the table that no check has")
        # What the example can show: the rest needs a target that is wrong, or another node.
        elsewhere = {"identity-changes", "identity-lost", "replaced-id", "sidecar-needs-client-id", "credential-missing", "issuer-unknown",
                     "injection-denied", "not-injected", "not-side-by-side", "instance-differs", "gap-other-identity", "system-assigned",
                     "node-identity", "nothing-injected", "container-skipped"}
        shown = {finding["id"] for finding in found["findings"]}
        expect(sorted(known - shown), sorted(elsewhere), "findings that the example does not show")

    tally.case("the table of differences names checks that there are, and the example shows each kind that it can", documented_ids)

    def lines():
        finding = next(row for row in found["findings"] if row["id"] == "host-network")
        place = next(row for row in finding["evidence"] if "file" in row)
        text = pathlib.Path(place["file"]).read_text().splitlines()
        expect("apps/v1" in text[place["line"] - 1], True, f"line {place['line']} of {place['file']}")

    tally.case("evidence names the line at which the object begins", lines)

    with tempfile.TemporaryDirectory(prefix="understudy-rehearse-") as folder:
        out = pathlib.Path(folder) / "out"
        first = report(EXAMPLE, "--out", out, status=1)

        def generated():
            manual = (out / "manual.md").read_text()
            again = report(EXAMPLE, "--target", out / "target.yaml", status=1)
            for name, workload in blockers(again):
                expect(f"{workload}: {name}" in manual, True, f"manual.md names {name} of {workload}")
            expect(blockers(again), blockers(first), "the generated target brings no further blocker")

        tally.case("the generated target has no blocker but those that manual.md lists", generated)
        tally.case("with the example's documented decisions nothing blocks", lambda: expect(
            blockers(report(EXAMPLE, "--target", out / "target.yaml", "--target", DECISIONS, status=0)), [], "blockers"))
        tally.case("credentials are the same as az commands, in Terraform and in Bicep, each of which its language's reader takes",
                   lambda: credentials(out))

        def steps():
            text = (out / "cut-over.md").read_text()
            numbered = [line for line in text.splitlines() if line[:1].isdigit()]
            expect([line.split(".")[0] for line in numbered], [str(number + 1) for number in range(len(numbered))], "numbers")
            expect((text.count("   Do: "), text.count("   Back: ")), (len(numbered), len(numbered)), "a way there and a way back of each")
            for patch in sorted((out / "patches").iterdir()):
                expect(f"patches/{patch.name}" in text, True, f"cut-over.md names {patch.name}")

        tally.case("the cut-over has a rollback for each step, and a step for each patch", steps)

        def refused(text, said):
            path = pathlib.Path(folder) / "input.yaml"
            path.write_bytes(os.fsencode(text))
            result = run(path)
            expect((result.returncode, result.stdout), (1, ""), "exit status, and nothing on standard output")
            expect(said in result.stderr, True, f"{said!r} in {result.stderr!r}")

        for name, (text, said) in REFUSED.items():
            tally.case(f"{name}: refused, and it is said why", lambda text=text, said=said: refused(text, said))

        def wrapped(document):
            path = pathlib.Path(folder) / "input.json"
            path.write_text(json.dumps(document, indent=4))
            expect([row["workload"] for row in report(path, status=0)["workloads"]], ["Pod prod/web"], "workloads")

        for name, document in WRAPPED.items():
            tally.case(f"{name} is read", lambda document=document: wrapped(document))
    tally.case("a manifest that cannot be read is refused with its name", lambda: expect(
        (run("/no/such/file.yaml").returncode, "no such file" in run("/no/such/file.yaml").stderr), (1, True), "refusal"))
    tally.case("no manifest is a usage error (64)", lambda: expect(run().returncode, 64, "exit status"))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
