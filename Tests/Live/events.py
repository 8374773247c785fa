"""Scheduled events over the wire: the documents of each version, approvals, both timings, reloads, and `understudy events`.

    .venv/bin/python Tests/Live/events.py [TEXT]     only the cases whose name holds TEXT

Needs nothing but the executable.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect, get  # noqa: E402

PATH = "/metadata/scheduledevents"
NEWEST = f"{PATH}?api-version=2020-07-01"
VERSIONS = ("2017-03-01", "2017-08-01", "2017-11-01", "2019-01-01", "2019-04-01", "2019-08-01", "2020-07-01")
METADATA = "Metadata: true"
FORM = "Content-Type: application/x-www-form-urlencoded"
NOT_FOUND = b'{ "error": "Not found" }'
FREEZE = "1F943876-80C5-4FC2-9A77-9011B0096C78"
REBOOT = "2f943876-80c5-4fc2-9a77-9011b0096c78"
HTTP_DATE = re.compile(r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")


def world(*events):
    lines = "".join(f"\n  - {{{event}}}" for event in events) or " []"
    return ("apiVersion: understudy.internal/v1alpha1\nkind: Node\nmetadata: {name: vm-1}\n"
            f"spec:\n  systemAssigned: true\n  scheduledEvents:{lines}\n")


def read(server, version="2020-07-01"):
    answer = get(server.metadata, f"{PATH}?api-version={version}", METADATA)
    expect(answer.status, 200, f"status (body {answer.body[:200]!r})")
    document = answer.json()
    expect(list(document), ["DocumentIncarnation", "Events"], "members of the document in order")
    expect(type(document["DocumentIncarnation"]), int, "type of DocumentIncarnation")
    expect(answer.body, json.dumps(document, separators=(",", ":")).encode(), "the body, written compactly")
    return document


def summary(server, version="2020-07-01"):
    """(incarnation, [(id, status)])"""
    document = read(server, version)
    return document["DocumentIncarnation"], [(event["EventId"], event["EventStatus"]) for event in document["Events"]]


def post(server, body, *headers, target=NEWEST):
    lines = [f"POST {target} HTTP/1.1", "Host: 169.254.169.254", METADATA, *headers, f"Content-Length: {len(body)}", "", body]
    return testkit.exchange(server.metadata, "\r\n".join(lines))


def approval(*ids):
    return json.dumps({"StartRequests": [{"EventId": identifier} for identifier in ids]})


def approve(server, identifier, *headers):
    answer = post(server, approval(identifier), *headers)
    expect(answer.status_line, "HTTP/1.1 200 OK", f"status line (body {answer.body[:200]!r})")


def refuses(server, target, wanted, status, *headers, method="GET"):
    answer = get(server.metadata, target, *headers, method=method)
    expect(answer.status, status, "status")
    expect(answer.body, wanted, "body")


# --- the cases ------------------------------------------------------------------------------------------------------------


def idle(server):
    answer = get(server.metadata, NEWEST, METADATA)
    expect(answer.body, b'{"DocumentIncarnation":1,"Events":[]}', "body")
    expect(answer.names(), ["Content-Type", "Server", "x-ms-request-id", "Date", "Content-Length"], "header names in order")
    expect(answer.header("Content-Type"), "application/json; charset=utf-8", "Content-Type")


def no_version(server):
    answer = get(server.metadata, PATH, METADATA)
    expect(answer.status, 400, "status")
    expect(list(answer.json()), ["error", "newest-versions"], "members")


def preview_without_header(server):
    expect(get(server.metadata, f"{PATH}?api-version=2017-03-01").status, 200, "status")


def members(server, version):
    """Members newer than the version are absent, the rest stand in their order."""
    event = read(server, version)["Events"][0]
    wanted = ["EventId", "EventStatus", "EventType", "ResourceType", "Resources", "NotBefore"]
    wanted += ["Description"] if version >= "2019-04-01" else []
    wanted += ["EventSource"] if version >= "2019-08-01" else []
    wanted += ["DurationInSeconds"] if version >= "2020-07-01" else []
    expect(list(event), wanted, "members of the event in order")
    expect(event["EventId"], FREEZE, "EventId")
    expect(event["EventStatus"], "Scheduled", "EventStatus")
    expect(event["EventType"], "Freeze", "EventType")
    expect(event["ResourceType"], "VirtualMachine", "ResourceType")
    expect(event["Resources"], ["_vm-1" if version == "2017-03-01" else "vm-1"], "Resources")
    if not HTTP_DATE.match(event["NotBefore"]):
        raise AssertionError(f"NotBefore is {event['NotBefore']!r}")
    for name, value in (("Description", "why"), ("EventSource", "Platform"), ("DurationInSeconds", 5)):
        expect(event.get(name, value), value, name)


def documented_sequence(server):
    """1 (empty) was before the manifest's event appeared; 2 Scheduled, 3 Started with NotBefore "", 4 empty."""
    expect(summary(server), (2, [(FREEZE, "Scheduled")]), "before the approval")
    expect(summary(server), (2, [(FREEZE, "Scheduled")]), "and again")
    approve(server, FREEZE.lower(), FORM)
    approve(server, FREEZE, FORM)
    document = read(server)
    expect(document["DocumentIncarnation"], 3, "incarnation once approved")
    expect(document["Events"][0]["EventStatus"], "Started", "EventStatus")
    expect(document["Events"][0]["EventId"], FREEZE, "EventId")
    expect(document["Events"][0]["NotBefore"], "", "NotBefore")
    expect(read(server), {"DocumentIncarnation": 4, "Events": []}, "once it was seen")
    approve(server, FREEZE)
    expect(read(server), {"DocumentIncarnation": 4, "Events": []}, "a late approval changes nothing")
    skipped = [decision.get("waitMilliseconds", 0) for decision in server.decisions() if decision["path"] == PATH]
    if not 590_000 < max(skipped) <= 600_000:
        raise AssertionError(f"the skipped impact of 600 s is in no decision: {skipped}")


