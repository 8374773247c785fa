"""A world that changes as fast as it can, up to a thousand times a second, while it is asked: no answer mixes two worlds.

    .venv/bin/python Tests/Live/churn.py [TEXT]     only the cases whose name holds TEXT

Two pods swap their addresses and are bound anew in one applied change. Of the four identities each caller's address has two, one in
either world; a change seen by halves would give it one of the other two. The last case applies the halves one after the other, and
must see just that. Each case prints the rates it reached: a debug build is far from the release that Tests/bench measures.
"""

import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK, ONE_POD  # noqa: E402

ADDRESSES = ("127.0.0.2", "127.0.0.3")
PODS = ("left", "right")
NAMES = ("one", "two", "three", "four")
CLIENTS = {name: f"1a2b3c4d-000{number}-4000-8000-00000000d00{number}" for number, name in enumerate(NAMES, 1)}
# The identity of each address, by world. World 0: left holds the first address and has `one`, right has `two`. World 1: right holds
# the first address and has `three`, left has `four`. Pods without their bindings, or bindings without their pods, give `two` or
# `four` at the first address, `one` or `three` at the second.
WORLDS = (("one", "two"), ("three", "four"))
RATE, ASKERS = 1000, 4
# Seconds at least; longer, up to the limit, where so many changes take longer.
SECONDS, LIMIT, FEWEST = 3, 40, 50
# The threads of this script are to take turns as quickly as the server answers.
sys.setswitchinterval(0.0002)


def pods(world):
    """Who holds which address."""
    return [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default", "labels": {"aadpodidbinding": name}},
             "spec": {"nodeName": "node1", "containers": [{"name": "c", "image": "none"}]},
             "status": {"phase": "Running", "podIP": ADDRESSES[index ^ world]}} for index, name in enumerate(PODS)]


def bindings(world):
    """Who has which identity."""
    return [{"apiVersion": "aadpodidentity.k8s.io/v1", "kind": "AzureIdentityBinding", "metadata": {"name": name, "namespace": "default"},
             "spec": {"azureIdentity": WORLDS[world][index ^ world], "selector": name}} for index, name in enumerate(PODS)]


def manifest(mode):
    identities = [{"apiVersion": "aadpodidentity.k8s.io/v1", "kind": "AzureIdentity", "metadata": {"name": name, "namespace": "default"},
                   "spec": {"type": 0, "clientID": client, "resourceID": "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/"
                            f"apps/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"}} for name, client in CLIENTS.items()]
    texts = [json.dumps(item) + "\n" for item in [*identities, *pods(0), *bindings(0)]]
    return "---\n".join([ONE_POD["node"].replace("managed", mode), *texts])


class Changer:
    """Applies objects over one kept-alive connection."""

    def __init__(self, server):
        self.connection = testkit.Connection(*testkit.host_and_port(server.control))
        self.wholes = [self.request(pods(world) + bindings(world)) for world in (0, 1)]

    @staticmethod
    def request(objects):
        body = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        return f"PUT /objects HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"

    def apply(self, request):
        answer = self.connection.exchange(request)
        expect(answer.status, 200, f"status of PUT /objects; body {answer.body[:500]!r}")


class Caller:
    """One of the two addresses, asking over one kept-alive connection."""

    def __init__(self, server, index):
        self.index, self.names = index, {}
        self.connection = testkit.Connection(*testkit.host_and_port(server.metadata), source=ADDRESSES[index])

    def identity(self):
        """The name of the identity it is given now."""
        answer = self.connection.exchange(f"GET {ASK} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\n\r\n")
        expect(answer.status, 200, f"status for {ADDRESSES[self.index]}; body {answer.body[:500]!r}")
        if answer.body not in self.names:
            client = testkit.claims_unverified(answer.json()["access_token"])[1]["appid"]
            self.names[answer.body] = next(name for name, known in CLIENTS.items() if known == client)
        return self.names[answer.body]


def together(*bodies):
    """Runs all of them at once; raises what the first of them raised."""
    problems = []

    def guarded(body):
        try:
            body()
        except Exception as problem:  # told below
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def whole_worlds(server):
    """Changes at their rate, askers as fast as they can; and a reader of the control listener, who must never be in their way."""
    seen = [set(), set()]
    counts = {"changes": 0, "answers": 0}
    began = time.monotonic()

    def goes_on():
        passed = time.monotonic() - began
        return passed < SECONDS or (counts["changes"] < FEWEST and passed < LIMIT)

    def change():
        changer = Changer(server)
        while goes_on():
            counts["changes"] += 1
            changer.apply(changer.wholes[counts["changes"] % 2])
            # A burst catches up with what the machine withheld, so that the rate is the rate.
            time.sleep(max(0, began + counts["changes"] / RATE - time.monotonic()))

    def asker(index):
        caller, mine = Caller(server, index), 0
        while goes_on():
            seen[index].add(caller.identity())
            mine += 1
        counts["answers"] += mine

    def read():
        while goes_on():
            for path in ("/objects/pods", "/explain?pod=default/left", "/metrics", "/decisions", "/readyz"):
                expect(server.control_get(path)[0], 200, f"status of {path}")
            time.sleep(0.1)

    together(change, read, *(lambda index=number % 2: asker(index) for number in range(ASKERS)))
    for index in (0, 1):
        expect(seen[index], {world[index] for world in WORLDS}, f"identities of {ADDRESSES[index]}")
    seconds = time.monotonic() - began
    if min(counts.values()) < FEWEST:
        raise AssertionError(f"too little happened in {seconds:.0f} s to show anything: {counts}")
    return f"{counts['changes'] / seconds:,.0f} changes and {counts['answers'] / seconds:,.0f} answers a second"


def seen_at_once(server):
    """Whoever was told that a change is made sees it with the next request."""
    changer, callers = Changer(server), [Caller(server, index) for index in (0, 1)]
    for turn in range(200):
        changer.apply(changer.wholes[turn % 2])
        expect(tuple(caller.identity() for caller in callers), WORLDS[turn % 2], f"identities after change {turn}")


def by_halves(server):
    """Two changes where one was due: what comes in between is no whole world, and this suite sees it."""
    changer, callers = Changer(server), [Caller(server, index) for index in (0, 1)]
    changer.apply(changer.wholes[0])
    changer.apply(changer.request(pods(1)))
    expect(tuple(caller.identity() for caller in callers), ("two", "one"), "identities between the halves")
    changer.apply(changer.request(bindings(1)))
    expect(tuple(caller.identity() for caller in callers), WORLDS[1], "identities after both halves")


def main():
    tally = testkit.Tally("churn", sys.argv[1] if len(sys.argv) > 1 else None)
    for mode in ("managed", "standard"):
        with testkit.Server(manifest=manifest(mode), log_level="error") as server:
            tally.case(f"{mode} mode: no answer comes from a half-applied change", whole_worlds, server)
            tally.case(f"{mode} mode: a change that was answered is seen by the next request", seen_at_once, server)
            tally.case(f"{mode} mode: changes in two halves would be noticed", by_halves, server)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
