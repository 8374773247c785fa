"""Golden transcripts of NMI: every row of the table of its answers, and every case of the original's own tests.

    .venv/bin/python Tests/Live/nmi_cases.py [TEXT]     only the cases whose name holds TEXT

Replays Tests/Fixtures/nmi-cases/*.transcript over raw sockets against the built executable; the README there tells their form. The
ids of the cases must be complete: one that is missing, or there twice, fails. Runs in a network namespace of its own whose
loopback carries the pods' addresses, and 169.254.169.254 with a stub of the metadata service; needs root or user namespaces,
otherwise the cases count as skipped.
"""

import base64
import json
import pathlib
import re
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import replay  # noqa: E402
import stub_upstream  # noqa: E402
import testkit  # noqa: E402
import transcript  # noqa: E402
from principals import certificate  # noqa: E402
from testkit import expect  # noqa: E402

FIXTURES = testkit.ROOT / "Tests/Fixtures"
# Rows of the table of all answers, then the original's families HTTP, selection, managed mode and exceptions.
IDS = [f"{family}{number}" for family, count in {"R": 28, "H": 6, "S": 11, "M": 6, "E": 3}.items() for number in range(1, count + 1)]
NOBODY = "10.244.8.22"
UPSTREAM = ("169.254.169.254", 80)
SOURCES = {"nobody": NOBODY, "host": "127.0.0.1", "ipv6": "::1"}


# --- the metadata service behind ----------------------------------------------------------------------------------------------


def says(status, body, *headers):
    """An answer of the stub, its length told."""
    data = body.encode()
    headers = [*headers, ("Content-Type", "application/json; charset=utf-8"), ("Content-Length", len(data))]
    return stub_upstream.answer(status, headers, data)


def as_asked(request):
    """A token for whoever is asked for, else that there is no such path."""
    line, _, rest = request.decode("latin-1").partition("\r\n")
    method, target, _ = line.split(" ")
    path, _, query = target.partition("?")
    if method == "POST":
        form = dict(urllib.parse.parse_qsl(rest.partition("\r\n\r\n")[2]))
        name = f"aad.{path.split('/')[1]}.{form['client_id']}"
    elif path == "/metadata/identity/oauth2/token":
        form = dict(urllib.parse.parse_qsl(query))
        name = form.get("client_id", "system")
    else:
        return says(404, json.dumps({"error": f"stub: {method} {target}"}, separators=(",", ":")), ("Server", "Stub/1.0"),
                    ("Date", "Tue, 01 Jan 2030 00:00:00 GMT"))
    return says(200, json.dumps({
        "access_token": f"tok.{name}", "client_id": "dropped", "expires_in": "86399", "expires_on": 1893456000,
        "ext_expires_in": "86399", "not_before": "1893369600", "resource": form["resource"], "token_type": "Bearer"}))


# --- worlds -------------------------------------------------------------------------------------------------------------------


class Worlds:
    """The manifests, read once, and servers that are made as they are wanted: one at a time, but kept while cases want the same."""

    def __init__(self):
        self.texts, self.server, self.key = {}, None, None
        with tempfile.TemporaryDirectory() as folder:
            self.pfx = base64.b64encode(certificate(folder, "-legacy")[1]).decode()

    def text(self, world):
        if world not in self.texts:
            path = FIXTURES / ("nmi/world.yaml" if world == "recorded" else f"nmi-cases/{world}.yaml")
            self.texts[world] = path.read_text().replace("<pfx>", self.pfx)
        return self.texts[world]

    def addresses(self, world):
        """Pod name -> address."""
        pods = re.findall(r"kind: Pod\nmetadata: \{name: ([\w-]+),.*?podIP: ([\d.]+)", self.text(world), re.DOTALL)
        return {**dict(pods), **SOURCES}

    def serving(self, world, node, flags):
        key = (world, node, flags)
        if key != self.key:
            self.close()
            manifest = (f"{self.text(world)}---\napiVersion: understudy.internal/v1alpha1\nkind: Node\nmetadata: {{name: node1}}\n"
                        f"spec: {{plane: pod-identity, systemAssigned: true, {node}}}\n")
            where = [] if "--metadata-upstream" in flags else ["--metadata-upstream", "%s:%d" % UPSTREAM]
            # 0 would be announced for the first listener only.
            self.server = testkit.Server(manifest=manifest, metadata="127.0.0.1:2579",
                                         arguments=["--metadata", "[::1]:2580", *where, *flags.split()])
            self.server.start()
            self.key = key
        return self.server

    def close(self):
        if self.server:
            self.server.stop()
        self.server = self.key = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# --- playing ------------------------------------------------------------------------------------------------------------------


