"""The workload identity webhook: every recorded exchange with the original, over TLS against `inject --serve`.

    .venv/bin/python Tests/Live/webhook.py [TEXT]     only the cases whose name holds TEXT

The listener's certificate is verified with the CA it announces. Status, header lines, the review's answer and the patched pod
are compared; the order of a patch's operations is not, for the original's varies. Needs nothing but the executable.
"""

import base64
import contextlib
import itertools
import json
import os
import pathlib
import re
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

EXCHANGES = json.loads((testkit.ROOT / "Tests/Fixtures/webhook/exchanges.json").read_text())
REVIEWS = [row for row in EXCHANGES if "http" in row]
STARTS = [row for row in EXCHANGES if "start" in row]
# The recorded build had images without registry and tag.
ENVIRONMENT = {"AZURE_TENANT_ID": "11111111-1111-1111-1111-111111111111", "PROXY_IMAGE": "/proxy:", "PROXY_INIT_IMAGE": "/proxy-init:"}
HEAD = ("POST /mutate-v1-pod?timeout=10s HTTP/1.1\r\nHost: 127.0.0.1:9443\r\nConnection: close\r\nContent-Type: application/json\r\n"
        "Content-Length: {length}\r\n\r\n")


def accounts():
    """Every service account that any exchange found, each once: JSON values in a row are a manifest."""
    found = {json.dumps(row["serviceAccount"], sort_keys=True) for row in EXCHANGES if row.get("serviceAccount")}
    return "\n".join(sorted(found))


class SecureConnection(testkit.Connection):
    """A connection whose peer is verified."""

    def __init__(self, host, port, trust):
        super().__init__(host, port)
        self.socket = trust.wrap_socket(self.socket, server_hostname=host)


class Webhook:
    """`understudy inject --serve` as a child process, announced as JSON, ended by SIGTERM."""

    def __init__(self, *arguments, manifest="", environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="understudy-webhook-")
        self.manifest = pathlib.Path(self.folder.name) / "manifest.yaml"
        self.manifest.write_text(manifest)
        self.command = [str(testkit.executable()), "inject", "--serve", "127.0.0.1:0", *arguments, str(self.manifest)]
        self.environment = testkit.clean_environment(**{**ENVIRONMENT, **(environment or {})})

    def __enter__(self):
        self.process = subprocess.Popen(self.command + ["--announce", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=self.environment, start_new_session=True)
        line = self.first_line()
        self.announced = json.loads(line)
        self.address = testkit.host_and_port(self.announced["webhook"])
        self.trust = ssl.create_default_context(cafile=self.announced["caFile"])
        return self

    def first_line(self):
        if not select.select([self.process.stdout], [], [], 30)[0]:
            raise AssertionError("no announcement within 30 s")
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"ended before it was ready: {self.process.stderr.read().decode()}")
        return line

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.status = self.process.wait(10)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
        self.folder.cleanup()

    def ask(self, request):
        """The answer to one request on a TLS connection of its own."""
        with SecureConnection(*self.address, self.trust) as connection:
            with contextlib.suppress(ConnectionError, ssl.SSLError):  # refused in the middle of a body: the answer is there all the same
                connection.socket.sendall(request)
            return connection.read()

    def review(self, review):
        body = json.dumps(review).encode()
        return self.ask(HEAD.format(length=len(body)).encode() + body).json()


def request_of(row):
    sent = row.get("request", {})
    if "bodyBytes" in sent:
        body = b" " * sent["bodyBytes"]
    elif "body" in sent:
        body = sent["body"].encode()
    else:
        body = json.dumps(row["review"]).encode()
    # The recorder's JSON had other blanks; the length is that of what is sent here.
    head = re.sub(r"Content-Length: \d+", f"Content-Length: {len(body)}", sent.get("head", HEAD.format(length=len(body))))
    return head.encode() + body


def patched(document, operations):
    """The document after a JSON Patch of add, replace and remove."""
    document = json.loads(json.dumps(document))
    for operation in operations:
        *way, last = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        place = document
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        if isinstance(place, list):
            if operation["op"] == "add":
                place.insert(int(last), operation["value"])
                continue
            last = int(last)
        if operation["op"] == "remove":
            del place[last]
        else:
            place[last] = operation["value"]
    return document


def patch_of(response):
    return json.loads(base64.b64decode(response["patch"])) if "patch" in response else []


def answers_the_same(webhook, row):
    answer = webhook.ask(request_of(row))
    recorded = row["http"]
    expect(answer.status, recorded["status"], f"status ({answer.body[:200]!r})")
    # Dates are not recorded.
    expect([(name, value) for name, value in answer.headers if name != "Date"], [tuple(pair) for pair in recorded["headers"]], "headers")
    if not row.get("response"):
        return expect(answer.body.decode(), recorded["body"], "body")
    expect(answer.body[-1:], b"\n", "end of the body")
    given, wanted = answer.json(), row["response"]
    masked = [{**review, "response": {**review["response"], "patch": "patch" in review["response"]}} for review in (given, wanted)]
    expect(masked[0], masked[1], "review without its patch")
    expect(list(given["response"]), list(wanted["response"]), "members in order")
    if row.get("mutated"):
        expect(patched(row["review"]["request"]["object"], patch_of(given["response"])), row["mutated"], "patched pod")
    return None


def refuses_to_start(row):
    start = row["start"]
    environment = {name: value for name, value in {**ENVIRONMENT, **start["env"]}.items() if value is not None}
    result = subprocess.run([str(testkit.executable()), "inject", "--serve", "127.0.0.1:0", *start["args"]], capture_output=True,
                            text=True, timeout=20, env=testkit.clean_environment(**environment))
    expect(result.returncode, 64, f"exit status; {result.stderr}")
    wanted = start["output"].removeprefix("panic: unable to set up pod mutator: ")
    if wanted not in result.stderr:
        raise AssertionError(f"{wanted!r} is not in {result.stderr!r}")