def malformed(server, body):
    answer = post(server, body, "Content-Type: application/json")
    expect(answer.status, 400, f"status of {body!r}")
    if not re.match(rb'^\{ "error": ".+" \}$', answer.body):
        raise AssertionError(f"not the envelope of the instance family: {answer.body!r}")


def older_versions_are_not_told(server):
    server.run("events", "start", "Terminate", "--id", REBOOT, "--control", server.control, check=0)
    for version in VERSIONS:
        told = any(identifier == REBOOT for identifier, _ in summary(server, version)[1])
        expect(told, version >= "2019-01-01", f"whether {version} is told of a Terminate")
    server.run("events", "cancel", REBOOT, "--control", server.control, check=0)


def real_time():
    """Notice, impact and removal by the clock, counted though nobody asks in between."""
    with testkit.Server(manifest=world(f"type: Freeze, id: {FREEZE}, notice: 2, impact: 2",
                                       f"type: Reboot, id: {REBOOT}, after: 1, cancelledAfter: 1"),
                        arguments=["--timing", "real"]) as server:
        expect(summary(server), (2, [(FREEZE, "Scheduled")]), "at the start")
        testkit.wait_until(lambda: read(server)["Events"][0]["EventStatus"] == "Started", 10, pause=0.05)
        for _ in range(3):
            expect((FREEZE, "Started") in summary(server)[1], True, "that it is listed though it was read")
        testkit.wait_until(lambda: not read(server)["Events"], 10, pause=0.05)
        # One appeared; the other appeared; that one was called off at the moment this one started, which is one change; gone.
        expect(summary(server), (5, []), "at the end")
        states = {event["id"]: event["state"] for event in listing(server)["events"]}
        expect(states, {FREEZE: "finished", REBOOT: "cancelled"}, "states at the end")


