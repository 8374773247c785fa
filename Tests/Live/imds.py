"""Golden transcripts of the whole metadata service: every numbered case of the facts, and what has bytes besides.

    .venv/bin/python Tests/Live/imds.py [TEXT]     only the cases whose name holds TEXT

Replays Tests/Fixtures/imds/*.transcript over raw sockets against the built executable; the README there tells their form. Then
asks for every property of the instance document in the version that introduced it and in the one before (properties.txt). The
numbers of the cases must be complete: one that is missing, or there twice, fails. A case that says `not covered` is skipped.
"""

import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import replay  # noqa: E402
import testkit  # noqa: E402
import transcript  # noqa: E402
from testkit import expect  # noqa: E402

FIXTURES = testkit.ROOT / "Tests/Fixtures/imds"
NUMBERS = range(1, 73)


def all_cases():
    heads = transcript.read_heads((FIXTURES / "heads.txt").read_text())
    return [case for path in sorted(FIXTURES.glob("*.transcript")) for case in transcript.read(path.read_text(), path.name, heads)]


def numbers_are_complete(cases):
    numbers = [case.number for case in cases if case.number]
    missing = [number for number in NUMBERS if number not in numbers]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if missing or twice or set(numbers) - set(NUMBERS):
        raise AssertionError(f"missing: {missing}; twice: {twice}; unknown: {sorted(set(numbers) - set(NUMBERS))}")
    return f"{len(numbers)} numbered cases, {sum('not covered' in case.fields for case in cases)} of them not covered"


# --- the transcripts' own proof -------------------------------------------------------------------------------------------

SAMPLE = """## 1. Sample
> GET / HTTP/1.1
< HTTP/1.1 200 OK
< A: <digits>
< Content-Length: <length>
| {"a":"<name=any>","b":["x"]}
. /a = "1"
. /b/0 ~ <any>
"""
WRONG = {  # what is put into the sample for what, and a word of the complaint
    "another status": ("200 OK", "200 Fine", "line 1 of the head"),
    "another header": ("< A: <digits>", "< A: <guid>", "line 2 of the head"),
    "a missing header": ("< A: <digits>", "< A: <digits>\n< B: 2", "line 3 of the head"),
    "a header too many": ("< A: <digits>\n", "", "line 2 of the head"),
    "a body that goes on": ('"b":["x"]}', '"b":["x"]} ', "the body differs"),
    "another value": ('/a = "1"', '/a = "2"', '/a = "2"'),
    "another type": ('/a = "1"', "/a = 1", "/a = 1"),
    "a member that is there": ('/a = "1"', "/a absent", "/a absent"),
    "a name that nobody gave": ("/b/0 ~ <any>", "/b/0 ~ <=other>", "<=other>"),
    "fewer answers of a form": ("> GET / HTTP/1.1", "* send 3 in a row\n> GET / HTTP/1.1\n* 2 of them", "answers of each form"),
}


def answers_sample(text):
    """Plays the sample against the answer it was written for."""
    step = transcript.read(text, "sample", {})[0].steps[0]
    answer = testkit.Answer(b"HTTP/1.1 200 OK\r\nA: 12\r\nContent-Length: 19", b'{"a":"1","b":["x"]}')
    answer.bodiless = False
    step.compare([answer] * step.times, {})


def refuses_sample(old, new, wanted):
    expect(SAMPLE.count(old), 1, f"{old!r} in the sample")
    try:
        answers_sample(SAMPLE.replace(old, new))
    except AssertionError as complaint:
        if wanted not in str(complaint):
            raise AssertionError(f"the complaint does not say {wanted!r}: {complaint}") from None
    else:
        raise AssertionError("it was let through")


# --- a captured document that cannot be served ----------------------------------------------------------------------------


