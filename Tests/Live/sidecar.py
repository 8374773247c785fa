"""Replays what the original sidecar proxy was recorded to answer against `understudy proxy`, as a process.

    .venv/bin/python Tests/Live/sidecar.py [TEXT]     only the cases whose name holds TEXT

Runs in a namespace of its own where login.microsoftonline.com is a stub authority on 127.0.0.1:443 and 169.254.169.254:80 a stub
metadata service. Needs root or user namespaces; where neither works, the cases count as skipped.

Status line, headers in their order and body bytes are compared, and every byte the metadata service is sent. Masked: `Date` where the
sidecar's own server writes it, the version in `Server`, tokens and their times (which are checked on their own).
"""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from sidecar_process import Proxy  # noqa: E402
from testkit import expect  # noqa: E402

RECORDINGS = json.loads((testkit.ROOT / "Tests/Fixtures/sidecar/sidecar.json").read_text())
ASSERTION = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwcm9qZWN0ZWQifQ.c2lnbmF0dXJl"
TOKEN_FILES = {"token file garbage": "garbage", "token file empty": "", "token file with newline": ASSERTION + "\n",
               "token file three dots": "a.b.c.d"}
TENANT = "11111111-1111-1111-1111-111111111111"
CLIENT = "55555555-5555-5555-5555-555555555555"
HOST = "login.microsoftonline.com"
# What differs on purpose, and why.
EXCEPTED = {
    "start: version": "the version is our program's",
    "start: port not a number": "a usage error exits 64 here, as everywhere in the family",
}


# --- a server whose every byte the test decides ---------------------------------------------------------------------------


