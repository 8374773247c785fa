"""Standard mode with MIC, against the running server: one pod whose address is 127.0.0.1.

    .venv/bin/python Tests/Live/standard.py [TEXT]     only the cases whose name holds TEXT

One case waits as the original does, which takes up to a minute.
"""

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect, get  # noqa: E402
from worlds import ASK, ONE_POD, one_pod  # noqa: E402

CLIENT = "1a2b3c4d-0001-4000-8000-00000000d001"
NAME = "app-default-reader"


def node(more=""):
    return ONE_POD["node"].replace("managed", "standard").replace("systemAssigned: true", f"systemAssigned: true{more}")


def states(server):
    """What MIC has assigned: name -> state."""
    items = json.loads(server.control_request("GET", "/objects/azureassignedidentities")[1])["items"]
    return {item["metadata"]["name"]: item["status"]["status"] for item in items}


def answer(server, query=""):
    return get(server.metadata, ASK + query, "Metadata: true")


def is_refused(server, text, status=404, query=""):
    got = answer(server, query)
    expect(got.status, status, f"status (body {got.body[:300]!r})")
    if text not in got.body.decode():
        raise AssertionError(f"{text!r} is not in {got.body!r}")


def is_assigned(server):
    expect(states(server), {NAME: "Assigned"}, "assigned identities")
    token = answer(server).json()["access_token"]
    expect(testkit.claims_unverified(token)[1]["appid"], CLIENT, "appid")


def told(server):
    """`get` shows the state, `decisions` what MIC did, `explain` what is assigned."""
    for command, mention in ((("get", "azureassignedidentity"), f"AzureAssignedIdentity default/{NAME}  Assigned"),
                             (("get", "azureassignedidentity", NAME), '"nodename": "node1"'),
                             (("decisions",), 'Event Normal "binding applied" on AzureIdentityBinding default/reader'),
                             (("explain", "--pod", "default/app"), f"default/{NAME} -> default/reader: Assigned, chosen")):
        result = server.run(*command, "--control", server.control)
        if mention not in result.stdout:
            raise AssertionError(f"{mention!r} is not in what {command[0]} says: {result.stdout[-800:]} {result.stderr[-300:]}")


def follows(server):
    """A binding taken away takes the identity off pod and node, and brings it back."""
    server.control_request("DELETE", "/objects/azureidentitybindings/default/reader")
    expect(states(server), {}, "assigned identities without the binding")
    is_refused(server, "in CREATED state failed after 16 attempts, retry duration [5]s")
    status = json.loads(server.control_request("GET", "/status")[1])
    expect(status["node"]["userAssigned"], [], "identities of the node")
    server.control_request("PUT", "/objects", ONE_POD["binding"].encode())
    is_assigned(server)


def refused_by_azure():
    failures = "mic: {assignmentFailures: [{identity: reader, reason: permission-missing}]}"
    with testkit.Server(manifest=one_pod(node=node(f", {failures}"))) as server:
        expect(states(server), {NAME: "Created"}, "assigned identities")
        is_refused(server, "in ASSIGNED state failed after 20 attempts, retry duration [5]s")
        expect("LinkedAuthorizationFailed" in json.dumps(server.decisions("?outcome=refused")), True, "the event tells why")


def is_full():
    with testkit.Server(manifest=one_pod(node=node(", mic: {maxIdentities: 0}"))) as server:
        expect(states(server), {NAME: "Created"}, "assigned identities")


def not_on_the_node():
    """Managed mode: NMI has the identity, the node has not, and IMDS's refusal comes through as NMI says it."""
    with testkit.Server(manifest=one_pod(node=ONE_POD["node"].replace("true", "true, userAssigned: []"))) as server:
        got = answer(server)
        expect(got.status_line, "HTTP/1.1 403 Forbidden", "status line")
        wanted = ("adal: Refresh request failed. Status Code = '400'. Response body: "
                  '{"error":"invalid_request","error_description":"Identity not found"} Endpoint '
                  "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
                  f"&client_id={CLIENT}&resource=https%3A%2F%2Fvault.azure.net\n")
        expect(got.body.decode(), wanted, "body")


def own_words(server):
    """NMI's probe and NMI's metrics on the control listener."""
    expect(server.control_request("GET", "/healthz"), (200, b"Active"), "/healthz")
    page = server.control_request("GET", "/metrics")[1].decode()
    series = ('aadpodidentity_nmi_operations_duration_seconds_count{namespace="default",'
              'operation_type="/metadata/identity/oauth2/token",resource="https://vault.azure.net",status_code="200"}')
    for mention in (series, "aadpodidentity_assigned_identity_addition_count ", "aadpodidentity_mic_cycle_count "):
        if mention not in page:
            raise AssertionError(f"{mention!r} is not among the metrics:\n{page}")


def waits():
    """With real timing a new pod's first token takes as long as MIC takes."""
    with testkit.Server(manifest=one_pod(node=node()), arguments=["--timing", "real"]) as server:
        expect(states(server), {NAME: "Created"}, "assigned identities at first")
        host, port = testkit.host_and_port(server.metadata)
        began = time.monotonic()
        with testkit.Connection(host, port, limit=90) as connection:
            got = connection.exchange(f"GET {ASK} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\n\r\n")
        seconds = time.monotonic() - began
        expect(got.status, 200, f"status (body {got.body[:300]!r})")
        if not 35 <= seconds <= 66:
            raise AssertionError(f"it took {seconds:.1f} s, not about 40 to 60")
        expect(states(server), {NAME: "Assigned"}, "assigned identities at last")


def ends_while_at_work():
    """C13: MIC's loop has an assignment to finish in 40 s or more, and does not keep the server from ending."""
    with testkit.Server(manifest=one_pod(node=node()), arguments=["--timing", "real"]) as server:
        expect(states(server), {NAME: "Created"}, "assigned identities")
        status, seconds = server.terminate()
        expect(status, 0, f"exit status; log {server.log()[-400:]}")
        return f"{seconds:.2f} s"


def main():
    tally = testkit.Tally("standard mode", sys.argv[1] if len(sys.argv) > 1 else None)
    with testkit.Server(manifest=one_pod(node=node())) as server:
        tally.case("MIC assigns the bound identity, and the pod gets its token", is_assigned, server)
        tally.case("get, decisions and explain tell of it", told, server)
        tally.case("what changes is followed at once", follows, server)
        tally.case("an id the pod lacks is refused after the wait that would have been", is_refused, server,
                   "clientID in request: none, getting assigned identities for pod default/app in CREATED state", 404,
                   "&client_id=none")
        tally.case("probe and metrics speak NMI's words", own_words, server)
    tally.case("what Azure refuses stays Created, and the event tells why", refused_by_azure)
    tally.case("a full node takes nothing", is_full)
    tally.case("managed mode: an identity the node lacks is IMDS's refusal in NMI's words", not_on_the_node)
    tally.case("told to end while MIC is at work, it ends", ends_while_at_work)
    tally.case("with real timing the first token takes 40 to 60 seconds", waits)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
