"""What the live tests, the conformance tests and the benchmark share.

Standard library only, except `verify` (PyJWT and requests, from the virtual environment that Tests/prepare makes).
Written for Python 3.9 and later.

A suite is a script that makes a `Tally`, runs its cases through it and ends with `sys.exit(tally.finish())`. Each case
prints one line (`ok`, `FAIL` or `SKIP`, the name, and the reason where there is one); the last line is
`N passed, N failed, N skipped`. A case passes only by running to its end.
"""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
NAMESPACE_FLAG = "UNDERSTUDY_TESTS_IN_NAMESPACE"

# Being told to end is no reason to leave a server behind: the context managers run.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def executable():
    """The program under test: $UNDERSTUDY_EXECUTABLE, else the debug build."""
    path = pathlib.Path(os.environ.get("UNDERSTUDY_EXECUTABLE") or ROOT / ".build/debug/understudy")
    if not path.exists():
        sys.exit(f"{path} does not exist: run 'swift build' first, or name another in UNDERSTUDY_EXECUTABLE")
    return path


def clean_environment(**extra):
    """The environment without anything that would point a client, or the server, elsewhere."""
    steering = re.compile(r"^(AZURE_|IDENTITY_|IMDS_|MSI_|MSAL_|UNDERSTUDY_(?!EXECUTABLE|TESTS)|ARM_)|(?i:^(https?|all|no)_proxy$)")
    kept = {name: value for name, value in os.environ.items() if not steering.search(name)}
    kept["NO_PROXY"] = "*"
    kept.update(extra)
    return kept


def forget_steering():
    """Applies `clean_environment` to this very process, for the SDKs that run inside it."""
    wanted = clean_environment()
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)


# --- counting -----------------------------------------------------------------------------------------------------------


def expect(got, wanted, what="value"):
    """Fails with both values when they differ."""
    if got != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, got {got!r}")


class Tally:
    """Runs cases, prints a line for each, and counts. `only` keeps the cases whose name holds that text."""

    def __init__(self, title, only=None):
        self.title, self.only = title, only
        self.passed, self.failed, self.skipped = 0, 0, 0
        print(f"# {title}", flush=True)

    def case(self, name, body, *arguments, **named):
        """Runs `body`; it passes when it returns. Whatever it raises is the failure, and its text is shown."""
        if self.only and self.only not in name:
            return
        try:
            note = body(*arguments, **named)
        except Exception as problem:  # a case may fail in any way; the suite goes on
            self.failed += 1
            text = str(problem) if isinstance(problem, AssertionError) else f"{type(problem).__name__}: {problem}"
            print(f"FAIL {name}\n     " + text.replace("\n", "\n     "), flush=True)
        else:
            self.passed += 1
            print(f"ok   {name}" + (f" ({note})" if isinstance(note, str) else ""), flush=True)

    def skip(self, name, reason):
        """Counts a case that could not run here."""
        if self.only and self.only not in name:
            return
        self.skipped += 1
        print(f"SKIP {name}: {reason}", flush=True)

    def finish(self):
        """Prints the closing count; returns the exit status."""
        if self.passed + self.failed + self.skipped == 0:
            print("FAIL no case ran")
            self.failed = 1
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0


# --- namespaces -----------------------------------------------------------------------------------------------------------


def in_namespace():
    """Whether `enter_namespace` has started this script anew already."""
    return bool(os.environ.get(NAMESPACE_FLAG))


def enter_namespace():
    """Starts this script anew inside a network namespace of its own, with loopback up.

    Returns None once inside, or the reason why this machine does not allow it. As root by `unshare -nm`; otherwise, or when
    root lacks the capability, inside a user namespace.
    """
    if in_namespace():
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return None
    if not shutil.which("unshare") or not shutil.which("ip"):
        return "unshare (util-linux) and ip (iproute2) are needed"
    ways = ([["unshare", "-nm"]] if os.geteuid() == 0 else []) + [["unshare", "-Urnm"]]
    reasons = []
    for way in ways:
        probe = subprocess.run(way + ["ip", "link", "set", "lo", "up"], capture_output=True, text=True)
        if probe.returncode == 0:
            os.environ[NAMESPACE_FLAG] = "1"
            sys.stdout.flush()
            os.execvp(way[0], way + [sys.executable] + sys.argv)
        reasons.append(f"{' '.join(way)}: {probe.stderr.strip() or probe.returncode}")
    return f"no network namespace can be made here ({'; '.join(reasons)})"


