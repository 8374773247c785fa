"""The commands a person uses beside `serve`: token, explain, decisions, env, help.

    .venv/bin/python Tests/Live/commands.py [TEXT]     only the cases whose name holds TEXT
"""

import json
import pathlib
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK, ONE_POD, one_pod  # noqa: E402

CLIENT = "1a2b3c4d-0001-4000-8000-00000000d001"
STRANGER = ONE_POD["pod"].replace("name: app", "name: stranger").replace("127.0.0.1", "10.1.2.3").replace(
    ", labels: {aadpodidbinding: app}", "")

IDENTITIES = """apiVersion: understudy.internal/v1alpha1
kind: ManagedIdentity
metadata: {name: derived}
---
apiVersion: understudy.internal/v1alpha1
kind: Application
metadata: {name: daemon}
"""


def says(server, status, mentions, *arguments, control=True):
    result = server.run(*arguments, *(["--control", server.control] if control else []))
    expect(result.returncode, status, f"exit status; {result.stdout[-300:]} {result.stderr[-300:]}")
    for mention in mentions:
        if mention not in result.stdout + result.stderr:
            raise AssertionError(f"{mention!r} is not in: {result.stdout[-600:]} {result.stderr[-300:]}")


def helps(arguments):
    result = subprocess.run([str(testkit.executable()), *arguments], capture_output=True, text=True, timeout=20)
    expect(result.returncode, 0, f"exit status; {result.stderr[-300:]}")
    if "USAGE" not in result.stdout:
        raise AssertionError(f"no usage in: {result.stdout[:300]}")


def misuse():
    result = subprocess.run([str(testkit.executable()), "serve", "--no-such-flag"], capture_output=True, text=True, timeout=20)
    expect(result.returncode, 64, "exit status")


def decisions_filter(server):
    """pod, outcome, since and limit narrow the list; each decision says who, what and why."""
    testkit.get(server.metadata, ASK, "Metadata: true", "User-Agent: the-tester/1", "x-client-SKU: MSAL.Python")
    testkit.get(server.metadata, ASK + "&client_id=nobody", "Metadata: true")
    testkit.get(server.metadata, ASK)
    everything = server.decisions()
    if len(everything) < 3:
        raise AssertionError(f"only {len(everything)} decisions after three requests")
    text = json.dumps(everything)
    for mention in ("the-tester/1", "MSAL.Python", "https://vault.azure.net", "/metadata/identity/oauth2/token", "pod-identity"):
        if mention not in text:
            raise AssertionError(f"{mention!r} is in no decision: {text[:1500]}")
    for decision in everything:
        for name in ("id", "time", "outcome", "reason", "status"):
            if decision.get(name) in (None, ""):
                raise AssertionError(f"a decision without {name}: {decision}")
    expect(len(server.decisions("?limit=2")), 2, "decisions with limit=2")
    expect(server.decisions("?pod=default/stranger"), [], "decisions of a pod that asked nothing")
    expect(len(server.decisions("?pod=default/app")) > 0, True, "decisions of the pod")
    outcomes = {decision["outcome"] for decision in everything}
    if len(outcomes) < 2:
        raise AssertionError(f"a token and a refusal have one outcome: {outcomes}")
    for outcome in outcomes:
        got = {decision["outcome"] for decision in server.decisions(f"?outcome={outcome}")}
        expect(got, {outcome}, f"outcomes with outcome={outcome}")
    newest = max((decision["id"] for decision in everything), key=lambda value: (len(str(value)), str(value)))
    testkit.get(server.metadata, ASK, "Metadata: true")
    expect(len(server.decisions(f"?since={newest}")), 1, "decisions since the newest known one")


def bounded():
    """The journal holds what it was told to hold, and the newest."""
    with testkit.Server(manifest=one_pod(), arguments=["--journal", "100"]) as server:
        host, port = testkit.host_and_port(server.metadata)
        with testkit.Connection(host, port) as connection:
            for _ in range(350):
                connection.exchange(f"GET {ASK} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\n\r\n")
        kept = [decision["id"] for decision in server.decisions("?limit=1000")]
        expect(len(kept), 100, "decisions kept of 350")
        expect(max(kept) - min(kept), 99, "span of the ids kept")


def env_is_eval_safe(server):
    """What `env` prints can be evaluated by a shell, comments and all."""
    script = '. /dev/stdin; printf "%s %s" "$AZURE_AUTHORITY_HOST" "$REQUESTS_CA_BUNDLE"'
    lines = server.run("env", "--control", server.control, check=0).stdout
    result = subprocess.run(["sh", "-euc", script], input=lines, capture_output=True, text=True, timeout=20)
    expect((result.stdout, result.stderr), (f"{server.authority} {server.ca_file()}", ""), "variables in the shell")
    script = server.run("env", "trust", "--control", server.control, check=0).stdout
    expect(subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True).stderr, "", "what sh says of env trust")


