"""Golden transcripts of the managed identity sources, their environment, and what outlives a restart.

    .venv/bin/python Tests/Live/sources.py [TEXT]     only the cases whose name holds TEXT

Replays Tests/Fixtures/sources/*.transcript over sockets against the built executable; the README there tells their form.
"""

import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import transcript  # noqa: E402
from testkit import expect  # noqa: E402

FIXTURES = testkit.ROOT / "Tests/Fixtures/sources"
TRUST = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
SOURCES = ["app-service", "arc", "service-fabric", "cloud-shell", "azure-ml"]
SECRET = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"


def flags(arc_directory, *more):
    return [part for source in SOURCES for part in ("--source", f"{source}=127.0.0.1:0")] + ["--arc-directory", str(arc_directory), *more]


class Connection(testkit.Connection):
    """A connection to a source, over TLS where the source is; the certificate is checked elsewhere."""

    def __init__(self, url):
        super().__init__(*testkit.host_and_port(url))
        if url.startswith("https:"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)


class Run:
    """A case on its way: the source's URL, where its keys are, and what was given a name."""

    def __init__(self, url, keys):
        self.url, self.keys, self.known = url, keys, {"secret": SECRET}

    def play(self, case):
        for step in case.steps:
            if isinstance(step, transcript.Exchange):
                try:
                    with Connection(self.url) as connection:
                        answer = connection.exchange(step.request(self.known))
                    answer.bodiless = False
                    step.compare([answer], self.known)
                except AssertionError as problem:
                    raise AssertionError(f"{step.place}: {step.head[0]}\n{problem}") from None
            elif step == ("do", "read the key"):
                self.known["key"] = (self.keys / f"{self.known['file']}.key").read_text()
            elif step[0] == "claim":
                numbers = {name: int(value) for name, value in self.known.items() if re.fullmatch(r"-?\d+", value)}
                if not eval(step[1], {"__builtins__": {"abs": abs}}, {**numbers, "now": int(time.time())}):
                    raise AssertionError(f"{step[1]}: not so with {numbers}")
            else:
                raise AssertionError(f"{case.place}: nobody knows how to {step!r}")
        return f"ours: {case.fields['ours']}" if "ours" in case.fields else None


def play_all(tally, keys):
    heads = transcript.read_heads((FIXTURES / "heads.txt").read_text())
    servers = {}
    try:
        for source in SOURCES:
            path = FIXTURES / f"{source}.transcript"
            for case in transcript.read(path.read_text(), path.name, heads):
                world = case.fields.get("world", "vm")
                if world not in servers:
                    servers[world] = testkit.Server(
                        FIXTURES / f"worlds/{world}.yaml", arguments=flags(keys, "--source-secret", SECRET)).start()
                tally.case(f"{source}: {case.name}", Run(servers[world].announced["sources"][source], keys).play, case)
        tally.case("no log line and no decision shows the secret", shows_no_secret, servers["vm"])
        tally.case("each decision names its source, its caller and its token", names_sources, servers["vm"])
        tally.case("in the plane pod-identity a decision names the pod and its binding", names_pods, servers["pods"])
        tally.case("Service Fabric's certificate is the one whose thumbprint clients are told, and is under our CA", pinned, servers["vm"])
        tally.case("a fault of one source leaves the others alone", meets_faults, servers["vm"])
        for target in ("shell", "powershell", "compose", "kubernetes"):
            tally.case(f"env --source renders for {target}", renders, servers["vm"], target)
        tally.case("env --source, evaluated by a shell, takes away what leads elsewhere", evaluates, servers["vm"])
        tally.case("env --source says which sources the server has", unserved)
    finally:
        for server in servers.values():
            server.stop()


def shows_no_secret(server):
    for text, where in ((server.log(), "the log"), (json.dumps(server.decisions("?limit=1000")), "the journal"),
                        (json.dumps(server.announced), "the announcement"), (server.control_get("/status")[1].decode(), "/status"),
                        (server.control_get("/metrics")[1].decode(), "/metrics")):
        if SECRET in text or re.search(r"eyJ[\w-]+\.eyJ", text):
            raise AssertionError(f"{where} shows what it must not")


def names_sources(server):
    seen = {decision["source"] for decision in server.decisions("?limit=1000") if decision["outcome"] == "issued"}
    expect(seen, set(SOURCES), "sources that gave tokens")
    for decision in server.decisions("?limit=1000"):
        expect(decision["face"], "managed-identity-sources", "face")
        expect(decision["caller"]["address"], "127.0.0.1", "address of the caller")
        if (decision["outcome"] == "issued") != ("uti" in decision):
            raise AssertionError(f"a token without its id, or an id without a token: {decision}")


