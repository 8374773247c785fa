"""Replays what the original NMI was recorded to answer, in managed and in standard mode, and compares status line, headers and body bytes.

    .venv/bin/python Tests/Live/recordings.py [TEXT]     only the cases whose name holds TEXT

Runs in a network namespace of its own whose loopback carries every pod's address, so each request comes from the address of
its pod, and 169.254.169.254, where a stub answers what the recorder's upstream answered. Needs root or user namespaces; where
neither works, the cases count as skipped.

All of them are replayed with that stub behind (`serve --metadata-upstream`): every byte of the answer must be as recorded but
`Date` where it is NMI's own, and every byte of what NMI asked the stub but Go's version. Then those with a token are replayed
with the emulated metadata service and authority in that place: tokens and their times differ there, and each token must be for
the identity the original asked its upstream for.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import stub_upstream  # noqa: E402
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
    """How an answer is compared: exact, prefix (a dump with uids and times of the API server) or status."""
    if row["name"].endswith("caller-p13"):
        return "prefix"
    if OF_GO.search(row["name"]) and row["upstream"] is None:
        return "status"
    return "exact"


def has_token(row):
    """Whether the emulated metadata service, or authority, would give a token too: the stub's was none of its own making."""
    if row["upstream"] is None or (recorded_answer(row).header("Server") or "").startswith("StubIMDS"):
        return False
    asked = re.search(r"client_id=([^& ]+)", row["upstream_requests"][-1]["request"])
    return not re.search(r"resource=up\w", row["request"].split("\r\n")[0]) and (not asked or asked.group(1) in CLIENT_IDS)


# --- with the recorder's upstream behind ------------------------------------------------------------------------------------


def prepared(row):
    """What the recorder's upstream answered, request by request; of all but the last only the status was kept."""
    answers = []
    for asked in row["upstream_requests"][:-1]:
        if asked["request"].startswith("POST "):
            # One of several tenants: as the last one's, whose token names the tenant.
            mine, last = (tenant_of(each["request"]) for each in (asked, row["upstream_requests"][-1]))
            answers.append(upstream_answer(row["upstream"], lambda body, mine=mine, last=last: body.replace(last, mine)))
        else:
            answers.append(stub_upstream.answer(asked["status"], [("Content-Length", "2")], b"{}"))
    return answers + ([upstream_answer(row["upstream"])] if row["upstream"] else [])


def upstream_answer(upstream, change=lambda body: body):
    return stub_upstream.answer(upstream["status"], upstream["headers"], change(upstream["body"]).encode("latin-1"))


def tenant_of(request):
    return request.split("/", 2)[1]


def replay(server, stub, row, source):
    kind, wanted = kind_of(row), recorded_answer(row)
    stub.prepare(*prepared(row))
    got = exchange(server.metadata, row["request"], source)
    if kind == "status":
        return expect(got.status, wanted.status, "status")
    is_relayed = (wanted.header("Server") or "").startswith("StubIMDS")
    expect(got.status_line, wanted.status_line, f"status line (body {got.body[:200]!r})")
    expect(shown(got.headers, is_relayed), shown(wanted.headers, is_relayed), "headers in order")
    if kind == "prefix":
        got.body, beginning = got.body.partition(b"\r\n")[2], b"failed to match pod IP 10.244.8.23 with ["
        expect(got.body[:len(beginning)], beginning, "beginning of the body")
    else:
        expect(got.body, wanted.body, "body")
    choice = row["from"] == "p4" and "client_id=" not in row["request"] and "mi_res_id=" not in row["request"]
    expect([sent(request, choice) for request in stub.asked],
           [sent(each["request"].encode("latin-1"), choice) for each in row["upstream_requests"]], "what upstream was asked")
    return None


def exchange(url, request, source):
    """What comes until the server closes, which every recorded request asks for; chunks stay as they stand on the wire."""
    with testkit.Connection(*testkit.host_and_port(url), source) as connection:
        connection.socket.sendall(request.encode("latin-1"))
        received = b"".join(iter(lambda: connection.socket.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return testkit.Answer(head, body)


def shown(headers, is_relayed):
    return [(name, "*" if name == "Date" and not is_relayed else value) for name, value in headers]


def sent(request, is_choice):
    """A request to upstream without Go's version, and without the id of an identity that was taken at random."""
    text = re.sub(r"(User-Agent: Go/)go[\d.]+ ", r"\1* ", request.decode("latin-1"))
    return re.sub("|".join(PAIR), "one of the pair", text) if is_choice else text


# --- with the emulated metadata service behind --------------------------------------------------------------------------------


def replay_emulated(server, row, source):
    wanted, got = recorded_answer(row), testkit.exchange(server.metadata, row["request"], source)
    expect(got.status_line, wanted.status_line, f"status line (body {got.body[:200]!r})")
    expect(*[[(name, "*" if name in ("Date", "Content-Length") else value) for name, value in each.headers] for each in (got, wanted)],
           "headers in order")
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
    if token_names_tenant(wanted):
        is_of_the_same_tenants(got, wanted)
        return
    [named], [given] = tokens(wanted), tokens(got)
    client = named[len("tok."):]
    appid = testkit.claims_unverified(given)[1]["appid"]
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
    if refusal is not None:
        for row in recorded:
            tally.skip(row["name"], refusal)
        return tally.finish()
    testkit.add_loopback_addresses(sorted(set(addresses.values()) - {"127.0.0.1"}) + ["169.254.169.254"])
    with stub_upstream.StubUpstream("169.254.169.254", 80) as stub:
        for configuration in CONFIGURATIONS:
            with serving(configuration, "--metadata-upstream", "169.254.169.254:80") as server:
                for row in rows_of(recorded, configuration):
                    tally.case(row["name"], replay, server, stub, row, addresses[row["from"]])
    for configuration in CONFIGURATIONS:
        with serving(configuration) as server:
            for row in filter(has_token, rows_of(recorded, configuration)):
                tally.case(f"{row['name']}, emulated behind", replay_emulated, server, row, addresses[row["from"]])
    tally.case("each of the 178 was replayed", lambda: expect(
        (len(recorded), {row["nmi"] for row in recorded}), (178, set(CONFIGURATIONS)), "recordings and configurations"))
    return tally.finish()


def rows_of(recorded, configuration):
    return [row for row in recorded if row["nmi"] == configuration]


def serving(configuration, *arguments):
    return testkit.Server(FIXTURES / "world.yaml", manifest=node(configuration), metadata="127.0.0.1:2579", arguments=arguments)


if __name__ == "__main__":
    sys.exit(main())