def env_twice(server):
    """A second eval changes nothing: no exemption from proxies stands there twice, and the user's stay."""
    lines = "eval \"$0\"; printf %s \"$NO_PROXY\""
    values, environment = [], testkit.clean_environment(NO_PROXY="intern, 127.0.0.1")
    for _ in range(2):
        told = subprocess.run([str(testkit.executable()), "env", "--control", server.control], capture_output=True, text=True, env=environment)
        environment["NO_PROXY"] = subprocess.run(["sh", "-euc", lines, told.stdout], capture_output=True, text=True).stdout
        values.append(environment["NO_PROXY"])
    expect(values, ["intern,127.0.0.1,169.254.169.254,::1,localhost"] * 2, "NO_PROXY after each")


def env_of_another_host(server):
    """Of a server whose CA file is not here, env says on standard error what to change; of one that is here, nothing."""
    expect(server.run("env", "--control", server.control, check=0).stderr, "", "warning about a server of this host")
    file = pathlib.Path(server.ca_file())
    file.rename(file.with_suffix(".away"))
    try:
        told = server.run("env", "--control", server.control, check=0).stderr
    finally:
        file.with_suffix(".away").rename(file)
    for mention in (f"its CA file, {file}, is not here", f"understudy ca --control {server.control} --out ca.crt"):
        if mention not in told:
            raise AssertionError(f"{mention!r} is not in: {told}")


def lone_caller():
    """Where loopback is no pod, a refusal says so."""
    with testkit.Server(manifest=one_pod("pod") + "---\n" + STRANGER) as server:
        result = server.run("token", "--control", server.control, check=1)
        expect(result.stderr.splitlines()[1:], [
            "  Why: understudy decisions --limit 1",
            "  127.0.0.1, which asked, is no pod. What one gets: understudy explain --pod NAMESPACE/NAME"], "ways on")


def get_shows_ids(server):
    """`get` tells an identity's ids, also those that no manifest says."""
    line = server.run("get", "managedidentity", "--control", server.control, check=0).stdout.strip()
    status = json.loads(server.run("get", "managedidentity", "derived", "--control", server.control, check=0).stdout)["status"]
    expect(line, f"ManagedIdentity derived  client id {status['clientID']}, principal id {status['principalID']}", "the line")
    line = server.run("get", "application", "--control", server.control, check=0).stdout.strip()
    expect("Application daemon  client id" in line and "principal id" in line, True, f"the application's ids: {line}")


def env_for_a_container(server):
    """Without a name it says what a container would be missing; with one no URL is of loopback."""
    arguments = ["env", "--control", server.control, "--format", "compose"]
    expect("name this host with --host NAME" in server.run(*arguments, check=0).stdout, True, "the note")
    lines = server.run(*arguments, "--host", "understudy", check=0).stdout.splitlines()
    urls = [line.split('"')[1] for line in lines if '"http' in line]
    expect(urls, [f"http://understudy:{testkit.host_and_port(server.metadata)[1]}",
                  f"https://understudy:{testkit.host_and_port(server.authority)[1]}"], "URLs")


def env_hosts(server):
    """Every real name, once, in the form of a hosts file; the certificate is for each of them."""
    port = testkit.host_and_port(server.authority)[1]
    lines = server.run("env", "hosts", "--control", server.control, check=0).stdout.splitlines()
    expect([line for line in lines if line.startswith("#")],
           [f"# Real names mean port 443; the authority listens on {port}. Start it with: understudy serve --authority 127.0.0.1:443"], "note")
    names = [line.split() for line in lines if not line.startswith("#")]
    expect({address for address, _ in names}, {"127.0.0.1"}, "addresses")
    context = ssl.create_default_context(cafile=server.ca_file())
    for _, name in names:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain, context.wrap_socket(plain, server_hostname=name):
            pass
    for wanted in ("login.microsoftonline.com", "management.azure.com", "management.usgovcloudapi.net"):
        expect([name for _, name in names].count(wanted), 1, f"lines of {wanted}")


def token_verify_reads_anything(server):
    """What is no token is judged like one: 1, and a sentence that does not repeat it."""
    result = server.run("token", "verify", "hunter2.hunter2.hunter2", "--control", server.control, check=1)
    expect((result.stdout, result.stderr), ("FAIL form: The token's header is not a JSON object.\nnot valid\n", ""), "output")