def counted_unread():
    """The same with nobody reading until the end."""
    with testkit.Server(manifest=world(f"type: Freeze, id: {FREEZE}, notice: 1, impact: 1"), arguments=["--timing", "real"]) as server:
        testkit.wait_until(lambda: listing(server)["events"][0]["state"] == "finished", 10, pause=0.05)
        expect(read(server), {"DocumentIncarnation": 4, "Events": []}, "the first reading")


def listing(server):
    status, body = server.control_get("/events")
    expect(status, 200, "status of /events")
    return json.loads(body)


def reload():
    """An edit calls off what vanished and starts what is new; what stays keeps its state, and so does what a command started."""
    first, second = f"type: Freeze, id: {FREEZE}", f"type: Reboot, id: {REBOOT}"
    with testkit.Server(manifest=world(first, second), arguments=["--timing", "real"]) as server:
        approve(server, FREEZE)
        started = server.run("events", "start", "Preempt", "--control", server.control, check=0).stdout.strip()
        expect(summary(server), (4, [(FREEZE, "Started"), (REBOOT, "Scheduled"), (started, "Scheduled")]), "before the edit")
        server.manifest_file.write_text(world("type: Redeploy", first))
        testkit.wait_until(lambda: len(listing(server)["events"]) == 4, 5)
        incarnation, events = summary(server)
        expect(incarnation, 5, "incarnation after the edit")
        expect(events[:2], [(FREEZE, "Started"), (started, "Scheduled")], "what stays")
        expect([status for _, status in events[2:]], ["Scheduled"], "what is new")


