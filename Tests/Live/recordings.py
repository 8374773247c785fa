"""Replays what the original NMI was recorded to answer, in managed and in standard mode, and compares status line, headers and body bytes.

    .venv/bin/python Tests/Live/recordings.py [TEXT]     only the cases whose name holds TEXT

Runs in a network namespace of its own whose loopback carries every pod's address, so each request comes from the address of
its pod. Needs root or user namespaces; where neither works, the cases count as skipped.

Compared in full but for `Date`, tokens and their times (and the Content-Length of answers that hold a token, which must match
their own body). A token must be for the identity the original asked its upstream for. Recordings whose answer was made by a
switched stub upstream are named and counted apart; of those that NMI proxied, it is still checked that they reach the metadata
service.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

FIXTURES = testkit.ROOT / "Tests/Fixtures/nmi"
TWO_LOOKS = "retryAttemptsForCreated: 1, retryAttemptsForAssigned: 1, findIdentityRetryInterval: 1"
CONFIGURATIONS = {
    "managed": "nmi: {}",
    "managed-block": "nmi: {blockInstanceMetadata: true}",
    "managed-retry-after-noheader": "nmi: {setRetryAfterHeader: true, metadataHeaderRequired: false}",
    "standard": f"podIdentityMode: standard, mic: {{off: true}}, nmi: {{{TWO_LOOKS}}}",
    "standard-namespaced-retry-after":
        f"podIdentityMode: standard, mic: {{off: true}}, nmi: {{{TWO_LOOKS}, forceNamespaced: true, setRetryAfterHeader: true}}",
}
# Resources the stub upstream gave tokens for without knowing them; ours must be told that they exist.
RESOURCES = ["first", "second", "café", "https://vault.azure.net#frag"]
# Answered by Go's HTTP server before NMI's own code: the status is Go's rule too, the text is not asserted on.
OF_GO = re.compile(r"/(wire-|path-bad-pct)")
MASKS = [(re.compile(rb'"access_token":"[^"]+"'), b'"access_token":"*"'),
         (re.compile(rb'"(expires_in|expires_on|not_before)":"\d+"'), rb'"\1":"*"')]


def node(configuration):
    known = "\n".join(f"""---
apiVersion: understudy.internal/v1alpha1
kind: ResourcePrincipal
metadata: {{name: resource-{index}}}
spec: {{identifierURIs: ["{resource}"]}}""" for index, resource in enumerate(RESOURCES))
    return f"""apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: node1}}
spec: {{plane: pod-identity, systemAssigned: true, tenant: home, {CONFIGURATIONS[configuration]}}}
{known}
{directories()}
"""


# Entra as the stub upstream was: both tenants know the applications, and their secret is what the world's Secret holds.
DIRECTORIES = {"home": "bbbbbbbb-0001-4000-8000-000000000001", "away": "bbbbbbbb-0002-4000-8000-000000000002"}
APPLICATIONS = {"sp": "aaaaaaaa-0005-4000-8000-00000000abc5", "multi": "aaaaaaaa-0006-4000-8000-00000000abc6"}


def directories():
    tenants = [f"""---
apiVersion: understudy.internal/v1alpha1
kind: Tenant
metadata: {{name: {name}}}
spec: {{tenantID: {tenant}}}""" for name, tenant in DIRECTORIES.items()]
    applications = [f"""---