def names_pods(server):
    issued = [decision for decision in server.decisions() if decision["outcome"] == "issued"]
    expect(issued[0]["caller"]["pod"], "default/app", "pod")
    expect(issued[0]["matched"], ["Pod default/app", "AzureIdentityBinding default/reader", "AzureIdentity default/reader"], "matched")
    refused = [decision for decision in server.decisions("?outcome=refused")]
    expect([rejection["object"] for rejection in refused[-1]["rejected"]], ["AzureIdentity default/reader"], "rejected")


def variables(server, source):
    """What a shell that evaluates the block has of the names that sources use; values of before are taken away."""
    names = "IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT IDENTITY_API_VERSION IMDS_ENDPOINT MSI_ENDPOINT MSI_SECRET".split()
    block = server.run("env", "--source", source, "--control", server.control, check=0).stdout
    script = f"unset {' '.join(TRUST)}\n" + "".join(f"export {name}=before\n" for name in names) + block
    script += "".join(f'\n[ -z "${{{name}+x}}" ] || printf "%s=%s\\n" {name} "${name}"' for name in [*names, *TRUST, "NO_PROXY"])
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=testkit.clean_environment()).stdout
    return dict(line.split("=", 1) for line in printed.splitlines())


def evaluates(server):
    base = server.announced["sources"]
    found = {source: variables(server, source) for source in SOURCES}
    for source in SOURCES:
        if "127.0.0.1" not in found[source].pop("NO_PROXY"):
            raise AssertionError("NO_PROXY does not exempt the source")
    token = base["app-service"] + "/msi/token"
    expect(found["app-service"], {"IDENTITY_ENDPOINT": token, "IDENTITY_HEADER": SECRET, "MSI_ENDPOINT": token, "MSI_SECRET": SECRET,
                                  "IDENTITY_API_VERSION": "before"}, "app-service")
    expect(found["arc"], {"IDENTITY_ENDPOINT": base["arc"] + "/metadata/identity/oauth2/token", "IMDS_ENDPOINT": base["arc"],
                          "IDENTITY_API_VERSION": "before"}, "arc")
    thumbprint = found["service-fabric"].pop("IDENTITY_SERVER_THUMBPRINT")
    if not re.fullmatch(r"[0-9A-F]{40}", thumbprint):
        raise AssertionError(f"no thumbprint: {thumbprint!r}")
    expect(found["service-fabric"], {"IDENTITY_ENDPOINT": base["service-fabric"] + "/metadata/identity/oauth2/token",
                                     "IDENTITY_HEADER": SECRET, "IDENTITY_API_VERSION": "2020-05-01",
                                     **dict.fromkeys(TRUST, server.ca_file())}, "service-fabric")
    expect(found["cloud-shell"], {"MSI_ENDPOINT": base["cloud-shell"] + "/oauth2/token", "IDENTITY_API_VERSION": "before"}, "cloud-shell")
    expect(found["azure-ml"], {"MSI_ENDPOINT": base["azure-ml"] + "/msi/token", "MSI_SECRET": SECRET, "IDENTITY_API_VERSION": "before"},
           "azure-ml")


def renders(server, target):
    import yaml

    text = server.run("env", "--source", "arc", "--format", target, "--control", server.control, check=0).stdout
    url = server.announced["sources"]["arc"]
    wanted = {"IDENTITY_ENDPOINT": url + "/metadata/identity/oauth2/token", "IMDS_ENDPOINT": url}
    if target == "compose":
        found = yaml.safe_load(text)["environment"]
    elif target == "kubernetes":
        found = {entry["name"]: entry["value"] for entry in yaml.safe_load(text)["env"]}
    else:
        line = r"^\$env:(\w+) = '(.*)'$" if target == "powershell" else r"^export (\w+)='(.*)'$"
        found = dict(re.findall(line, text, re.MULTILINE))
        expect(len(re.findall(r"^Remove-Item Env:|^unset ", text, re.MULTILINE)), 4 if target == "powershell" else 1, "removals")
    found.pop("NO_PROXY")
    expect(found, wanted, target)
    if "/var/opt/azcmagent/tokens" not in text:
        raise AssertionError("nothing is said of the directory of keys")


def unserved():
    with testkit.Server(arguments=["--source", "cloud-shell=127.0.0.1:0"]) as server:
        result = server.run("env", "--source", "arc", "--control", server.control)
        expect((result.returncode, "it serves cloud-shell" in result.stderr), (1, True), f"refusal ({result.stderr})")
        expect(list(server.announced["sources"]), ["cloud-shell"], "announced sources")