def wrong_manifest():
    """A manifest whose events are wrong stops the start, with the field."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-")) / "wrong.yaml"
    try:
        path.write_text(world("type: Freezing"))
        result = subprocess.run([str(testkit.executable()), "serve", str(path), "--metadata", "127.0.0.1:0", "--authority", "none",
                                         "--control", "none"], capture_output=True, text=True, timeout=20,
                                        env=testkit.clean_environment())
        expect(result.returncode, 1, "exit status")
        for mention in ("wrong.yaml", "spec.scheduledEvents[0].type", "Freezing", "Freeze, Reboot, Redeploy, Preempt, Terminate"):
            expect(mention in result.stderr, True, f"whether {mention!r} is in {result.stderr!r}")
    finally:
        shutil.rmtree(path.parent)


# --- commands -------------------------------------------------------------------------------------------------------------


def events(server, *arguments, check=0):
    return server.run("events", *arguments, "--control", server.control, check=check)


def start_list_cancel(server):
    before = read(server)["DocumentIncarnation"]
    identifier = events(server, "start", "reboot", "--resource", "a", "--resource", "b", "--notice", "120", "--duration", "-1",
                        "--impact", "7", "--source", "User", "--description", "a test").stdout.strip()
    if not testkit.GUID.match(identifier):
        raise AssertionError(f"no id was printed: {identifier!r}")
    event = read(server)["Events"][-1]
    wanted = {"EventId": identifier, "EventStatus": "Scheduled", "EventType": "Reboot", "Resources": ["a", "b"], "Description": "a test",
              "EventSource": "User", "DurationInSeconds": -1}
    expect({name: event[name] for name in wanted}, wanted, "the event")
    for mention in ("ID", "STATE", identifier, "Reboot", "scheduled", "not before", "a, b"):
        expect(mention in events(server, "list").stdout, True, f"whether {mention!r} is listed")
    listed = json.loads(events(server, "list", "--format", "json").stdout)["events"]
    expect([entry["state"] for entry in listed if entry["id"] == identifier], ["scheduled"], "state in JSON")
    events(server, "cancel", identifier.upper())
    expect(summary(server), (before + 2, []), "after the cancellation")
    events(server, "cancel", identifier, check=1)


def started_at_once(server):
    identifier = events(server, "start", "Reboot", "--started").stdout.strip()
    expect(summary(server)[1], [(identifier, "Started")], "a host's failure")
    expect(summary(server)[1], [], "once it was seen")


def acknowledged_by_command(server):
    identifier = events(server, "start", "Freeze").stdout.strip()
    events(server, "acknowledge", identifier)
    expect(summary(server)[1], [(identifier, "Started")], "once acknowledged")
    read(server)
    events(server, "acknowledge", "99999999-9999-4999-8999-999999999999", check=1)


def misuse(server, mention, *arguments):
    result = events(server, "start", *arguments, check=64)
    expect(mention in result.stderr, True, f"whether {mention!r} is in {result.stderr!r}")


def refused_over_control(server):
    for body, problem in (('{"type":"Freeze","notice":"9"}', "notice: found"), ("{}", "type: found nothing"), ("{", "POST /events")):
        status, answer = server.control_request("POST", "/events", body.encode())
        expect(status, 422, f"status of {body}")
        problems = json.loads(answer)["problems"]
        expect(problem in problems[0], True, f"whether {problem!r} is in {problems}")


def guarded():
    """Beyond loopback a change needs the token, which `--state` finds."""
    state = tempfile.mkdtemp(prefix="understudy-test-")
    try:
        with testkit.Server(control="0.0.0.0:0", arguments=["--state", state]) as server:
            events(server, "start", "Freeze", check=1)
            expect(read(server), {"DocumentIncarnation": 1, "Events": []}, "after the refusal")
            events(server, "list")
            events(server, "start", "Freeze", "--state", state)
            expect(read(server)["DocumentIncarnation"], 2, "incarnation")
    finally:
        shutil.rmtree(state)


def main():
    tally = testkit.Tally("events", sys.argv[1] if len(sys.argv) > 1 else None)
    with testkit.Server() as server:
        tally.case("66: an idle machine", idle, server)
        for version in ("2021-12-13", "2017-04-02", "latest", "2020-07-02"):
            tally.case(f"66: {version} is not of the events' list: 404, 24 bytes", refuses, server, f"{PATH}?api-version={version}", NOT_FOUND,
                       404, METADATA)
        tally.case("no api-version is E3", no_version, server)
        tally.case("no Metadata header: E1", refuses, server, NEWEST,
                   b'{ "error": "Bad request: . Required metadata header not specified" }', 400)
        tally.case("the preview does not ask for the header", preview_without_header, server)
        tally.case("PUT is 405", lambda: expect(get(server.metadata, NEWEST, METADATA, method="PUT").status, 405, "status"))
    with testkit.Server(manifest=world(f"type: Freeze, id: {FREEZE}, description: why")) as server:
        for version in VERSIONS:
            tally.case(f"67: an event at {version}", members, server, version)
        tally.case("types newer than a version are not told", older_versions_are_not_told, server)
    with testkit.Server(manifest=world(f"type: Freeze, id: {FREEZE}")) as server:
        for body in ("", "x", "{", "[]", "{}", '{"StartRequests":{}}', '{"StartRequests":[{}]}', '{"StartRequests":[{"EventId":1}]}'):
            tally.case(f"69: the payload {body!r} is 400", malformed, server, body)
        tally.case("an unknown id is 400", malformed, server, approval(REBOOT))
        tally.case("68, 69, 70: the documented sequence, approved twice", documented_sequence, server)
    tally.case("68, 70: --timing real goes by the clock", real_time)
    tally.case("the incarnation counts what nobody read", counted_unread)
    tally.case("a reload of the manifest", reload)
    tally.case("a manifest with a wrong event stops the start", wrong_manifest)
    with testkit.Server() as server:
        tally.case("events start, list and cancel", start_list_cancel, server)
        tally.case("events start --started", started_at_once, server)
        tally.case("events acknowledge", acknowledged_by_command, server)
        tally.case("events start of no type is 64", misuse, server, "Freeze, Reboot, Redeploy, Preempt, Terminate", "Frozen")
        tally.case("events start with a wrong span is 64", misuse, server, "0 to 31536000", "Freeze", "--notice=-5")
        tally.case("events start with a contradiction is 64", misuse, server, "no notice", "Reboot", "--started", "--notice", "5")
        tally.case("POST /events says field, found and allowed", refused_over_control, server)
    tally.case("a change needs the token beyond loopback", guarded)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