def add_loopback_addresses(addresses):
    """Puts addresses on loopback, so that a test may bind any of them as its source."""
    for address in addresses:
        subprocess.run(["ip", "addr", "add", f"{address}/32", "dev", "lo"], check=True, capture_output=True)


# --- the server under test ----------------------------------------------------------------------------------------------


def host_and_port(url):
    """Splits http://host:port (or https) into its two parts."""
    match = re.match(r"^https?://(?:\[([^\]]+)\]|([^\]/:]+)):(\d+)", url)
    if not match:
        raise AssertionError(f"not an address with a port: {url!r}")
    return match.group(1) or match.group(2), int(match.group(3))


class Server:
    """`understudy serve` as a child process: started, awaited by its announcement, stopped by SIGTERM.

    Use as a context manager. Manifests are paths, or given as text in `manifest` (kept in `manifest_file`, which a test may
    edit). Listeners take port 0 unless told otherwise.
    """

    def __init__(self, *manifests, manifest=None, metadata="127.0.0.1:0", authority="127.0.0.1:0", control="127.0.0.1:0",
                 arguments=(), prefix=(), log_level="info", environment=None, start_limit=30):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-"))
        self.manifest_file = self.folder / "manifest.yaml"
        files = [str(path) for path in manifests]
        if manifest is not None:
            self.manifest_file.write_text(manifest)
            files.append(str(self.manifest_file))
        self.command = [*prefix, str(executable()), "serve", *files, "--metadata", metadata, "--authority", authority,
                        "--control", control, "--node-metadata", "none", "--announce", "json", "--log-level", log_level,
                        *arguments]
        self.environment = environment if environment is not None else clean_environment()
        self.start_limit = start_limit
        self.process, self.announced, self.seconds_to_ready, self.rest_of_output = None, None, None, b""

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.log_file = self.folder / "log.txt"
        started = time.monotonic()
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, env=self.environment,
                                            start_new_session=True)
        line = self._first_line(started + self.start_limit)
        self.seconds_to_ready = time.monotonic() - started
        self.announced = json.loads(line)
        self.metadata, self.authority, self.control = (self.announced[name] for name in ("metadata", "authority", "control"))
        return self

    def _first_line(self, deadline):
        gathered = b""
        descriptor = self.process.stdout.fileno()
        while b"\n" not in gathered:
            ready, _, _ = select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"no announcement within {self.start_limit} s; log:\n{self.log()[-2000:]}")
            piece = os.read(descriptor, 65536)
            if not piece:
                status = self.process.wait()
                raise AssertionError(f"ended with status {status} before it was ready; log:\n{self.log()[-2000:]}")
            gathered += piece
        line, _, self.rest_of_output = gathered.partition(b"\n")
        return line

    def log(self):
        """Everything the server wrote to standard error so far."""
        return self.log_file.read_text(errors="replace")

    def terminate(self, limit=10):
        """SIGTERM, then waits. Returns (exit status, seconds); kills and fails past the limit."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            output, _ = self.process.communicate(timeout=limit)
            self.rest_of_output += output or b""
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise AssertionError(f"still running {limit} s after SIGTERM")
        return self.process.returncode, time.monotonic() - began

    def stop(self):
        """Ends the process if it still runs and removes the folder."""
        with contextlib.suppress(AssertionError):
            if self.process and self.process.poll() is None:
                self.terminate()
        if self.process and self.process.stdout:
            self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def resident_kib(self):
        """VmRSS of the server."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def ca_file(self):
        """The file with our CA: the announced one, else a copy of what the control listener gives."""
        announced = self.announced.get("caFile")
        if announced and os.path.exists(announced):
            return announced
        copy = self.folder / "ca.crt"
        if not copy.exists():
            copy.write_bytes(self.control_get("/ca.crt")[1])
        return str(copy)

    def control_request(self, method, path, body=None, content_type="application/yaml"):
        """(status, body) of a request to the control listener."""
        request = urllib.request.Request(self.control + path, method=method, data=body)
        if body is not None:
            request.add_header("Content-Type", content_type)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def control_get(self, path):
        return self.control_request("GET", path)

    def decisions(self, query=""):
        status, body = self.control_get("/decisions" + query)
        expect(status, 200, "status of /decisions")
        return json.loads(body)["decisions"]

    def run(self, *arguments, check=None):
        """Runs another command of the executable against this server."""
        result = subprocess.run([str(executable()), *arguments], capture_output=True, text=True, timeout=30,
                                env=clean_environment())
        if check is not None:
            expect(result.returncode, check, f"exit status of {' '.join(arguments)}; {result.stdout}{result.stderr}")
        return result


