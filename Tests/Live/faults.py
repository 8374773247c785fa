"""Golden transcripts of faults: what a client meets, byte for byte; and the commands about them.

    .venv/bin/python Tests/Live/faults.py [TEXT]     only the cases whose name holds TEXT

Replays Tests/Fixtures/faults/*.transcript over raw sockets against the built executable. Then adds, lists and clears faults by
command and by manifest, and asks how clients waited, with clients that are written here so that they wait as they should and as
they should not.
"""

import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import replay  # noqa: E402
import testkit  # noqa: E402
import transcript  # noqa: E402
from sidecar_process import Proxy  # noqa: E402
from testkit import expect  # noqa: E402

FIXTURES = testkit.ROOT / "Tests/Fixtures/faults"
TOKEN = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
MANIFEST = """apiVersion: understudy.internal/v1alpha1
kind: Fault
metadata: {name: from-file}
spec: {match: {sources: [imds]}, do: {status: 503, times: 1}}
---
apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {name: vm-1}
spec: {systemAssigned: true}
"""
WRONG = {  # flags of `fault add`, and a word of the complaint
    "a source that nobody is": (["--source", "imd", "--reset"], "allowed: imds, nmi, authority"),
    "nothing to happen": (["--source", "imds"], "say what happens"),
    "two things at once": (["--status", "500", "--reset"], "found a second thing to happen"),
    "no status that a server sends": (["--status", "42"], "allowed: a whole number from 200 to 599"),
    "a time without a unit that is one": (["--delay", "soon"], "allowed: a time such as 20s"),
    "an instant that no clock here shows": (["--reset", "--from", "2300-01-01T00:00:00Z"], "allowed: an instant from 1970 to"),
    "throttling of who has no known limits": (["--throttle"], "match.sources: [imds] alone"),
    "a share that is more than all": (["--status", "500", "--probability", "2"], "a number from 0 to 1"),
    "flags beside a file": (["-f", "x.yaml", "--status", "500"], "other flags say nothing"),
}


def cases():
    heads = transcript.read_heads((FIXTURES / "heads.txt").read_text())
    return [case for path in sorted(FIXTURES.glob("*.transcript")) for case in transcript.read(path.read_text(), path.name, heads)]


def ask(server, *headers):
    return testkit.get(server.metadata, TOKEN, "Metadata: true", *headers).status


def fault(server, *arguments, check=0):
    result = server.run("fault", *arguments, "--control", server.control, check=check)
    return result.stdout if check == 0 else result.stderr


def is_listed(server):
    """A fault of flags gets a name that says what it does, and is told with what it did."""
    name = fault(server, "add", "--source", "imds", "--status", "429", "--times", "1").strip()
    expect(name.startswith("status-429-"), True, f"the name {name!r} says what it does")
    expect([ask(server), ask(server)], [429, 200], "statuses")
    listed = json.loads(fault(server, "list", "--format", "json"))["faults"]
    mine = [entry for entry in listed if entry["name"] == name][0]
    expect((mine["state"], mine["met"], mine["acted"], mine.get("step")), ("over", 2, 1, None), "what the list says")
    expect(name in fault(server, "list"), True, "the name is in the table")
    expect(fault(server, "clear", name), f"Fault {name} cleared\n", "what clearing says")
    expect(name in fault(server, "list"), False, "the name is in the table")


def is_in_decisions(server):
    name = fault(server, "add", "--source", "imds", "--status", "503", "--retry-after", "2", "--times", "1").strip()
    expect(ask(server, "x-client-sku: MSAL.Go"), 503, "status")
    last = server.decisions("?outcome=faulted")[-1]
    expect(last["fault"], {"name": name, "source": "imds", "did": "answered 503, Retry-After 2 s"}, "fault")
    expect((last["status"], last["outcome"], last["resource"]), (503, "faulted", "https://vault.azure.net"), "decision")
    fault(server, "clear")


def token_is_in_decisions(server):
    """What the service itself answered is the decision; the fault stands beside it."""
    name = fault(server, "add", "--source", "imds", "--token", "expired", "--times", "1").strip()
    expect(ask(server), 200, "status")
    last = server.decisions()[-1]
    expect((last["outcome"], last["fault"]["name"], last["fault"]["did"]), ("issued", name, "gave a token that has expired"), "decision")
    expect("uti" in last, True, "whether the token's id is told")
    fault(server, "clear")