class Run(replay.Run):
    """A case on its way: who asks, what the `Node` says, and what the metadata service behind says."""

    def __init__(self, case, worlds, stub):
        self.worlds, self.stub, self.fields = worlds, stub, case.fields
        self.caller, self.once, self.unanswered = case.fields["from"], [], None
        super().__init__(self.serving(case.fields.get("node", "nmi: {}")))

    def serving(self, node):
        return self.worlds.serving(self.fields["world"], node, self.fields.get("flags", ""))

    def connect(self):
        url = "http://[::1]:2580" if self.caller == "ipv6" else self.server.metadata
        return replay.WeakConnection(*testkit.host_and_port(url), self.worlds.addresses(self.fields["world"])[self.caller])

    def exchange(self, step):
        if step.replies:
            super().exchange(step)
        else:
            self.unanswered = step

    def do(self, words):
        found = re.fullmatch(r"upstream answers (once )?(\d+)(?: (.*))?", words)
        verb, _, rest = words.partition(" ")
        if found:
            answers = [*self.once, says(int(found[2]), found[3] or "")]
            self.once = answers if found[1] else []
            self.stub.prepare(*answers)
        elif words.startswith("ask as "):
            self.caller = words[len("ask as "):]
        elif verb == "node":
            self.server = self.serving(rest)
        elif words.startswith("hang up after "):
            with self.connect() as connection:
                connection.socket.sendall(self.unanswered.request(self.known))
                # The case is about how long the client stays, not about when something is ready.
                time.sleep(float(words.split()[3]))
        else:
            super().do(words)

    def claim(self, words):
        """What the newest decision of NMI says; it may be written a little after the client has gone."""
        def names():
            decisions = [decision for decision in self.server.decisions() if decision["face"] == "pod-identity"]
            if not decisions:
                return {}
            return {"waited": decisions[-1].get("waitMilliseconds", 0), **{name: decisions[-1][name] for name in ("status", "reason")}}

        def holds():
            return bool(names()) and eval(words, {"__builtins__": {}}, names())

        try:
            testkit.wait_until(holds, limit=2, pause=0.02)
        except AssertionError:
            raise AssertionError(f"{words}: not so with {names()}") from None


def play(case, worlds, stub):
    if not any(isinstance(step, transcript.Exchange) for step in case.steps) or "not covered" in case.fields:
        raise AssertionError(f"{case.place}: the case sends nothing")
    if not any(step.replies if isinstance(step, transcript.Exchange) else step[0] == "claim" for step in case.steps):
        raise AssertionError(f"{case.place}: the case expects nothing")
    stub.prepare(as_asked)
    Run(case, worlds, stub).play(case)
    return f"ours: {case.fields['ours']}" if "ours" in case.fields else None


def all_cases():
    folder = FIXTURES / "nmi-cases"
    heads = transcript.read_heads((folder / "heads.txt").read_text())
    return [case for path in sorted(folder.glob("*.transcript")) for case in transcript.read(path.read_text(), path.name, heads)]


def ids_are_complete(cases):
    ids = [case.number for case in cases]
    wrong = {id: ids.count(id) for id in [*IDS, *ids] if ids.count(id) != 1 or id not in IDS}
    expect(wrong, {}, "ids that are not there exactly once, or that nobody knows")
    return f"{len(ids)} cases"


def refuses_ids(cases):
    try:
        ids_are_complete(cases)
    except AssertionError:
        return
    raise AssertionError("it was let through")


def upstream_for(worlds, cases):
    """The stub, once the namespace has every address that a case needs."""
    wanted = {address for case in cases for address in worlds.addresses(case.fields["world"]).values()}
    testkit.add_loopback_addresses(sorted(wanted - {"127.0.0.1", "::1"}) + [UPSTREAM[0]])
    return stub_upstream.StubUpstream(*UPSTREAM)


def main():
    refusal = testkit.enter_namespace()
    tally = testkit.Tally("golden transcripts of NMI", sys.argv[1] if len(sys.argv) > 1 else None)
    cases = all_cases()
    tally.case("every id is there once", ids_are_complete, cases)
    tally.case("a missing id is noticed", refuses_ids, cases[1:])
    tally.case("an id that is there twice is noticed", refuses_ids, [*cases, cases[0]])
    if refusal is not None:
        for case in cases:
            tally.skip(case.name, refusal)
        return tally.finish()
    with Worlds() as worlds, upstream_for(worlds, cases) as stub:
        for case in sorted(cases, key=lambda case: (case.fields["world"], case.fields.get("node", ""), case.fields.get("flags", ""))):
            tally.case(case.name, play, case, worlds, stub)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