apiVersion: understudy.internal/v1alpha1
kind: Application
metadata: {{name: {name}-{tenant}}}
spec: {{tenant: {tenant}, clientID: {client}, secrets: [{{value: s3cret}}]}}""" for name, client in APPLICATIONS.items()
                    for tenant in DIRECTORIES]
    return "\n".join(tenants + applications)


def pod_addresses():
    """Pod name -> address, from the world itself, and p12, an address without a pod."""
    pods = re.findall(r"kind: Pod\nmetadata: \{name: (\w+),.*?podIP: ([\d.]+)", (FIXTURES / "world.yaml").read_text(), re.DOTALL)
    return {**dict(pods), "p12": "10.244.8.22", "host": "127.0.0.1"}


def recorded_answer(row):
    head, _, body = row["raw_response"].encode("latin-1").partition(b"\r\n\r\n")
    return testkit.Answer(head, body)


def kind_of(row):
    """How a recording is replayed: exact, token, prefix, status, or routed/stub (not replayed)."""
    answer = recorded_answer(row)
    if row["name"].endswith("caller-p13"):
        return "prefix"
    if OF_GO.search(row["name"]) and row["upstream"] is None:
        return "status"
    if row["upstream"] is None:
        return "exact"
    if (answer.header("Server") or "").startswith("StubIMDS"):
        return "routed"
    asked = re.search(r"client_id=([^& ]+)", row["upstream_requests"][-1]["request"])
    if re.search(r"resource=up\w", row["request"].split("\r\n")[0]) or (asked and asked.group(1) not in CLIENT_IDS):
        return "stub"
    return "token"


def shown(headers, masked=()):
    return [(name, "*" if name in ("Date", *masked) else value) for name, value in headers]


def replay(server, row, kind, source):
    wanted, got = recorded_answer(row), testkit.exchange(server.metadata, row["request"], source)
    if kind == "status":
        return expect(got.status, wanted.status, "status")
    if kind == "routed":
        if not re.match(r"IMDS/|Microsoft-IIS/", got.header("Server") or ""):
            raise AssertionError(f"not answered by the metadata service but {got.status_line!r} {got.headers} {got.body[:120]!r}")
        return None
    expect(got.status_line, wanted.status_line, f"status line (body {got.body[:200]!r})")
    expect(shown(got.headers, ("Content-Length",) if kind == "token" else ()),
           shown(wanted.headers, ("Content-Length",) if kind == "token" else ()), "headers in order")
    if kind == "prefix":
        beginning = b"failed to match pod IP 10.244.8.23 with ["
        return expect(got.body[:len(beginning)], beginning, "beginning of the body")
    if kind == "exact":
        return expect(got.body, wanted.body, "body")
    masked = [got.body, wanted.body]
    for pattern, mark in MASKS:
        masked = [pattern.sub(mark, body) for body in masked]
    expect(masked[0], masked[1], "body, tokens and times masked")
    if wanted.body:
        is_for_the_same(row, got, wanted)
    return None


def tokens(answer):
    """The access tokens of an answer: one, or one of each tenant."""
    document = answer.json()
    return [each.get("token", each)["access_token"] for each in (document if isinstance(document, list) else [document])]


def token_names_tenant(answer):
    return all(token.startswith("tok.aad.") for token in tokens(answer))


def is_of_the_same_tenants(got, wanted):
    """`tok.aad.<tenant>.<client id>` in the recording names both."""
    claims = [testkit.claims_unverified(token)[1] for token in tokens(got)]
    expect([f"tok.aad.{claim['tid']}.{claim['appid']}" for claim in claims], tokens(wanted), "tenant and application of each token")


def is_for_the_same(row, got, wanted):
    """`tok.<client id>` in the recording names the identity; `tok.system` is the node's own."""
    def token(answer):
        members = answer.json()
        return members.get("token", members)["access_token"]

    if token_names_tenant(wanted):
        is_of_the_same_tenants(got, wanted)
        return
    client = token(wanted)[len("tok."):]
    appid = testkit.claims_unverified(token(got))[1]["appid"]
    if client == "system":
        expect(appid in CLIENT_IDS, False, f"{appid} is a user-assigned identity, where the node's own was meant")
    elif row["from"] == "p4" and "client_id=" not in row["request"]:
        expect(appid in PAIR, True, f"{appid} is one of the two bound identities")
    else:
        expect(appid.lower(), client.lower(), "appid")


PAIR = {"aaaaaaaa-0001-4000-8000-00000000abc1", "aaaaaaaa-0002-4000-8000-00000000abc2"}
CLIENT_IDS = set(re.findall(r'clientID: "([^"]+)"', (FIXTURES / "world.yaml").read_text()))


def main():
    refusal = testkit.enter_namespace()
    tally = testkit.Tally("recordings of NMI", sys.argv[1] if len(sys.argv) > 1 else None)
    recorded = [row for name in ("managed", "standard") for row in json.loads((FIXTURES / f"{name}.json").read_text())["exchanges"]]
    addresses = pod_addresses()
    aside = []
    if refusal is None:
        testkit.add_loopback_addresses(sorted(set(addresses.values()) - {"127.0.0.1"}))
    for configuration in CONFIGURATIONS:
        rows = [row for row in recorded if row["nmi"] == configuration]
        aside += [(row["name"], kind_of(row)) for row in rows if kind_of(row) in ("stub", "routed")]
        rows = [row for row in rows if kind_of(row) != "stub"]
        if refusal is not None:
            for row in rows:
                tally.skip(row["name"], refusal)
            continue
        with testkit.Server(FIXTURES / "world.yaml", manifest=node(configuration), metadata="127.0.0.1:2579") as server:
            for row in rows:
                kind = kind_of(row)
                title = f"{row['name']} is proxied to the metadata service" if kind == "routed" else row["name"]
                tally.case(title, replay, server, row, kind, addresses[row["from"]])
    reasons = {"stub": "a switched answer of the stub upstream", "routed": "the body was the stub upstream's (routing is checked above)"}
    for name, kind in aside:
        print(f"note {name}: not replayed live, {reasons[kind]}")
    print(f"note {len(aside)} recordings not replayed live")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
