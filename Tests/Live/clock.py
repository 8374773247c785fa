"""The emulated time: flags, commands, what follows it at once and what does not.

    .venv/bin/python Tests/Live/clock.py [TEXT]     only the cases whose name holds TEXT

Needs nothing but the executable.
"""

import calendar
import email.utils
import json
import pathlib
import ssl
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import tokentree  # noqa: E402
from testkit import expect, get  # noqa: E402
from worlds import ASK, one_pod  # noqa: E402

METADATA = "Metadata: true"
HOUR, DAY = 3600, 86400
FROZEN = "2026-02-10T09:21:33Z"
FROZEN_SECONDS = 1770715293
VM = ("apiVersion: understudy.internal/v1alpha1\nkind: Node\nmetadata: {name: vm-1}\n"
      "spec:\n  systemAssigned: true\n  scheduledEvents:\n  - {type: Freeze, after: 3600}\n")


def instant(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def clock(server, *arguments, status=0):
    result = server.run("clock", *arguments, "--format", "json", "--control", server.control, check=status)
    return json.loads(result.stdout) if status == 0 else result.stderr


def token(server):
    answer = get(server.metadata, ASK, METADATA)
    expect(answer.status, 200, f"status; {answer.body[:200]!r}")
    document = answer.json()
    return testkit.claims_unverified(document["access_token"])[1], document, answer


def near(got, wanted, slack, what):
    if abs(got - wanted) > slack:
        raise AssertionError(f"{what}: expected about {wanted}, got {got}")


# --- the cases ------------------------------------------------------------------------------------------------------------


def starts_frozen():
    with testkit.Server(arguments=["--clock-freeze", str(int(time.time()) - 30 * DAY)]) as server:
        shown = clock(server, "show")
        expect(shown["frozen"], True, "frozen")
        claims, document, answer = token(server)
        now = instant(shown["now"])
        expect((claims["iat"], claims["exp"]), (now - 300, now + DAY), "iat and exp")
        expect(document["expires_in"], str(DAY), "expires_in")
        expect(calendar.timegm(email.utils.parsedate(answer.header("Date"))), now, "Date")
        expect(instant(server.decisions()[-1]["time"]), now, "time of the decision")


def starts_ahead():
    with testkit.Server(arguments=["--clock-offset", "+25h"]) as server:
        near(token(server)[0]["iat"], time.time() + 25 * HOUR - 300, 5, "iat")
    with testkit.Server(arguments=["--clock-offset", "-90m"]) as server:
        near(token(server)[0]["iat"], time.time() - 90 * 60 - 300, 5, "iat")
    environment = testkit.clean_environment(UNDERSTUDY_CLOCK_OFFSET="1d")
    with testkit.Server(environment=environment) as server:
        near(clock(server, "show")["offsetSeconds"], DAY, 1, "offset by the environment")


def refuses_flags():
    for arguments, mention in ((["--clock-offset", "soon"], "soon"), (["--clock-freeze", "2026-02-30T00:00:00Z"], "2026-02-30"),
                               (["--clock-freeze", FROZEN, "--clock-offset", "1h"], "allowed: one of them"),
                               (["--rotate-keys", "106751991167300d"], "rotate-keys")):
        result = testkit.subprocess.run([str(testkit.executable()), "serve", *arguments], capture_output=True, text=True, timeout=20)
        expect(result.returncode, 64, f"exit status of {arguments}")
        if mention not in result.stderr:
            raise AssertionError(f"{mention!r} is not in {result.stderr}")
    result = testkit.subprocess.run([str(testkit.executable()), "serve", "--clock-freeze", "2100-01-01T00:00:00Z", "--metadata",
                                     "127.0.0.1:0", "--authority", "none", "--control", "none"], capture_output=True, text=True, timeout=20)
    expect(result.returncode, 1, "exit status beyond the certificates")
    if "certificates are valid" not in result.stderr:
        raise AssertionError(result.stderr)


def moves(server):
    """advance, freeze, offset and resume each say how the clock stands then."""
    expect(clock(server, "offset", "0s")["offsetSeconds"], 0, "offset")
    near(clock(server, "advance", "2h")["offsetSeconds"], 2 * HOUR, 1, "after advance")
    near(clock(server, "offset", "-30m")["offsetSeconds"], -1800, 1, "after offset")
    frozen = clock(server, "freeze")
    expect(frozen["frozen"], True, "frozen")
    expect(clock(server, "show")["now"], frozen["now"], "the time, later")
    expect(instant(clock(server, "advance", "90s")["now"]), instant(frozen["now"]) + 90, "advanced while frozen")
    expect(clock(server, "resume")["frozen"], False, "frozen after resume")
    expect(clock(server, "freeze", FROZEN)["now"], FROZEN, "frozen at an instant")
    clock(server, "resume")
    if "certificates are valid" not in clock(server, "advance", "4000d", status=1):
        raise AssertionError("an advance beyond the certificates says nothing of them")
    near(instant(clock(server, "show")["now"]), FROZEN_SECONDS, 5, "the time after the refusal")
    server.run("reset", "clock", "--control", server.control, check=0)
    expect(clock(server, "show")["offsetSeconds"], 0, "offset after reset")


def ages_tokens(server):
    """One token until it nears its end, then another; set back, none of the future."""
    server.run("reset", "clock", "tokens", "--control", server.control, check=0)
    first = token(server)
    clock(server, "advance", "23h")
    second = token(server)
    expect(second[0]["uti"], first[0]["uti"], "uti after 23 hours")
    near(int(second[1]["expires_in"]), HOUR, 5, "expires_in after 23 hours")
    clock(server, "advance", "56m")
    third = token(server)
    if third[0]["uti"] == first[0]["uti"]:
        raise AssertionError("the same token four minutes before its end")
    clock(server, "offset", "0s")
    fourth = token(server)
    near(fourth[0]["iat"], time.time() - 300, 5, "iat after setting the clock back")
    near(int(fourth[1]["expires_in"]), DAY, 5, "expires_in after setting the clock back")


def keeps_tls(server):
    """The authority's certificate is good for who has the real time and for who has the emulated one, up to the clock's bounds."""
    import cryptography.x509

    server.run("reset", "clock", "--control", server.control, check=0)
    bounds = clock(server, "show")
    host, port = testkit.host_and_port(server.authority)
    leaf = cryptography.x509.load_pem_x509_certificate(ssl.get_server_certificate((host, port)).encode())
    root = cryptography.x509.load_pem_x509_certificate(pathlib.Path(server.ca_file()).read_bytes())
    for certificate in (leaf, root):
        if certificate.not_valid_before_utc.timestamp() > instant(bounds["earliest"]):
            raise AssertionError(f"valid only from {certificate.not_valid_before_utc}, the clock goes back to {bounds['earliest']}")
        if certificate.not_valid_after_utc.timestamp() < instant(bounds["latest"]) - 5:
            raise AssertionError(f"valid only until {certificate.not_valid_after_utc}, the clock goes to {bounds['latest']}")
    clock(server, "advance", "300d")
    claims = testkit.fetch_json(f"{server.authority}/common/discovery/instance?api-version=1.1&authorization_endpoint="
                                f"https://login.microsoftonline.com/x/oauth2/v2.0/authorize", server.ca_file())
    if "tenant_discovery_endpoint" not in claims:
        raise AssertionError(claims)
    clock(server, "offset", "0s")


def moves_events():
    with testkit.Server(manifest=VM) as server:
        def names():
            answer = get(server.metadata, "/metadata/scheduledevents?api-version=2020-07-01", METADATA)
            return [event["EventType"] for event in answer.json()["Events"]]

        expect(names(), [], "events at the start")
        clock(server, "advance", "3601s")
        expect(names(), ["Freeze"], "events an hour later")


def rotates_keys():
    with testkit.Server(arguments=["--rotate-keys", "12h"]) as server:
        def keys():
            return json.loads(server.control_get("/keys")[1])["keys"]

        testkit.wait_until(lambda: len(keys()) == 2)
        before = [key["kid"] for key in keys()]
        clock(server, "advance", "12h")
        testkit.wait_until(lambda: keys()[0]["kid"] == before[1], limit=20)
        known = {key["kid"] for key in keys()}
        clock(server, "advance", "25h")
        testkit.wait_until(lambda: not {keys()[0]["kid"], keys()[1]["kid"]} & known, limit=20)
        # Set back far before the next turn: from there it is as long as ever.
        latest = keys()[0]["kid"]
        server.run("reset", "clock", "--control", server.control, check=0)
        clock(server, "advance", "12h")
        testkit.wait_until(lambda: keys()[0]["kid"] != latest, limit=20)


def renews_projected_tokens():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "tokens"
        manifest = "---\n".join((
            "apiVersion: understudy.internal/v1alpha1\nkind: Cluster\nmetadata: {name: dev}\nspec: {emulated: true}\n",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: prod, annotations: "
            "{azure.workload.identity/client-id: 5e6f0000-0001-4000-8000-00000000a001}}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web-0, namespace: prod, labels: {azure.workload.identity/use: 'true'}, "
            f"annotations: {{understudy.internal/token-directory: {path}}}}}\n"
            "spec: {serviceAccountName: web, containers: [{name: c, image: i}]}\n"))
        with testkit.Server(manifest=manifest) as server:
            def claims():
                found = path / tokentree.TOKEN
                return testkit.claims_unverified(found.read_text())[1] if found.exists() else None

            testkit.wait_until(lambda: claims() is not None, limit=20)
            first = claims()
            clock(server, "advance", "40m")  # under four fifths of an hour
            time_passed = claims()
            expect(time_passed["jti"], first["jti"], "jti after 40 minutes")
            clock(server, "advance", "15m")
            waited = testkit.wait_until(lambda: claims()["jti"] != first["jti"], limit=10)
            near(claims()["iat"], first["iat"] + 55 * 60, 5, "iat of the renewed token")
            return f"renewed {waited * 1000:.0f} ms after the clock was advanced"


def ends_waits():
    """NMI's 80 s wait for a binding nobody has made ends when they have passed, and not before."""
    standard = one_pod("binding", node="""apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {name: node1}
spec: {plane: pod-identity, podIdentityMode: standard, systemAssigned: true}
""")
    with testkit.Server(manifest=standard, arguments=["--timing", "real", "--clock-freeze", "now"]) as server:
        answers, start = [], instant(clock(server, "show")["now"])
        asking = threading.Thread(target=lambda: answers.append(get(server.metadata, ASK, METADATA)))
        asking.start()
        began = time.monotonic()
        # 16 looks 5 s apart: each step of the clock lets one of them happen.
        while asking.is_alive() and time.monotonic() - began < 12:
            clock(server, "advance", "5s")
            asking.join(0.02)
        asking.join(1)
        if not answers:
            raise AssertionError("no answer although the waits have passed")
        expect(answers[0].status, 404, "status")
        refused = server.decisions("?outcome=refused")[-1]
        spent, recorded = instant(refused["time"]) - start, refused["waitMilliseconds"]
        if spent < 75 or recorded < 75_000:
            raise AssertionError(f"{spent} s after the request it was refused, with a wait of {recorded} ms")
        return f"80 s of waiting in {time.monotonic() - began:.1f} s"


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else None
    tally = testkit.Tally("clock", only)
    tally.case("a server starts frozen: tokens, Date and journal stand at that second", starts_frozen)
    tally.case("a server starts ahead or behind, by flag and by environment", starts_ahead)
    tally.case("flags that cannot be, and instants beyond the certificates, are refused", refuses_flags)
    with testkit.Server() as server:
        tally.case("commands move the clock, say how it stands, and keep it in bounds", moves, server)
        tally.case("tokens age with the clock, and none of the future is given once it is set back", ages_tokens, server)
        tally.case("TLS is good at every instant the clock may show", keeps_tls, server)
    tally.case("scheduled events follow the clock", moves_events)
    tally.case("scheduled rotation follows the clock, and a long jump leaves no key that was known", rotates_keys)
    tally.case("projected tokens are renewed when four fifths of their life have passed by the clock", renews_projected_tokens)
    tally.case("NMI's wait passes with the clock", ends_waits)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