def certificate(server):
    import hashlib

    host, port = testkit.host_and_port(server.announced["sources"]["service-fabric"])
    context = ssl.create_default_context(cafile=server.ca_file())
    with Connection("http" + server.announced["sources"]["service-fabric"][5:]) as plain:
        der = context.wrap_socket(plain.socket, server_hostname=host).getpeercert(binary_form=True)
    return hashlib.sha1(der).hexdigest().upper()


def pinned(server):
    expect(variables(server, "service-fabric")["IDENTITY_SERVER_THUMBPRINT"], certificate(server), "thumbprint")


def meets_faults(server):
    """A fault matches by the source's name, answers in the source's form, and its decision says so; then all is as before."""
    url = server.announced["sources"]["app-service"]
    target = "/msi/token?api-version=2019-08-01&resource=https://vault.azure.net"
    server.run("fault", "add", "--source", "app-service", "--status", "503", "--retry-after", "3", "--times", "1", "--control", server.control,
               check=0)
    other = testkit.exchange(server.announced["sources"]["azure-ml"], f"GET /msi/token?api-version=2017-09-01&resource=https://vault.azure.net "
                             f"HTTP/1.1\r\nHost: x\r\nsecret: {SECRET}\r\n\r\n")
    expect(other.status, 200, "status of another source")
    answers = [testkit.get(url, target, f"X-IDENTITY-HEADER: {SECRET}") for _ in range(2)]
    expect([answer.status for answer in answers], [503, 200], "statuses")
    expect((answers[0].header("Retry-After"), answers[0].json()["statusCode"]), ("3", 503), "what the faulted answer says")
    faulted = server.decisions("?outcome=faulted")[-1]
    expect((faulted["face"], faulted["source"], faulted["fault"]["source"]), ("managed-identity-sources", "app-service", "app-service"), "decision")


def outlives(keys):
    """Secret and certificate stay with a state directory, and are new without one."""
    with tempfile.TemporaryDirectory() as folder:
        def once(*more):
            with testkit.Server(arguments=flags(keys, *more)) as server:
                found = {source: variables(server, source).get("IDENTITY_HEADER", variables(server, source).get("MSI_SECRET"))
                         for source in ("app-service", "service-fabric", "azure-ml")}
                return found, certificate(server)
        kept, again, other = once("--state", folder), once("--state", folder), once()
        expect(again, kept, "secrets and certificate of the second run")
        for name in ("app-service-secret", "service-fabric-secret", "azure-ml-secret", "service-fabric.pem"):
            expect(os.stat(f"{folder}/{name}").st_mode & 0o777, 0o600, f"mode of {name}")
    expect(len(set(kept[0].values())), 3, "different secrets")
    if set(other[0].values()) & set(kept[0].values()) or other[1] == kept[1]:
        raise AssertionError("another server has the same secret or certificate")


def is_refused(arguments, wanted, status):
    result = subprocess.run([str(testkit.executable()), "serve", *arguments], capture_output=True, text=True, timeout=20,
                            env=testkit.clean_environment())
    expect(result.returncode, status, f"exit status ({result.stderr})")
    if wanted not in result.stderr:
        raise AssertionError(f"{wanted!r} is not in {result.stderr}")


def keys_need_reading(server):
    """Decisions and changes are one thing, secrets another: a page in a browser gets none."""
    request = urllib.request.Request(server.control + "/sources", headers={"Origin": "http://evil.example"})
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5)
    except urllib.error.HTTPError as refusal:
        expect(refusal.code, 403, "status")
    else:
        raise AssertionError("a web page was shown the secrets")


def leaves_nothing(keys):
    expect(sorted(path.name for path in keys.iterdir()), [], "keys left behind")


def main():
    tally = testkit.Tally("managed identity sources", sys.argv[1] if len(sys.argv) > 1 else None)
    with tempfile.TemporaryDirectory() as folder:
        keys = pathlib.Path(folder) / "made/tokens"
        play_all(tally, keys)
        tally.case("no key outlives its server", leaves_nothing, keys)
        tally.case("secrets and certificate outlive a restart with --state", outlives, keys)
        with testkit.Server(arguments=flags(keys)) as server:
            tally.case("the secrets are not shown to web pages", keys_need_reading, server)
        tally.case("an unknown source is a usage error that names the five", is_refused, ["--source", "functions"], "azure-ml", 64)
        tally.case("a source's address without a port is a usage error", is_refused, ["--source", "arc=localhost"], "HOST:PORT", 64)
        tally.case("a secret that no header can carry is a usage error", is_refused, ["--source-secret", "a b"], "--source-secret", 64)
        tally.case("a directory of keys that cannot be made stops the start", is_refused,
                   ["--metadata", "none", "--authority", "none", "--control", "none", "--source", "arc=127.0.0.1:0",
                    "--arc-directory", "/proc/no/tokens"], "--arc-directory", 1)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
