"""`understudy doctor`: what it finds, in hosts made to stand in the way.

    .venv/bin/python Tests/Live/doctor.py [TEXT]     only the cases whose name holds TEXT

Runs in a network namespace of its own, where 169.254.169.254 is what a case makes of it.
"""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import ROOT, expect  # noqa: E402

ADDRESS = "169.254.169.254"
DOCKER_DESKTOP = b"connecting to 169.254.169.254:80: dial tcp 169.254.169.254:80: connectex: A socket operation was attempted to an " \
                 b"unreachable network."
CHECKS = set()


class Seen:
    """What doctor told: findings by check, the exit status, and how long it took."""

    def __init__(self, *arguments, prefix=(), **environment):
        began = time.monotonic()
        variables = testkit.clean_environment()
        del variables["NO_PROXY"]
        run = subprocess.run([*prefix, str(testkit.executable()), "doctor", "--format", "json", *arguments], capture_output=True, text=True,
                             timeout=30, env={**variables, **environment})
        self.seconds, self.status = time.monotonic() - began, run.returncode
        if self.status not in (0, 1):
            raise AssertionError(f"exit status {self.status}: {run.stdout}{run.stderr}")
        document = json.loads(run.stdout)
        self.findings = document["findings"]
        problems = [finding for finding in self.findings if finding["verdict"] == "problem"]
        expect((document["problems"], self.status), (len(problems), 1 if problems else 0), "problems and exit status")
        for finding in problems:
            if not finding.get("fix") and finding["check"] != "interception":
                raise AssertionError(f"no fix: {finding}")
        CHECKS.update(finding["check"] for finding in self.findings)

    def has(self, check, verdict, *mentions):
        """One finding of a check with that verdict says all of this."""
        of_check = [finding for finding in self.findings if finding["check"] == check]
        for finding in of_check:
            text = finding["text"] + " fix: " + finding.get("fix", "")
            if finding["verdict"] == verdict and all(mention in text for mention in mentions):
                return finding
        raise AssertionError(f"no {verdict} of {check} says {mentions}; it says {json.dumps(of_check, indent=1)}")

    def lacks_problems(self, check):
        expect([finding for finding in self.findings if finding["check"] == check and finding["verdict"] == "problem"], [], check)


