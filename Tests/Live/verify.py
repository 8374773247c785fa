"""Assertions: verify, mark and reset, as a test of an application uses them.

    .venv/bin/python Tests/Live/verify.py [TEXT]     only the cases whose name holds TEXT

Needs nothing but the executable.
"""

import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect, get  # noqa: E402
from worlds import ASK, one_pod  # noqa: E402

METADATA = "Metadata: true"
VAULT = "https://vault.azure.net"
STORAGE = ASK.replace("vault.azure.net", "storage.azure.com")
APP = ["--pod", "default/app"]


def verify(server, status, *arguments, mentions=()):
    result = server.run("verify", *arguments, "--control", server.control, check=status)
    for mention in mentions:
        if mention not in result.stdout + result.stderr:
            raise AssertionError(f"{mention!r} is not in: {result.stdout} {result.stderr}")
    return result.stdout


def mark(server, *name):
    return server.run("mark", *name, "--control", server.control, check=0).stdout.strip()


def reset(server, *arguments, status=0):
    return server.run("reset", *arguments, "--control", server.control, check=status).stdout.strip()


def ask(server, target=ASK, *headers):
    return get(server.metadata, target, METADATA, *headers)


# --- the cases ------------------------------------------------------------------------------------------------------------


def once(server):
    """The sentence of the design: pod A got a token for vault as identity X exactly once since mark M."""
    ask(server)
    expect(mark(server, "m"), "m", "what mark prints")
    ask(server)
    arguments = [*APP, "--audience", VAULT, "--identity", "reader", "--since", "m"]
    verify(server, 0, *arguments, "--exactly", "1", mentions=["passed: expected exactly once, found once"])
    verify(server, 0, *arguments, "--source", "pod-identity", "--client", "nothing", "--never")
    verify(server, 0, "--identity", "1A2B3C4D-0001-4000-8000-00000000d001", "--since", "m")
    ask(server)
    shown = verify(server, 1, *arguments, "--exactly", "1", mentions=["failed: expected exactly once, found twice"])
    expect(shown.count("counts:"), 2, "decisions shown")
    verify(server, 0, *arguments, "--at-least", "2")
    verify(server, 1, *arguments, "--at-most", "1")
    verify(server, 1, *arguments, "--never")


def numbered(server):
    number = mark(server)
    expect(number, str(server.decisions()[-1]["id"]), "the number of a mark without name")
    ask(server)
    verify(server, 0, *APP, "--since", number, "--exactly", "1")


def nearest(server):
    since = mark(server, "nearest")
    ask(server, STORAGE)
    ask(server, ASK + "&client_id=99999999-9999-4999-8999-999999999999")
    verify(server, 1, *APP, "--audience", VAULT, "--identity", "reader", "--since", since, mentions=[
        "failed: expected at least once, found never", "audience: wanted https://vault.azure.net, found https://storage.azure.com",
        "outcome: wanted issued, found refused"])
    verify(server, 0, *APP, "--outcome", "refused", "--since", since, "--exactly", "1")


def misuse(server):
    for arguments, mention in ((["--since", "nowhere"], "since: found \"nowhere\""), (["--exactly", "1", "--never"], "give one of"),
                               (["--source", "elsewhere"], "pod-identity"), (["--pod", "a/b/c"], "NAMESPACE/NAME"),
                               (["--within", "5"], "within"), (["--within", "9223372036854775807s"], "within")):
        verify(server, 64, *arguments, mentions=[mention])
    server.run("mark", "7", "--control", server.control, check=64)


def waits(server):
    """--within ends as soon as it is so; a count that may be exceeded yet is watched to the end."""
    since = mark(server, "waits")
    later = threading.Timer(0.5, ask, [server])
    later.start()
    began = time.monotonic()
    verify(server, 0, *APP, "--since", since, "--within", "10s")
    took = time.monotonic() - began
    if not 0.3 < took < 5:
        raise AssertionError(f"it took {took:.2f} s to see what happened after half a second")
    later.join()
    since = mark(server, "waits")
    later = threading.Timer(0.4, ask, [server])
    later.start()
    verify(server, 1, *APP, "--since", since, "--never", "--within", "10s")  # settled by the first
    later.join()
    began = time.monotonic()
    verify(server, 0, *APP, "--since", since, "--exactly", "1", "--within", "1s")
    if time.monotonic() - began < 1:
        raise AssertionError("an exact count was not watched to the deadline")
    verify(server, 1, *APP, "--since", mark(server), "--within", "1s", mentions=["found never"])