def read_request(stream):
    """One request as text, its body as sent; None at the end of the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    lowered = head.lower()
    length = re.search(rb"\r\ncontent-length: (\d+)\r\n", lowered)
    body = stream.read(int(length.group(1))) if length else b""
    if b"\r\ntransfer-encoding: chunked\r\n" in lowered:
        while not body.endswith(b"0\r\n\r\n"):
            body += stream.readline()
    return (head + body).decode("latin-1")


class Stub:
    """Answers each connection's one request with what `answer` gives for it, and remembers the request."""

    def __init__(self, address, answer, tls=None):
        self.requests, self.answer, self.tls = [], answer, tls
        stub = self

        class Handler(socketserver.StreamRequestHandler):
            def setup(self):
                if stub.tls:
                    self.request = stub.tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self):
                request = read_request(self.rfile)
                if request is not None:
                    stub.requests.append(request)
                    self.wfile.write(stub.answer(request))

        class Quiet(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

            def handle_error(self, *_):
                pass  # a client that does not trust us hangs up

        self.server = Quiet(address, Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def response(status, headers, body):
    reason = http.client.responses.get(status, "Whatever")
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def as_json(status, document):
    body = json.dumps(document, separators=(",", ":")).encode()
    return response(status, [("Content-Type", "application/json"), ("Content-Length", len(body))], body)


class Authority(Stub):
    """Discovery, and a token for every assertion; or the refusal a case prepares."""

    def __init__(self, tls, port=443):
        self.refusal, self.host = None, HOST if port == 443 else f"127.0.0.1:{port}"
        super().__init__(("127.0.0.1", port), self.give, tls)

    def give(self, request):
        line = request.split("\r\n")[0]
        base = f"https://{self.host}/{TENANT}"
        if "/.well-known/openid-configuration" in line:
            return as_json(200, {"token_endpoint": f"{base}/oauth2/v2.0/token", "issuer": f"{base}/v2.0",
                                 "authorization_endpoint": f"{base}/oauth2/v2.0/authorize"})
        if self.refusal:
            return as_json(*self.refusal)
        return as_json(200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599,
                             "access_token": f"given.{len(self.requests)}.token"})


# --- the recorder's world -----------------------------------------------------------------------------------------------


class World:
    """The recorder's: names, certificates, token files, stubs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        hosts = self.folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost {HOST}\n")
        subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
        self.ca, chain = self.make_certificates("ca")
        self.other_ca, _ = self.make_certificates("other")
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(*chain)
        self.tokens, self.logs = 0, []

    def make_certificates(self, name):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)

        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.crt", "-days", "2", "-subj", f"/CN={name}")
        openssl("req", *key, "-keyout", f"{name}-leaf.key", "-out", f"{name}-leaf.csr", "-subj", f"/CN={HOST}")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{HOST},IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", f"{name}-leaf.csr", "-CA", f"{name}.crt", "-CAkey", f"{name}.key", "-CAcreateserial", "-days", "2",
                "-out", f"{name}-leaf.crt", "-extfile", f"{name}.ext")
        return self.folder / f"{name}.crt", (self.folder / f"{name}-leaf.crt", self.folder / f"{name}-leaf.key")

    def token_file(self, content):
        self.tokens += 1
        path = self.folder / f"token-{self.tokens}"
        path.write_text(content)
        return str(path)

    def environment(self, row):
        variables = dict(row["settings"]["env"])
        path = variables.get("AZURE_FEDERATED_TOKEN_FILE")
        if path == "RUN/tok":
            variables["AZURE_FEDERATED_TOKEN_FILE"] = self.token_file(TOKEN_FILES[row["group"]])
        elif path and path.startswith("PEERS/"):
            variables["AZURE_FEDERATED_TOKEN_FILE"] = self.token_file(ASSERTION)
        return variables


# --- comparing ------------------------------------------------------------------------------------------------------------------


def is_relayed(row):
    return "upstream" in row or dict(row["headers"]).get("Server", "").startswith("BaseHTTP")


def has_upstreams_date(row):
    names = [name for name, _ in row["headers"] if name != "Connection"]
    return names == sorted(names) and names[-1] != "Date"


def recorded_body(row):
    if row.get("raw"):
        return row["raw"].encode("latin-1").partition(b"\r\n\r\n")[2]
    return row["body"].encode()


def shown(headers, masked):
    def value_of(name, value):
        if name in masked:
            return "*"
        return "azure-workload-identity/proxy/*" if value.startswith("azure-workload-identity/proxy/") else value

    return [(name, value_of(name, value)) for name, value in headers]


def masked_body(body):
    body = re.sub(rb'"access_token":"[^"]+"', b'"access_token":"*"', body)
    return re.sub(rb'"expires_in":\d+,"expires_on":"\d+"', b'"expires_in":*,"expires_on":"*"', body)


def metadata_answer(row):
    """What the metadata service sent, so that Go made the recorded answer of it: other order, other spelling."""
    headers = [(name.lower(), value) for name, value in row["headers"]
               if name != "Connection" and (name != "Date" or has_upstreams_date(row))]
    body = recorded_body(row)
    if "GET /gzip" in row["request"] and not dict(row["headers"]).get("Content-Encoding"):
        packed = next(other for other in RECORDINGS if other["name"] == "upstream answers /gzip to a client that accepts it")
        body = recorded_body(packed)
        headers = [(name, value) for name, value in headers if name != "content-length"]
        headers += [("content-encoding", "gzip"), ("content-length", str(len(body)))]
    return response(row["status"], list(reversed(headers)), body)


def refusal_in(row):
    """(status, document) of the authority's answer that the recorded report tells of."""
    parts = row["body"].split("-" * 80 + "\n")
    if len(parts) != 4:
        return None
    return int(re.match(r"RESPONSE (\d+)", parts[1]).group(1)), json.loads(parts[2])


def replay(row, proxy, authority, metadata):
    if authority:
        authority.refusal = refusal_in(row)
    if metadata:
        metadata.requests.clear()
        metadata.answer = lambda request: metadata_answer(row)
    got = testkit.exchange(proxy.url, row["request"].encode())
    is_token = '"access_token"' in row["body"] and not is_relayed(row)
    expect(got.status_line, row["statusLine"], f"status line (body {got.body[:200]!r})")
    masked = {"Content-Length"} if is_token or row["request"].startswith("HEAD") else set()
    if not (is_relayed(row) and has_upstreams_date(row)):
        masked.add("Date")
    expect(shown(got.headers, masked), shown([tuple(pair) for pair in row["headers"]], masked), "headers in order")
    expect(masked_body(got.body), masked_body(recorded_body(row)), "body, tokens and times masked")
    if is_token:
        document = got.json()
        expect(document["access_token"].startswith("given."), True, "the token is the authority's")
        left = int(document["expires_on"]) - time.time() - 10
        expect(left - 2 < document["expires_in"] <= left + 1, True, f"expires_in {document['expires_in']} where {left:.1f} s are left")
    if "upstream" in row:
        expect(metadata.requests, row["upstream"], "what the metadata service was sent")


def is_left_without_an_answer(row, proxy):
    host, port = testkit.host_and_port(proxy.url)
    with socket.create_connection((host, port), timeout=15) as connection:
        began = time.monotonic()
        connection.sendall(row["request"].encode())
        expect(connection.recv(1000), b"", "what is answered")
        seconds = time.monotonic() - began
    expect(4.5 < seconds < 7, True, f"closed after {seconds:.1f} s")


def replay_group(tally, world, rows):
    """One process for the rows of one group and one environment, as the recorder had it."""
    trusted = world.other_ca if "not trusted" in rows[0]["group"] else world.ca
    with Proxy(world.environment(rows[0]), "--authority-ca", str(trusted)) as proxy:
        for row in rows:
            title = f"{row['group']}: {row['name']}"
            if row["status"] is None:
                tally.case(title, is_left_without_an_answer, row, proxy)
                continue
            own_port = re.search(r"https://[^/:]+:(\d+)", row["settings"]["env"].get("AZURE_AUTHORITY_HOST", ""))
            port = int(own_port.group(1)) if own_port else 443
            authority = None if "connection refused" in row["body"] and "dial tcp 127" in row["body"] else Authority(world.tls, port)
            metadata = None if row["name"].startswith("upstream down") else Stub(("169.254.169.254", 80), None)
            try:
                tally.case(title, replay, row, proxy, authority, metadata)
            finally:
                for stub in (authority, metadata):
                    if stub:
                        stub.__exit__()
        world.logs.append(proxy.log())


# --- what the recordings do not hold ---------------------------------------------------------------------------------------


def variables(world, **more):
    return {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT, "AZURE_AUTHORITY_HOST": f"https://{HOST}/",
            "AZURE_FEDERATED_TOKEN_FILE": world.token_file(ASSERTION), **more}


def exchange_is_msals(world):
    """Discovery once, then a form with MSAL Go's fields in their order, the assertion as it stands in the file."""
    with Authority(world.tls) as authority, Proxy(variables(world), "--authority-ca", str(world.ca)) as proxy:
        for resource in ("https://vault.azure.net/", "https://vault.azure.net/", "api://x/.default"):
            expect(proxy.ask("/metadata/identity/oauth2/token?resource=" + urllib.parse.quote(resource, safe="")).status, 200, "status")
        lines = [request.split("\r\n")[0] for request in authority.requests]
        post = f"POST /{TENANT}/oauth2/v2.0/token HTTP/1.1"
        expect(lines, [f"GET /{TENANT}/v2.0/.well-known/openid-configuration? HTTP/1.1", post, post], "what the authority was asked")
        head, _, body = authority.requests[1].partition("\r\n\r\n")
        expect(urllib.parse.parse_qsl(body, strict_parsing=True), [
            ("client_assertion", ASSERTION), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_id", CLIENT), ("client_info", "1"), ("grant_type", "client_credentials"),
            ("scope", "https://vault.azure.net//.default openid offline_access profile")], "form")
        expect("Content-Type: application/x-www-form-urlencoded; charset=utf-8" in head, True, f"content type in {head!r}")
        expect("scope=api%3A%2F%2Fx%2F.default+openid" in authority.requests[2], True, "a scope that is one already is not made longer")


def burst_asks_once(world):
    """Ten first requests at once make one exchange."""
    with Authority(world.tls) as authority, Proxy(variables(world), "--authority-ca", str(world.ca)) as proxy:
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(proxy.ask().json()["access_token"])) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect((len(answers), len(set(answers)), len(authority.requests)), (10, 1, 2), "answers, tokens, requests to the authority")