POD = {"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": [{"name": "a"}], "serviceAccountName": "late"}}
REVIEW = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "u", "namespace": "default", "object": POD}}
ACCOUNT = """apiVersion: v1
kind: ServiceAccount
metadata: {name: late, annotations: {azure.workload.identity/client-id: %s}}
"""


def follows_the_manifests():
    """A service account that is written while the webhook runs is found."""
    with Webhook() as webhook:
        expect(webhook.review(REVIEW)["response"]["status"]["message"], 'serviceaccounts "late" not found', "denial")
        webhook.manifest.write_text(ACCOUNT % "one")
        testkit.wait_until(lambda: webhook.review(REVIEW)["response"]["allowed"], pause=0.02)
        pod = patched(POD, patch_of(webhook.review(REVIEW)["response"]))
        expect(pod["spec"]["containers"][0]["env"][0], {"name": "AZURE_CLIENT_ID", "value": "one"}, "first variable")
    expect(webhook.status, 0, "exit status after SIGTERM")


def shares_its_ca():
    """With --state a server and the webhook present leaves of one CA, in whichever order they start."""
    with tempfile.TemporaryDirectory() as folder:
        state = os.path.join(folder, "state")
        with Webhook("--state", state) as webhook, testkit.Server(arguments=["--state", state]) as server:
            expect(webhook.announced["caFile"], server.announced["caFile"], "CA file")
            certificate = pathlib.Path(server.ca_file()).read_bytes()
            expect(base64.b64decode(webhook.announced["caBundle"]), certificate, "caBundle")


def is_healthy():
    with Webhook("--health", "127.0.0.1:0") as webhook:
        for path in ("/healthz", "/readyz"):
            answer = testkit.get(webhook.announced["health"], path)
            expect((answer.status, answer.body), (200, b"ok"), path)
        expect(testkit.get(webhook.announced["health"], "/mutate-v1-pod").status, 404, "another path")


def prints_its_configuration():
    command = [str(testkit.executable()), "inject", "--serve", "127.0.0.1:0", "--print-configuration"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=testkit.clean_environment(), start_new_session=True)
    try:
        text = "".join(iter(process.stdout.readline, "  sideEffects: None\n"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        process.stdout.close()
    url, bundle = re.search(r"url: (\S+)", text).group(1), re.search(r"caBundle: (\S+)", text).group(1)
    expect(bool(re.fullmatch(r"https://127\.0\.0\.1:\d+/mutate-v1-pod", url)), True, f"url {url}")
    expect(base64.b64decode(bundle)[:27], b"-----BEGIN CERTIFICATE-----", "beginning of the bundle")


DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, azure.workload.identity/use: "true"}}
    spec: {serviceAccountName: late, containers: [{name: web, image: nginx}]}
"""


def inject(manifest, *arguments):
    return subprocess.run([str(testkit.executable()), "inject", "-", *arguments], input=manifest, capture_output=True, text=True,
                          timeout=20, env=testkit.clean_environment(AZURE_TENANT_ID="t"))


def injects_manifests():
    """Untouched documents keep their bytes; what changed reads back; a second time changes nothing."""
    kept = "# kept\n" + ACCOUNT % "one" + "---\n"
    once = inject(kept + DEPLOYMENT)
    expect(once.returncode, 0, once.stderr)
    expect(once.stdout[:len(kept)], kept, "the untouched document")
    expect(inject(once.stdout).stdout, once.stdout, "injected twice")
    expect(inject(once.stdout, "--diff").stdout, "", "difference of what is injected already")
    as_json = json.loads(inject(DEPLOYMENT + "---\n" + ACCOUNT % "one", "--output", "json").stdout.split("\n}\n")[0] + "\n}")
    variables = [item["name"] for item in as_json["spec"]["template"]["spec"]["containers"][0]["env"]]
    expect(variables, ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"], "variables")
    old = inject(kept + DEPLOYMENT, "--diff", "--webhook-version", "1.5").stdout
    expect("+          mountPath: /var/run/secrets/azure/tokens\n" in old, True, f"the old path in {old}")


def tells_denials():
    result = inject(DEPLOYMENT)
    expect((result.returncode, result.stdout), (1, ""), "status and output")
    expect(result.stderr, 'understudy: Deployment default/web: denied the request: serviceaccounts "late" not found\n', "error")


def main():
    tally = testkit.Tally("recordings of the workload identity webhook", sys.argv[1] if len(sys.argv) > 1 else None)
    began = time.monotonic()
    for group, rows in itertools.groupby(REVIEWS, lambda row: row["group"]):
        rows = list(rows)
        version = ["--kubernetes-version", group.removeprefix("api server says ")] if group.startswith("api server says ") else []
        variant = rows[0]["variant"]
        with Webhook(*variant["args"], *version, manifest=accounts(), environment=variant["env"]) as webhook:
            for row in rows:
                tally.case(f"{group}: {row['name']}", answers_the_same, webhook, row)
    for row in STARTS:
        if row["start"]["exit"] in (1, 2):
            tally.case(row["name"], refuses_to_start, row)
    tally.case("service accounts are watched", follows_the_manifests)
    tally.case("one CA for webhook and server", shares_its_ca)
    tally.case("health", is_healthy)
    tally.case("configuration to register", prints_its_configuration)
    tally.case("manifests", injects_manifests)
    tally.case("denials of manifests", tells_denials)
    print(f"note took {time.monotonic() - began:.1f} s")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