def parallel(server):
    """Two tests side by side: each asks under an id of its own, and forgets only what is its own."""
    for correlation, count in (("test-a", 2), ("test-b", 3)):
        for _ in range(count):
            ask(server, ASK, f"x-ms-client-request-id: {correlation}")
    verify(server, 0, "--correlation", "test-a", "--exactly", "2")
    expect(reset(server, "--correlation", "test-a"), "decisions: 2 forgotten", "what reset says")
    verify(server, 0, "--correlation", "test-a", "--exactly", "0")
    verify(server, 0, "--correlation", "test-b", "--exactly", "3")
    expect(reset(server, "clock", "--correlation", "test-b", status=64), "", "output of a scoped reset of more")
    expect(reset(server, "--pod", "default/nobody"), "decisions: 0 forgotten", "what reset says")


def resets():
    with testkit.Server(manifest=one_pod()) as server:
        mark(server, "before")
        first = ask(server).json()["access_token"]
        server.control_request("PUT", "/objects", one_pod("identity", "binding", "node").replace("name: app", "name: other").replace(
            "127.0.0.1", "10.9.9.9").encode())
        server.run("events", "start", "Freeze", "--control", server.control, check=0)
        server.run("clock", "advance", "1h", "--control", server.control, check=0)
        expect(reset(server), "decisions, marks, counters, overlays, events, clock, faults, tokens", "what is reset")
        expect(server.decisions(), [], "decisions")
        verify(server, 64, "--since", "before")
        expect(server.control_get("/objects/pods/default/other")[0], 404, "status of the applied pod")
        expect(server.control_get("/objects/pods/default/app")[0], 200, "status of the file's pod")
        expect([event for event in json.loads(server.control_get("/events")[1])["events"] if event["state"] != "cancelled"], [], "events")
        expect(json.loads(server.control_get("/clock")[1])["offsetSeconds"], 0, "offset")
        metrics = server.control_get("/metrics")[1].decode()
        if "\nunderstudy_tokens_signed_total 0\n" not in metrics or "understudy_decisions_total{" in metrics:
            raise AssertionError("counters go on")
        if ask(server).json()["access_token"] == first:
            raise AssertionError("the token from before is given again")
        # Without a mark it is about what happened since, of which nothing is forgotten.
        verify(server, 0, *APP, "--exactly", "1", mentions=["passed", "since the reset"])
        verify(server, 0, "--pod", "default/nobody", "--never", mentions=["passed", "since the reset"])
        # What another test marked before is gone: it must not be told that nothing happened.
        verify(server, 1, "--pod", "default/nobody", "--since", "0", "--never", mentions=["undecided"])


def forgets():
    """What the ring has lost might have counted: then there is no verdict, unless it could not matter."""
    with testkit.Server(manifest=one_pod(), arguments=["--journal", "3"]) as server:
        mark(server, "start")
        for _ in range(5):
            ask(server)
        verify(server, 1, *APP, "--since", "start", "--exactly", "3", mentions=["undecided", "up to 2 are forgotten"])
        verify(server, 1, "--pod", "default/other", "--since", "start", "--never", mentions=["undecided"])
        verify(server, 0, *APP, "--since", "start", "--at-least", "3")
        verify(server, 1, *APP, "--since", "start", "--at-most", "2", mentions=["failed"])
        verify(server, 0, *APP, "--since", "2", "--exactly", "3")
        document = json.loads(verify(server, 1, "--since", "start", "--exactly", "5", "--format", "json"))
        expect((document["verdict"], document["forgottenThrough"], document["found"]), ("undecided", 2, 3), "the verdict")


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else None
    tally = testkit.Tally("verify", only)
    with testkit.Server(manifest=one_pod()) as server:
        tally.case("a pod got a token for a resource as an identity so often since a mark", once, server)
        tally.case("a mark without a name is a number", numbered, server)
        tally.case("what came nearest is told with what it lacks", nearest, server)
        tally.case("what cannot be asked is usage", misuse, server)
        tally.case("--within waits for it, and watches what may be exceeded", waits, server)
        tally.case("tests side by side do not disturb each other", parallel, server)
    tally.case("reset goes back to the start", resets)
    tally.case("forgotten decisions are never taken as if they had not been", forgets)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