def refuses_document(text, wanted):
    """`serve` ends before it is ready and says why."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "machine.json"
        path.write_text(text)
        try:
            with testkit.Server(arguments=["--node-document", str(path)]):
                pass
        except AssertionError as complaint:
            if f"--node-document {path}: {wanted}" not in str(complaint):
                raise AssertionError(f"the complaint does not say {wanted!r}: {complaint}") from None
        else:
            raise AssertionError("the document was taken")


# --- properties ------------------------------------------------------------------------------------------------------------


def properties():
    """(path, first version) of each property; `[]` after the name of a list."""
    rows = [line.split() for line in (FIXTURES / "properties.txt").read_text().splitlines() if line and not line.startswith("#")]
    return [(path, since) for since, *paths in rows for path in paths]


class Documents:
    """The instance document of one server in each version, fetched once each."""

    def __init__(self, server):
        self.server, self.known = server, {}
        self.versions = testkit.get(server.metadata, "/metadata/versions", "Metadata: true").json()["apiVersions"]

    def at(self, version):
        if version not in self.known:
            answer = testkit.get(self.server.metadata, f"/metadata/instance?api-version={version}&extended=true", "Metadata: true")
            expect(answer.status, 200, f"status at {version}")
            self.known[version] = answer.json()
        return self.known[version]

    def has(self, path, version):
        """Whether the property is in the document, in every element of the lists on the way."""
        found = [self.at(version)]
        for segment in path.replace("[]", "/[]").split("."):
            for step in segment.split("/"):
                if step == "[]":
                    found = [element for value in found for element in value]
                else:
                    found = [value[step] for value in found if isinstance(value, dict) and step in value]
        return bool(found)

    def since(self, path, first):
        """There from `first` on, in every later version; in none before."""
        wrong = [version for version in self.versions[1:] if self.has(path, version) != (version >= first)]
        if wrong:
            raise AssertionError(f"{path}: expected from {first} on; " + ", ".join(
                f"{'present' if self.has(path, version) else 'absent'} at {version}" for version in wrong))


def nothing_else(documents, rows):
    """The newest document has no property that the table lacks."""
    listed = {re.sub(r"\[\]$", "", path) for path, _ in rows}
    got = {re.sub(r"/\d+", "[]", path).lstrip("/").replace("/", ".") for path, _ in transcript.leaves(documents.at(documents.versions[-1]))}
    if got - listed:
        raise AssertionError(f"not in the table: {sorted(got - listed)}")


# --- versions of the paths ------------------------------------------------------------------------------------------------

EVENTS = ["2017-03-01", "2017-08-01", "2017-11-01", "2019-01-01", "2019-04-01", "2019-08-01", "2020-07-01"]
TOKEN = "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net"
# Path, world, the first version of the facts (§2) or all of them (§8), the status of a listed version that is not served.
PATHS = [
    (TOKEN, "vm", "2018-02-01", 400),
    ("/metadata/identity/info?", "vm", "2018-02-01", 400),
    ("/metadata?format=text", "vm", "2017-04-02", 404),
    ("/metadata/instance?", "vm", "2017-03-01", 404),
    ("/metadata/attested/document?", "vm", "2018-04-02", 404),
    ("/metadata/loadbalancer?", "load-balancer", "2020-10-01", 404),
    ("/metadata/scheduledevents?", "vm", EVENTS, 404),
]


def every_version(server, target, served, refused):
    """200 for what is served; the refusal's status for other listed versions; E3 for what is no version."""
    listed = testkit.get(server.metadata, "/metadata/versions", "Metadata: true").json()["apiVersions"]
    wrong = []
    for version in sorted(set(listed + EVENTS + ["2099-01-01"])):
        if version in served if isinstance(served, list) else version in listed and version >= served:
            wanted = 200
        else:
            wanted = refused if version in listed or isinstance(served, list) else 400
        got = testkit.get(server.metadata, f"{target}&api-version={version}".replace("?&", "?"), "Metadata: true").status
        if got != wanted:
            wrong.append(f"{version}: expected {wanted}, got {got}")
    if wrong:
        raise AssertionError("; ".join(wrong))


def main():
    tally = testkit.Tally("golden transcripts of the metadata service", sys.argv[1] if len(sys.argv) > 1 else None)
    cases = all_cases()
    tally.case("the sample transcript is accepted", answers_sample, SAMPLE)
    for what, (old, new, wanted) in WRONG.items():
        tally.case(f"the sample transcript is refused with {what}", refuses_sample, old, new, wanted)
    tally.case("every case has its number once", numbers_are_complete, cases)
    tally.case("a captured part of a document is refused", refuses_document, '{"vmId":"x","location":"eastus"}',
               "compute: found its content alone; allowed: the whole answer of /metadata/instance")
    tally.case("a captured document with a number in it is refused", refuses_document, '{"compute":{"platformFaultDomain":0}}',
               "compute.platformFaultDomain: found 0; allowed: a string, list or object")
    tally.case("a captured document that is no JSON is refused", refuses_document, "{", "")
    with replay.Worlds(FIXTURES) as worlds:
        for case in cases:
            if "not covered" in case.fields:
                tally.skip(case.name, case.fields["not covered"])
            else:
                tally.case(case.name, replay.play, case, worlds)
        for target, world, served, refused in PATHS:
            tally.case(f"{target.split('?')[0]} in every version", every_version, worlds.shared(world, ""), target, served, refused)
        documents, rows = Documents(worlds.shared("everything", "")), properties()
        for path, since in rows:
            tally.case(f"{path} since {since}", documents.since, path, since)
        tally.case("the document has no property that the table lacks", nothing_else, documents, rows)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
