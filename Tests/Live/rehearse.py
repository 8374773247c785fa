"""The rehearsal as people run it: the example, and what it says of each workload.

    .venv/bin/python Tests/Live/rehearse.py [TEXT]     only the cases whose name holds TEXT
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

EXAMPLE = testkit.ROOT / "Examples/migration/cluster"
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

    def lines():
        finding = next(row for row in found["findings"] if row["id"] == "host-network")
        place = next(row for row in finding["evidence"] if "file" in row)
        text = pathlib.Path(place["file"]).read_text().splitlines()
        expect("apps/v1" in text[place["line"] - 1], True, f"line {place['line']} of {place['file']}")

    tally.case("evidence names the line at which the object begins", lines)

    def generated():
        with tempfile.TemporaryDirectory(prefix="understudy-rehearse-") as folder:
            first = report(EXAMPLE, "--out", folder, status=1)
            manual = (pathlib.Path(folder) / "manual.md").read_text()
            again = report(EXAMPLE, "--target", pathlib.Path(folder) / "target.yaml", status=1)
            for name, workload in blockers(again):
                expect(f"{workload}: {name}" in manual, True, f"manual.md names {name} of {workload}")
            expect(blockers(again), blockers(first), "the generated target brings no further blocker")
            subprocess.run(["sh", "-n", str(pathlib.Path(folder) / "federated-credentials.sh")], check=True)

    tally.case("the generated target has no blocker but those that manual.md lists", generated)
    tally.case("a manifest that cannot be read is refused with its name", lambda: expect(
        (run("/no/such/file.yaml").returncode, "no such file" in run("/no/such/file.yaml").stderr), (1, True), "refusal"))
    tally.case("no manifest is a usage error (64)", lambda: expect(run().returncode, 64, "exit status"))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
