"""Conformance: Examples/resource-api, an API that validates our tokens with PyJWT, and every row of its README.

    .venv/bin/python Tests/Conformance/resource_api.py [TEXT]     only the cases whose name holds TEXT
"""

import contextlib
import json
import pathlib
import re
import select
import shlex
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

EXAMPLE = testkit.ROOT / "Examples/resource-api"
README = (EXAMPLE / "README.md").read_text()
READER, VISITOR = "1a2b3c4d-0001-4000-8000-00000000d001", "1a2b3c4d-0002-4000-8000-00000000d002"
RESOURCE = "9c0d1e2f-0001-4000-8000-00000000f001"


@contextlib.contextmanager
def api(server):
    """The example as a process of its own; gives its URL."""
    command = [sys.executable, str(EXAMPLE / "api.py"), "--authority", server.authority, "--tenant", "contoso.onmicrosoft.com",
               "--audience", RESOURCE, "--role", "Orders.Read", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                               env=testkit.clean_environment(SSL_CERT_FILE=server.ca_file()))
    try:
        if not select.select([process.stdout], [], [], 20)[0]:
            raise AssertionError("the API did not say where it is")
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def call(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def token_of(server, arguments, client=READER):
    """What `understudy token ARGUMENTS` prints on standard output."""
    address = ["--control", server.control]
    result = server.run("token", *arguments, "--client-id", client, *address)
    expect(result.returncode, 0, f"exit status; {result.stderr}")
    return result.stdout.strip()


def answers(server, url, arguments, status, document, client=READER):
    expect(call(url, token_of(server, arguments, client)), (status, document), f"answer to {' '.join(arguments)}")


def verdict(server, arguments, check):
    """`understudy token verify` tells the same token's fault, by the very check, and shows nothing of it."""
    token = token_of(server, arguments)
    result = subprocess.run([str(testkit.executable()), "token", "verify", "-", "--format", "json", "--control", server.control],
                            input=token + "\n", capture_output=True, text=True, timeout=30, env=testkit.clean_environment())
    failed = [found["check"] for found in json.loads(result.stdout)["checks"] if not found["passed"]]
    expect((result.returncode, failed[:1]), (1 if check else 0, [check] if check else []), "exit status and first failed check")
    for part in token.split("."):
        if part and part in result.stdout + result.stderr + server.log():
            raise AssertionError("a part of the token is shown")


CHECKS = {"expired": "expiry", "not-yet-valid": "start", "tampered": "signature", "wrong-key": "signature", "unknown-key": "key",
          "wrong-audience": "audience", "wrong-issuer": "issuer", "unsigned": "algorithm"}


def main():
    tally = testkit.Tally("conformance of a resource", sys.argv[1] if len(sys.argv) > 1 else None)
    rows = re.findall(r"^\| `call ([^`]+)` \| `([^`]+)` \|$", README, re.MULTILINE)
    with testkit.Server(EXAMPLE / "world.yaml") as server, api(server) as url:
        tally.case("no token is told so", lambda: expect(call(url, None), (401, {"why": "There is no bearer token."}), "answer"))
        for arguments, printed in rows:
            document = json.loads(printed)
            tally.case(f"README: call {arguments}", answers, server, url, shlex.split(arguments), 200 if "hello" in document else 401, document)
        told = json.loads(re.search(r"prints `(\{[^`]+role[^`]+\})`", README).group(1))
        tally.case("README: a token without the role", answers, server, url, ["--raw", "--resource", "api://orders"], 403, told, VISITOR)
        tally.case("README: every defect has its row", lambda: expect(
            sorted(re.findall(r"--defect (\S+)", " ".join(row[0] for row in rows))), sorted(CHECKS), "defects in the table"))
        tally.case("token verify: a good token passes every check", verdict, server, ["--raw", "--resource", "api://orders"], None)
        for defect, check in CHECKS.items():
            tally.case(f"token verify: {defect} fails at {check}", verdict, server, ["mint", "--defect", defect, "--resource", "api://orders"], check)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