def fails_over_to_attempts(world):
    """A busy authority is asked four times, and its last answer told."""
    with Authority(world.tls) as authority, Proxy(variables(world), "--authority-ca", str(world.ca)) as proxy:
        authority.refusal = (503, {"error": "temporarily_unavailable"})
        answer = proxy.ask()
        expect(answer.status, 500, "status")
        expect(b"RESPONSE 503: 503 Service Unavailable" in answer.body, True, f"the report: {answer.body!r}")
        expect(len([1 for request in authority.requests if request.startswith("POST")]), 4, "attempts")


def probes(world):
    """--probe ends with 0 beside a sidecar, with 1 without one."""
    with Proxy(variables(world)) as proxy:
        port = str(testkit.host_and_port(proxy.url)[1])
        run = [str(testkit.executable()), "proxy", "--probe", "--proxy-port", port]
        expect(subprocess.run(run, capture_output=True, timeout=20).returncode, 0, "exit status beside a sidecar")
    result = subprocess.run(run, capture_output=True, text=True, timeout=20)
    expect(result.returncode, 1, "exit status without one")
    expect("connect: connection refused" in result.stderr, True, f"what it says: {result.stderr}")


def takes_the_webhooks_arguments(world):
    """The arguments that the webhook writes into pods are taken, whatever its log level is."""
    for level in ("", "info", "debug", "trace", "all"):
        with Proxy(variables(world), "--proxy-port=8000", f"--log-level={level}") as proxy:
            expect(proxy.ask("/readyz").body, b"ok", f"body with {level}")
            expect(proxy.ask("/metadata/identity/oauth2/token").status, 400, "status")
            expect("received token request" in proxy.log(), level != "", f"a line for it with {level}")