def of_a_file(server):
    path = server.folder / "faults.yaml"
    path.write_text(MANIFEST.split("---")[0])
    expect(fault(server, "add", "-f", str(path)), "from-file\n", "what adding says")
    expect([ask(server), ask(server)], [503, 200], "statuses")
    fault(server, "add", "-f", str(path))
    expect([ask(server), ask(server)], [503, 200], "statuses after adding it again")
    path.write_text(MANIFEST)
    complaint = fault(server, "add", "-f", str(path), check=1)
    expect("found Node vm-1; allowed: Fault alone" in complaint, True, f"the complaint names the other kind: {complaint}")
    fault(server, "clear")


def of_the_served_manifest():
    """A fault stands beside what it is about, is watched with it, and other edits leave it where it is."""
    with testkit.Server(manifest=MANIFEST) as server:
        expect([ask(server), ask(server)], [503, 200], "statuses")
        server.manifest_file.write_text(MANIFEST.replace("systemAssigned: true", "systemAssigned: true, tags: {a: b}"))
        testkit.wait_until(lambda: testkit.get(server.metadata, "/metadata/instance/compute/tags?api-version=2021-02-01&format=text",
                                               "Metadata: true").body == b"a:b")
        expect(ask(server), 200, "status after an edit elsewhere")
        server.manifest_file.write_text(MANIFEST.replace("status: 503", "status: 504"))
        testkit.wait_until(lambda: ask(server) == 504)
        expect(ask(server), 200, "status after its one request")


def is_refused(server, flags, wanted):
    result = server.run("fault", "add", *flags, "--control", server.control, check=64)
    if wanted not in result.stderr:
        raise AssertionError(f"the complaint does not say {wanted!r}: {result.stderr}")


def is_held(server):
    fault(server, "add", "--source", "imds", "--delay", "300ms", "--times", "1")
    began = time.monotonic()
    expect(ask(server), 200, "status")
    if time.monotonic() - began < 0.3:
        raise AssertionError("the answer came at once")
    fault(server, "clear")


def others_go_on():
    """A stalled client costs nobody else anything, and the end of the server waits for it no longer than for any answer."""
    with testkit.Server() as server:
        fault(server, "add", "--source", "imds", "--path", "/metadata/versions", "--stall", "60s")
        host, port = testkit.host_and_port(server.metadata)
        with testkit.Connection(host, port) as stalled:
            stalled.socket.sendall(b"GET /metadata/versions HTTP/1.1\r\nHost: x\r\nMetadata: true\r\n\r\n")
            testkit.wait_until(lambda: server.decisions("?outcome=faulted")[-1:] and "held for 60 s" in server.decisions()[-1]["reason"])
            for _ in range(20):
                expect(ask(server), 200, "status meanwhile")
            expect(server.terminate(limit=25)[0], 0, "exit status")


