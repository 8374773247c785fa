"""The control listener against its own description: schemathesis asks everything that `/openapi.json` says may be asked, and much
that it says may not.

    .venv/bin/python Tests/Conformance/control_api.py [--examples N] [--seed N]

A case fails on an answer of 5xx and on any answer that is not described: its status, media type, header or body. A server is asked
whose clock is frozen and whose world is small; what its waits wait for is cut to a second. Each run names its seed.
"""

import argparse
import importlib.metadata
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK, one_pod  # noqa: E402

# Any text is an assertion or a token to be judged, none and numbers included: there is nothing that is not described.
JUDGED = "^/(tokens/verify|explain/assertion)$"
# What is asked, by which checks: every answer is described; what is not described is not taken.
RUNS = {
    "no 5xx and no answer that is not described": [
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
                    "response_schema_conformance,unsupported_method", "--phases", "examples,coverage,fuzzing"],
    "nothing taken that is not described": [
        "--checks", "negative_data_rejection", "--phases", "coverage", "--mode", "negative", "--exclude-path-regex", JUDGED],
}
# A verdict may be waited for up to ten minutes, which nobody wants to wait for here.
# A machine, for NMI's probe takes every method.
NODE = """apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {name: node1}
spec: {plane: vm, systemAssigned: true}
"""
HOOKS = """
import schemathesis

@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict) and isinstance(body.get("withinSeconds"), int) and body["withinSeconds"] > 0:
        body["withinSeconds"] = min(body["withinSeconds"], 1)
    return body
"""


def described(server):
    """The description is OpenAPI 3.1, and names each operation once, with its answers."""
    status, body = server.control_get("/openapi.json")
    expect(status, 200, "status")
    document = json.loads(body)
    expect(document["openapi"], "3.1.0", "version of OpenAPI")
    operations = [(path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()]
    identifiers = [operation["operationId"] for _, _, operation in operations]
    expect(len(set(identifiers)), len(identifiers), "operation ids")
    for path, method, operation in operations:
        if not operation["summary"] or not operation["responses"]:
            raise AssertionError(f"{method} {path} is described by nothing")
        braces = set(re.findall(r"{(\w+)}", path))
        expect({one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}, braces, f"braces of {path}")
    return f"{len(operations)} operations"


def examined(server, folder, asked, examples, seed):
    """schemathesis finds nothing."""
    hooks = folder / "hooks.py"
    hooks.write_text(HOOKS)
    command = [str(pathlib.Path(sys.executable).parent / "schemathesis"), "run", f"{server.control}/openapi.json", *asked,
               "--max-examples", str(examples), "--seed", str(seed), "--workers", "2",
               "--request-timeout", "10", "--generation-database", "none", "--no-color", "--suppress-health-check", "all"]
    environment = testkit.clean_environment(SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=str(folder))
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=300)
    if run.returncode != 0:
        at = run.stdout.find("= FAILURES =")
        raise AssertionError(f"exit status {run.returncode}, seed {seed}\n{run.stdout[max(0, at):][:6000]}{run.stderr[-2000:]}")
    told = re.search(r"(\d+) generated.*", run.stdout)
    expect(server.process.poll(), None, "exit status of the server")
    expect(server.control_get("/readyz")[0], 200, "status of /readyz afterwards")
    server.run("reset", "--control", server.control, check=0)
    expect(testkit.get(server.metadata, ASK, "Metadata: true").status, 200, "status of a token request afterwards")
    return f"seed {seed}{', ' + told.group(0) if told else ''}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=12, help="examples for each operation (default: 12)")
    parser.add_argument("--seed", type=int, default=7, help="where chance begins, 0 for anywhere (default: 7)")
    arguments = parser.parse_args()
    arguments.seed = arguments.seed or random.randrange(1, 1 << 32)
    tally = testkit.Tally(f"control API, schemathesis {importlib.metadata.version('schemathesis')}")
    with tempfile.TemporaryDirectory() as folder, testkit.Server(manifest=one_pod(node=NODE), arguments=["--clock-freeze", "now"]) as server:
        for target in (ASK, ASK + "&client_id=nobody"):
            testkit.get(server.metadata, target, "Metadata: true")
        tally.case("every operation is described, with parameters, statuses and shapes", described, server)
        for name, asked in RUNS.items():
            tally.case(f"schemathesis finds {name}", examined, server, pathlib.Path(folder), asked, arguments.examples, arguments.seed)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