def ends_gracefully(world):
    """SIGTERM ends it with 0 though a connection is open."""
    with Proxy(variables(world)) as proxy:
        host, port = testkit.host_and_port(proxy.url)
        with testkit.Connection(host, port) as connection:
            expect(connection.exchange("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").body, b"ok", "body")
            began = time.monotonic()
            proxy.process.send_signal(signal.SIGTERM)
            expect(proxy.process.wait(10), 0, f"exit status; log: {proxy.log()}")
            return f"{time.monotonic() - began:.2f} s"


def starts_as_recorded(row):
    environment = testkit.clean_environment(**{name: value for name, value in row["settings"]["env"].items() if value is not None})
    result = subprocess.run([str(testkit.executable()), "proxy", *row["settings"]["args"]], capture_output=True, text=True, timeout=20,
                            env=environment)
    expect(result.returncode, row["exit"], "exit status")
    wanted = json.loads(row["stderr"])["error"]
    expect(wanted in result.stderr, True, f"{wanted!r} in {result.stderr!r}")


def serves_azure_identity(world):
    """ManagedIdentityCredential, unmodified, over its own variable."""
    import azure.identity
    with Authority(world.tls), Proxy(variables(world), "--authority-ca", str(world.ca)) as proxy:
        os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = proxy.url
        try:
            for client_id in (None, CLIENT):
                token = azure.identity.ManagedIdentityCredential(client_id=client_id).get_token("https://vault.azure.net/.default")
                expect(token.token.startswith("given."), True, "the authority's token")
                expect(3500 < token.expires_on - time.time() < 3700, True, "its lifetime")
        finally:
            del os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
    return f"azure-identity {azure.identity.__version__}"


def serves_msal(world):
    """MSAL's ManagedIdentityClient, unmodified, at 169.254.169.254 itself."""
    import msal
    import requests
    with Authority(world.tls), Proxy(variables(world), "--authority-ca", str(world.ca), "--metadata", "127.0.0.1:9",
                                     listen="169.254.169.254:80"):
        client = msal.ManagedIdentityClient(msal.UserAssignedManagedIdentity(client_id=CLIENT), http_client=requests.Session())
        result = client.acquire_token_for_client(resource="https://vault.azure.net")
        expect(result.get("access_token", "").startswith("given."), True, f"the authority's token: {result}")
    return f"msal {msal.__version__}"


def keeps_secrets(world):
    """No log of any of these runs holds a token or an assertion."""
    expect(len(world.logs) > 10, True, "there are logs")
    for log in world.logs:
        for secret in (ASSERTION, "given.", "client_assertion"):
            expect(secret in log, False, f"{secret!r} in a log")


def main():
    refusal = testkit.enter_namespace()
    tally = testkit.Tally("recordings of the sidecar proxy", sys.argv[1] if len(sys.argv) > 1 else None)
    testkit.forget_steering()
    more = [exchange_is_msals, burst_asks_once, fails_over_to_attempts, probes, takes_the_webhooks_arguments, ends_gracefully,
            serves_azure_identity, serves_msal, keeps_secrets]
    if refusal is not None:
        for row in RECORDINGS:
            tally.skip(f"{row['group']}: {row['name']}", refusal)
        for case in more:
            tally.skip(case.__doc__.splitlines()[0], refusal)
        return tally.finish()
    testkit.add_loopback_addresses(["169.254.169.254"])
    with tempfile.TemporaryDirectory(prefix="understudy-sidecar-") as folder:
        world = World(folder)
        groups = {}
        for row in RECORDINGS:
            if row["request"] is not None and row["settings"] is not None:
                groups.setdefault((row["group"], json.dumps(row["settings"]["env"])), []).append(row)
        for rows in groups.values():
            replay_group(tally, world, rows)
        for row in RECORDINGS:
            if row["group"] == "start" and row["name"] not in EXCEPTED:
                tally.case(row["name"], starts_as_recorded, row)
        for case in more:
            tally.case(case.__doc__.splitlines()[0].rstrip("."), case, world)
        for name, reason in EXCEPTED.items():
            print(f"     not compared: {name} ({reason})")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