@contextlib.contextmanager
def answering(status, headers, body=b"", place=(ADDRESS, 80)):
    """Somebody who answers everything so."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    listener = http.server.ThreadingHTTPServer(place, Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    try:
        yield listener
    finally:
        listener.shutdown()
        listener.server_close()


# --- cases: the address ----------------------------------------------------------------------------------------------------


def stranger(name, status, headers, body, server):
    with answering(status, headers, body):
        Seen("--control", server.control).has("address", "problem", name)
        led = Seen("--control", server.control, AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata)
        led.has("address", "note", name, "all but Go")
        led.has("source", "ok", "to the running server")


def itself():
    with testkit.Server(metadata=f"{ADDRESS}:80") as server:
        seen = Seen("--control", server.control)
        seen.has("address", "ok", "by the running server")
        expect(seen.status, 0, f"exit status with nothing in the way; {seen.findings}")
        # Without the server's journal nobody can tell it from Azure.
        Seen("--control", "127.0.0.1:1").has("address", "problem", "Azure's own", "or an Understudy")


def silent(server):
    """Somebody who accepts and says nothing, at the address and for the server: both together take no longer than one."""
    with socket.create_server((ADDRESS, 80)), socket.create_server(("127.0.0.1", 0)) as mute:
        seen = Seen("--control", f"127.0.0.1:{mute.getsockname()[1]}")
        seen.has("address", "note", "no answer within 1 s")
        seen.has("server", "problem", "did not answer within 1 s")
        expect(seen.seconds < 3, True, f"took {seen.seconds:.1f} s; within 3 s")
    seen = Seen("--control", server.control)
    seen.has("address", "note", "leads nowhere")
    return f"{seen.seconds:.2f} s with a server"


# --- cases: the environment --------------------------------------------------------------------------------------------------


def proxies(server):
    plain = Seen("--control", server.control, HTTP_PROXY="http://user:hunter2@proxy.invalid:3128")
    plain.has("proxy", "problem", f"http://{ADDRESS}", "Python, Go, .NET, JavaScript by HTTP_PROXY", "export NO_PROXY=")
    # Go goes past a proxy for loopback; nobody else does.
    plain.has("proxy", "problem", f"{server.metadata} ", "Python, .NET, JavaScript by HTTP_PROXY")
    if "hunter2" in json.dumps(plain.findings):
        raise AssertionError("the proxy's password is shown")
    network = Seen("--control", server.control, http_proxy="http://proxy.invalid:3128", no_proxy="169.254.0.0/16,127.0.0.0/8")
    network.has("proxy", "problem", f"http://{ADDRESS}", ".NET, JavaScript by http_proxy; they do not read")
    fix = network.has("proxy", "problem", f"http://{ADDRESS}")["fix"]
    mended = dict(line.split("=", 1) for line in subprocess.run(
        ["bash", "-c", f"{fix}; env"], capture_output=True, text=True, env={}).stdout.splitlines())
    Seen("--control", server.control, http_proxy="http://proxy.invalid:3128", https_proxy="http://proxy.invalid:3128",
         **{name: mended[name] for name in ("NO_PROXY", "no_proxy")}).has("proxy", "ok", "http_proxy")


def proxies_as_python(server):
    """What doctor says of Python is what `requests` does."""
    import requests.utils

    cases = ({"HTTP_PROXY": "http://p:1"}, {"http_proxy": "", "HTTP_PROXY": "http://p:1"}, {"ALL_PROXY": "http://p:1"}, {"HTTPS_PROXY": "http://p:1"},
             *({"http_proxy": "http://p:1", "no_proxy": value} for value in (
                 "*", "x,*", "169.254.169.254", ".254", "169.254.0.0/16", "169.254.169.254:80", "254", "169.254.169.254/33", " 169.254.169.254 ")))
    for case in cases:
        told = [finding for finding in Seen("--control", server.control, **case).findings
                if finding["check"] == "proxy" and f"http://{ADDRESS} " in finding["text"]]
        script = (f"import requests.utils as utils; url = 'http://{ADDRESS}/x'; "
                  "print(utils.select_proxy(url, utils.get_environ_proxies(url)) is not None)")
        asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=case).stdout.strip()
        expect(any("Python" in finding["text"] for finding in told), asked == "True", f"whether Python is led away by {case}")
    return f"requests {requests.__version__}, {len(cases)} environments"


def sources(server):
    Seen("--control", server.control, IDENTITY_ENDPOINT="http://127.0.0.1:1/msi/token").has("source", "problem", "unset IDENTITY_ENDPOINT")


def trust(server):
    with tempfile.TemporaryDirectory() as folder:
        other = pathlib.Path(folder) / "other.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=other",
                        "-keyout", os.devnull, "-out", str(other)], check=True, capture_output=True)
        seen = Seen("--control", server.control, REQUESTS_CA_BUNDLE=str(other), SSL_CERT_FILE=server.ca_file(),
                    NODE_EXTRA_CA_CERTS=f"{folder}/missing.pem")
        seen.has("trust", "note", "REQUESTS_CA_BUNDLE", "without the server's CA", "azure-cli")
        seen.has("trust", "ok", "SSL_CERT_FILE", "Go")
        seen.has("trust", "problem", "NODE_EXTRA_CA_CERTS", "cannot be read", "Node")
        seen.has("trust", "note", "the system's store lacks it")
        needed = Seen("--control", server.control, REQUESTS_CA_BUNDLE=str(other), AZURE_AUTHORITY_HOST=server.authority)
        needed.has("trust", "problem", "REQUESTS_CA_BUNDLE", "without the server's CA")


def token_file(server):
    def written(folder, **claims):
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)]
        path = pathlib.Path(folder) / "token"
        path.write_text(".".join([*parts, "c2ln"]))
        return str(path)

    with tempfile.TemporaryDirectory() as folder:
        now = int(time.time())
        for claims, verdict, mention in (({"exp": now + 600}, "ok", "is valid for"), ({"exp": now - 60}, "problem", "AADSTS700024"),
                                         ({"nbf": now + 3600, "exp": now + 7200}, "problem", "valid only in")):
            seen = Seen("--control", server.control, AZURE_FEDERATED_TOKEN_FILE=written(folder, **claims))
            seen.has("token-file", verdict, mention)
        seen = Seen("--control", server.control, AZURE_FEDERATED_TOKEN_FILE=f"{folder}/missing")
        seen.has("token-file", "problem", "cannot be read")


def clock(server):
    if not shutil.which("faketime"):
        raise AssertionError("faketime is not installed (Tests/prepare --tests)")
    for offset, verdict, mention in (("-2h", "problem", "behind the clock"), ("+2h", "problem", "ahead of the clock"),
                                     ("-60s", "note", "s behind the clock")):
        Seen("--control", server.control, prefix=["faketime", "-m", "--exclude-monotonic", "-f", offset]).has("clock", verdict, mention)
    Seen("--control", server.control).has("clock", "ok", "agree")
    server.run("clock", "offset", "1h", "--control", server.control, check=0)
    try:
        Seen("--control", server.control).has("clock", "note", "emulated time was moved", "not yet valid", "clock offset 0s")
    finally:
        server.run("clock", "offset", "0s", "--control", server.control, check=0)


# --- cases: the host ---------------------------------------------------------------------------------------------------------


def ports(server):
    """Before `serve`: who has its ports; and what a stranger at the control port is."""
    with socket.create_server(("127.0.0.1", 2579)), answering(200, {}, b"{}", place=("0.0.0.0", 8181)):
        seen = Seen()
        name = pathlib.Path(f"/proc/{os.getpid()}/comm").read_text().strip()
        seen.has("port", "problem", "127.0.0.1:2579 (--metadata)", f"{name}, process {os.getpid()}", f"kill {os.getpid()}")
        seen.has("port", "problem", "127.0.0.1:8181 (--control)", f"process {os.getpid()}")
        seen.has("server", "problem", "not as Understudy")
        # Another address of the same port is nobody's, unless all of them are wanted.
        Seen("--metadata", "127.0.0.2:2579", "--authority", "none", "--control", "127.0.0.1:8182").has("port", "ok", "127.0.0.2:2579")
        Seen("--metadata", "0.0.0.0:2579").has("port", "problem", "0.0.0.0:2579")
    Seen().has("port", "ok", "127.0.0.1:2579", "127.0.0.1:8443", "127.0.0.1:8181")
    # A running server's own ports are in nobody's way.
    seen = Seen("--control", server.control)
    expect([finding for finding in seen.findings if finding["check"] == "port"], [], "findings about ports beside a server")
    place = server.metadata.removeprefix("http://")
    Seen("--control", server.control, "--metadata", place).has("port", "problem", place, f"process {server.process.pid}")


def without(*names):
    """A prefix that takes capabilities away for good."""
    taken = ",".join(f"-{name}" for name in names)
    return ["setpriv", f"--bounding-set={taken}", f"--inh-caps={taken}"]


def privileges():
    asked = ["--intercept", "--address", "--metadata", "127.0.0.1:80"]
    Seen(*asked).lacks_problems("privilege")
    lacking = Seen(*asked, prefix=without("net_admin", "net_bind_service"))
    lacking.has("privilege", "problem", "--intercept and --address: CAP_NET_ADMIN is missing", "--cap-add NET_ADMIN")
    lacking.has("privilege", "problem", "--metadata 127.0.0.1:80", "CAP_NET_BIND_SERVICE", "ip_unprivileged_port_start=80")
    # What is not asked for is not missing.
    plain = Seen(prefix=without("net_admin", "net_bind_service"))
    plain.lacks_problems("privilege")
    plain.has("privilege", "note", "CAP_NET_ADMIN")
    # A twin asks as the flag does.
    Seen(prefix=without("net_admin"), UNDERSTUDY_INTERCEPT="true").has("privilege", "problem", "CAP_NET_ADMIN")


def route_localnet():
    """/proc/sys read-only, as in a container."""
    prefix = ["unshare", "-m", "sh", "-c", 'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec "$@"', "sh"]
    setting = pathlib.Path("/proc/sys/net/ipv4/conf/all/route_localnet")
    expect(setting.read_text().strip(), "0", "route_localnet in a new namespace")
    asked = ["--intercept", "--metadata"]
    Seen(*asked, "127.0.0.1:2579", prefix=prefix).has("privilege", "problem", "route_localnet", "cannot be changed")
    Seen(*asked, "10.0.0.1:2579", prefix=prefix).lacks_problems("privilege")
    Seen(*asked, "127.0.0.1:2579").has("privilege", "ok", "can turn it on")


# --- cases: the words ----------------------------------------------------------------------------------------------------------


def as_text(server):
    with answering(403, {}, DOCKER_DESKTOP):
        said = server.run("doctor", "--control", server.control, check=1).stdout
    lines = [line for line in said.splitlines() if line.startswith("problem ")]
    expect(len(lines), 1, f"lines of problems in {said}")
    expect(said.splitlines()[said.splitlines().index(lines[0]) + 1].startswith("        fix: "), True, "the fix below it")


def documented():
    """Every check that a case saw, and no other, is a row of the page on troubleshooting."""
    page = (ROOT / "Sources/understudy/understudy.docc/Troubleshooting.md").read_text()
    rows = {line.split("`")[1] for line in page.split("## What doctor looks at")[1].splitlines() if line.startswith("| `")}
    expect(rows, CHECKS, "checks in Troubleshooting.md")


def main():
    tally = testkit.Tally("doctor", sys.argv[1] if len(sys.argv) > 1 else None)
    reason = testkit.enter_namespace()
    if reason:
        tally.skip("doctor", reason)
        return tally.finish()
    testkit.add_loopback_addresses([ADDRESS])
    with testkit.Server() as server:
        for name, status, headers, body in (
                ("Docker Desktop", 403, {}, DOCKER_DESKTOP), ("Azure's own", 400, {"Server": "IMDS/150.870.65.1854"}, b"{}"),
                ("AWS's", 401, {"Server": "EC2ws"}, b""), ("Google's", 403, {"Metadata-Flavor": "Google"}, b""),
                ("something unknown (status 404, Server: nginx)", 404, {"Server": "nginx"}, b"")):
            tally.case(f"{name.split(' (')[0]} at {ADDRESS} is named, and matters less to who is led past it", stranger, name, status, headers, body,
                       server)
        tally.case("who keeps silent costs a second, all told", silent, server)
        tally.case("the server itself at the address is known by its journal", itself)
        tally.case("a proxy is told with whom it leads away; its fix mends it", proxies, server)
        tally.case("what it says of Python and proxies is what requests does", proxies_as_python, server)
        tally.case("a variable that leads elsewhere is told", sources, server)
        tally.case("bundles that are missing, or lack the CA, are told with their clients", trust, server)
        tally.case("a projected token is judged by its times", token_file, server)
        tally.case("a clock that goes wrong is told from one that was moved", clock, server)
        tally.case("who has a port is told by process and name", ports, server)
        if shutil.which("setpriv") and os.geteuid() == 0:
            tally.case("a missing capability is told for what was asked", privileges)
            tally.case("route_localnet that cannot be set is told", route_localnet)
        else:
            tally.skip("missing privileges", "needs root and setpriv (util-linux)")
        tally.case("text has a line for each finding, and the fix below it", as_text, server)
    if not tally.only:
        tally.case("every check is documented", documented)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