def metrics_count(server):
    def total():
        lines = server.control_get("/metrics")[1].decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("understudy_decisions_total"))

    before = total()
    for _ in range(5):
        testkit.get(server.metadata, ASK, "Metadata: true")
    expect(total(), before + 5, "understudy_decisions_total after five more requests")


def main():
    tally = testkit.Tally("commands", sys.argv[1] if len(sys.argv) > 1 else None)
    for arguments in (["--help"], ["serve", "--help"], ["explain", "--help"], ["token", "--help"], ["token", "ask", "--help"], ["token", "mint", "--help"],
                      ["token", "verify", "--help"], ["env", "--help"], ["ca", "--help"], ["verify", "--help"], ["mark", "--help"], ["reset", "--help"],
                      ["clock", "advance", "--help"], ["chain", "--help"], ["doctor", "--help"]):
        tally.case(f"{' '.join(arguments)} helps", helps, arguments)
    tally.case("a flag that does not exist is a usage error (64)", misuse)
    with testkit.Server(manifest=one_pod() + "---\n" + STRANGER + "---\n" + IDENTITIES) as server:
        tally.case("explain a pod that gets an identity", says, server, 0, ["default/app", "reader", CLIENT], "explain", "--pod", "default/app")
        tally.case("explain the same by address", says, server, 0, ["default/app", "reader"], "explain", "--address", "127.0.0.1")
        tally.case("explain a pod without the label: 1, and says so", says, server, 1, ["default/stranger", "aadpodidbinding"],
                   "explain", "--pod", "default/stranger")
        tally.case("explain an address without a pod: 1", says, server, 1, ["10.9.9.9"], "explain", "--address", "10.9.9.9")
        tally.case("explain a client id that is not bound: 1", says, server, 1, ["default/app"], "explain", "--pod", "default/app",
                   "--client-id", "99999999-9999-4999-8999-999999999999")
        tally.case("token shows the decoded claims", says, server, 0, ["RS256", CLIENT, "https://vault.azure.net"], "token",
                   "--resource", "https://vault.azure.net", "--endpoint", server.metadata, control=False)
        tally.case("token of an unbound client id is 1", says, server, 1, [], "token", "--resource", "https://vault.azure.net",
                   "--client-id", "99999999-9999-4999-8999-999999999999", "--endpoint", server.metadata, control=False)
        tally.case("a refusal says where to read why", says, server, 1, ["Why: understudy decisions --limit 1"], "token", "--client-id",
                   "99999999-9999-4999-8999-999999999999")
        tally.case("env names the variable the SDKs read", says, server, 0, ["AZURE_POD_IDENTITY_AUTHORITY_HOST", server.metadata], "env")
        tally.case("env tells who trusts the CA by what", says, server, 0, ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "azure-cli", "Go", "Rust",
                                                                              ".NET", "Java", "C++", "aiohttp"], "env")
        tally.case("env trust has the commands for those without a variable", says, server, 0,
                   ["keytool -importcert", "JAVA_TOOL_OPTIONS", "update-ca-certificates"], "env", "trust")
        tally.case("env is safe to evaluate", env_is_eval_safe, server)
        tally.case("env may be evaluated twice", env_twice, server)
        tally.case("env warns of a server on another host", env_of_another_host, server)
        tally.case("get shows the ids of identities", get_shows_ids, server)
        tally.case("env --host names this host where a container cannot say loopback", env_for_a_container, server)
        tally.case("env --host is for variables", says, server, 64, ["--host: found with hosts"], "env", "hosts", "--host", "x")
        tally.case("env hosts leads every real name here, and the certificate is for each", env_hosts, server)
        tally.case("env hosts --format compose gives aliases", says, server, 0, ["aliases: [login.microsoftonline.com", "extra_hosts:"],
                   "env", "hosts", "--format", "compose")
        tally.case("env hosts --format kubernetes gives hostAliases", says, server, 0, ["hostAliases:", '- ip: "127.0.0.1"'],
                   "env", "hosts", "--format", "kubernetes")
        tally.case("token mint without a defect is a usage error", says, server, 64, ["--defect"], "token", "mint")
        tally.case("token mint of an unknown identity is refused with what is allowed", says, server, 64, ["client_id: found"], "token", "mint",
                   "--defect", "expired", "--client-id", "99999999-9999-4999-8999-999999999999")
        tally.case("token verify takes anything", token_verify_reads_anything, server)
        tally.case("/decisions tells who, what and why, and filters", decisions_filter, server)
        tally.case("understudy decisions --format json", lambda: json.loads(
            server.run("decisions", "--format", "json", "--limit", "3", "--control", server.control, check=0).stdout))
        tally.case("/metrics counts requests", metrics_count, server)
    tally.case("a refusal of a caller that is no pod says so", lone_caller)
    tally.case("the journal is bounded", bounded)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