def of_a_sidecar():
    """A sidecar has the faults of its files; its own failure is 500, the other statuses are Go's."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "faults.yaml"
        path.write_text(MANIFEST.split("---")[0].replace("sources: [imds]", "sources: [sidecar]").replace(
            "{status: 503, times: 1}", "[{status: 500}, {status: 503, retryAfter: 2, times: 1}]"))
        with Proxy({"AZURE_TENANT_ID": "contoso"}, "--faults", str(path)) as proxy:
            answers = [proxy.ask() for _ in range(3)]
        expect([answer.status for answer in answers], [500, 503, 400], "statuses")
        expect(answers[0].body, b"WorkloadIdentityCredential: context deadline exceeded\n", "body")
        expect((answers[1].header("Retry-After"), answers[1].body), ("2", b"Service Unavailable\n"), "wait and body")
        path.write_text(path.read_text().replace("{status: 500}", "{token: expired}"))
        try:
            with Proxy({"AZURE_TENANT_ID": "contoso"}, "--faults", str(path)):
                raise RuntimeError("it was served")
        except AssertionError as complaint:
            expect("found token; allowed for a sidecar" in str(complaint), True, f"the complaint names the step: {complaint}")


# --- how clients waited ---------------------------------------------------------------------------------------------------


def waits(server, pause, retry_after, times, client, check):
    """What `decisions --retries` says of a client that waits so long; its exit status is `check`."""
    fault(server, "add", "--source", "imds", "--status", "429", "--retry-after", str(retry_after), "--times", str(times))
    identifier = f"x-ms-client-request-id: {client}"
    while ask(server, f"User-Agent: {client}", identifier) == 429:
        time.sleep(pause)
    result = server.run("decisions", "--retries", "--format", "json", "--control", server.control)
    told = [entry for entry in json.loads(result.stdout)["retries"] if entry["client"]["name"] == client.split("/")[0]][-1]
    expect(server.run("decisions", "--retries", "--control", server.control).returncode, check, "exit status")
    table = server.run("decisions", "--retries", "--control", server.control).stdout
    expect(client.split("/")[0] in table and told["verdict"] in table, True, f"client and verdict are in the table:\n{table}")
    fault(server, "clear")
    return told


def keeps_the_wait(server):
    told = waits(server, 1.05, 1, 2, "patient/1.5", 0)
    expect((told["client"]["version"], told["verdict"], told["ending"], told["retries"]), ("1.5", "waited", "recovered", 2), "verdict")
    expect([attempt["toldSeconds"] for attempt in told["attempts"]], [1, 1], "what it was told")


def leaves_alone(server):
    """What a fault did nothing to neither uses it up nor is an attempt."""
    name = fault(server, "add", "--source", "imds", "--token", "expired", "--times", "1").strip()
    expect(testkit.get(server.metadata, "/metadata/instance?api-version=2021-02-01", "Metadata: true").status, 200, "status")
    expect("fault" in server.decisions()[-1], False, "whether the machine's document met a fault")
    expect(ask(server), 200, "status")
    expect(server.decisions()[-1]["fault"], {"name": name, "source": "imds", "did": "gave a token that has expired"}, "fault")
    fault(server, "clear")
    path = server.folder / "pass.yaml"
    path.write_text(MANIFEST.split("---")[0].replace("{status: 503, times: 1}", "{pass: true}"))
    fault(server, "add", "-f", str(path))
    for _ in range(2):
        unknown = testkit.get(server.metadata, TOKEN + "&client_id=99999999-9999-4999-8999-999999999999", "Metadata: true",
                              "User-Agent: stranger/1")
        expect(unknown.status, 400, "status of the service's own refusal")
    told = json.loads(server.run("decisions", "--retries", "--format", "json", "--control", server.control, check=0).stdout)["retries"]
    expect([entry for entry in told if entry["client"]["name"] == "stranger"], [], "attempts of whom no fault touched")
    fault(server, "clear")


def breaks_the_wait(server):
    told = waits(server, 0.1, 3, 2, "hasty/2", 1)
    expect((told["verdict"], told["ending"], told["isFault"]), ("too-soon", "recovered", True), "verdict")
    if not all(100 <= attempt["waitedMilliseconds"] < 2000 for attempt in told["attempts"]):
        raise AssertionError(f"waits: {told['attempts']}")


def main():
    tally = testkit.Tally("faults", sys.argv[1] if len(sys.argv) > 1 else None)
    with replay.Worlds(FIXTURES) as worlds:
        for case in cases():
            tally.case(case.name, replay.play, case, worlds)
        server = worlds.shared("vm", "")
        tally.case("a fault of flags is named, listed and cleared", is_listed, server)
        tally.case("a decision says which fault it was", is_in_decisions, server)
        tally.case("a decision with a spoilt token is the service's own, and names the fault", token_is_in_decisions, server)
        tally.case("faults of a file are added whole, and begin anew when added again", of_a_file, server)
        tally.case("a fault of the served manifest goes on where it was when something else changes", of_the_served_manifest)
        for what, (flags, wanted) in WRONG.items():
            tally.case(f"refused: {what}", is_refused, server, flags, wanted)
        tally.case("a delayed answer comes late, and is the service's own", is_held, server)
        tally.case("a sidecar has faults of its own", of_a_sidecar)
        tally.case("others are served while one client is stalled, and the server ends without it", others_go_on)
    with testkit.Server() as server:
        tally.case("what a fault did nothing to does not use it up, and is no attempt", leaves_alone, server)
        tally.case("a client that waits as long as it is told has nothing to mend", keeps_the_wait, server)
        tally.case("a client that comes back too soon is told of, with exit status 1", breaks_the_wait, server)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