# --- HTTP on a raw socket ---------------------------------------------------------------------------------------------


class Answer:
    """One response as bytes: `status_line`, `status`, `headers` (pairs, as sent), `body` (unchunked)."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.status_line = lines[0]
        self.status = int(lines[0].split(" ")[1])
        self.headers = [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "") for line in lines[1:] if line]
        self.body = body

    def header(self, name):
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[0] if found else None

    def names(self):
        return [name for name, _ in self.headers]

    def json(self):
        return json.loads(self.body)


class Connection:
    """A keep-alive connection that sends raw bytes and reads whole answers."""

    def __init__(self, host, port, source=None, limit=15):
        self.socket = socket.create_connection((host, port), timeout=limit, source_address=(source, 0) if source else None)
        self.waiting = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise AssertionError(f"connection closed in the middle of an answer; got {self.waiting[:300]!r}")
        self.waiting += piece

    def _take(self, count):
        while len(self.waiting) < count:
            self._more()
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def _line(self):
        while b"\r\n" not in self.waiting:
            self._more()
        line, _, self.waiting = self.waiting.partition(b"\r\n")
        return line

    def exchange(self, request):
        """Sends one request (text or bytes) and returns its Answer."""
        data = request.encode("latin-1") if isinstance(request, str) else request
        self.socket.sendall(data)
        return self.read(bodiless=data.startswith(b"HEAD "))

    def read(self, bodiless=False):
        while b"\r\n\r\n" not in self.waiting:
            self._more()
        head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
        answer = Answer(head, b"")
        length = answer.header("Content-Length")
        if bodiless or answer.status in (204, 304):
            pass
        elif (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            while True:
                size = int(self._line().split(b";")[0], 16)
                answer.body += self._take(size)
                self._line()
                if size == 0:
                    break
        elif length is not None:
            answer.body = self._take(int(length))
        else:
            with contextlib.suppress(AssertionError):
                while True:
                    self._more()
            answer.body, self.waiting = self.waiting, b""
        return answer


def exchange(url, request, source=None):
    """One request on a connection of its own."""
    host, port = host_and_port(url)
    with Connection(host, port, source) as connection:
        return connection.exchange(request)


def get(url, target, *headers, source=None, method="GET"):
    """A plain GET of `target` with the given header lines, as an Answer."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 169.254.169.254", *headers, "", ""]
    return exchange(url, "\r\n".join(lines), source)


# --- tokens -----------------------------------------------------------------------------------------------------------------


def claims_unverified(token):
    """(header, payload) of a JWT, without any check."""
    import base64

    def part(text):
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    pieces = token.split(".")
    expect(len(pieces), 3, "parts of the token")
    return part(pieces[0]), part(pieces[1])


def fetch_json(url, ca_file):
    """GET over TLS, trusting our CA alone."""
    import requests

    answer = requests.get(url, verify=ca_file, timeout=10, proxies={"http": None, "https": None})
    expect(answer.status_code, 200, f"status of {url}")
    return answer.json()


def verify(server_authority, ca_file, token, audience):
    """Verifies a token as a resource would, by software that is not ours, and returns its claims.

    Both discovery documents of the token's tenant are fetched from the authority over TLS with our CA, their key sets
    followed, and the signature, `exp`, `nbf`, `aud` and `iss` checked by PyJWT against each.
    """
    import jwt

    header, payload = claims_unverified(token)
    expect(header.get("alg"), "RS256", "alg")
    issuer_document = "/v2.0" if payload.get("ver") == "2.0" else ""
    issuer = fetch_json(f"{server_authority}/{payload['tid']}{issuer_document}/.well-known/openid-configuration", ca_file)["issuer"]
    claims = None
    for version in ("", "/v2.0"):
        document = fetch_json(f"{server_authority}/{payload['tid']}{version}/.well-known/openid-configuration", ca_file)
        keys = fetch_json(document["jwks_uri"], ca_file)["keys"]
        matching = [key for key in keys if key["kid"] == header["kid"]]
        expect(len(matching), 1, f"keys with the token's kid in {document['jwks_uri']}")
        claims = jwt.decode(token, jwt.PyJWK(matching[0], algorithm="RS256").key, algorithms=["RS256"], audience=audience,
                            issuer=issuer, options={"require": ["exp", "iat", "nbf", "aud", "iss", "sub"]})
    return claims


def wait_until(condition, limit=5.0, pause=0.002):
    """Polls until `condition` is true; returns the seconds it took, or fails."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit:
            raise AssertionError(f"not so after {limit} s")
        time.sleep(pause)
    return time.monotonic() - began
