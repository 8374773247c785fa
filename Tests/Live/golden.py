"""Golden transcripts of the metadata service (vm plane): request bytes in, status line, headers and body bytes out.

    .venv/bin/python Tests/Live/golden.py [TEXT]     only the cases whose name holds TEXT

Sent over raw sockets to the built executable. The bytes are those captured from the real service; where no capture of a body is
known, only what is known is asserted. Needs nothing but the executable.
"""

import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect, get  # noqa: E402

TOKEN = "/metadata/identity/oauth2/token"
VAULT = "https%3A%2F%2Fvault.azure.net"
ASK = f"{TOKEN}?api-version=2018-02-01&resource={VAULT}"
METADATA = "Metadata: true"

E1 = b'{ "error": "Bad request: . Required metadata header not specified" }'
E2 = b'{"error":"invalid_request","error_description":"Required metadata header not specified"}'
E4 = b'{ "error": "Not found" }'
E5 = b'{"error":"Not Found"}'
E9 = b'{"error":"invalid_request","error_description":"Identity not found"}'
E10 = (b'{"error":"invalid_request","error_description":"Multiple user assigned identities exist, please specify the clientId / '
       b'resourceId of the identity in the token request"}')
E11 = b'{"error":"invalid_request","error_description":"Required query variable \'resource\' is missing"}'
for body, length in ((E1, 68), (E2, 88), (E4, 24), (E5, 21), (E9, 68), (E10, 168), (E11, 95)):
    assert len(body) == length  # the captured Content-Lengths: a slip in this file would show here

READER = {"client_id": "1a2b3c4d-0001-4000-8000-00000000d001", "object_id": "3c4d5e6f-0001-4000-8000-00000000e001",
          "resource": "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/apps/providers/"
                      "Microsoft.ManagedIdentity/userAssignedIdentities/reader"}
SYSTEM = "1a2b3c4d-0003-4000-8000-00000000d003"
STRANGER = "99999999-9999-4999-8999-999999999999"


def world(system_assigned, user_assigned):
    system = f"{{clientID: {SYSTEM}, principalID: 3c4d5e6f-0003-4000-8000-00000000e003}}" if system_assigned else "false"
    return f"""apiVersion: understudy.internal/v1alpha1
kind: ManagedIdentity
metadata: {{name: reader}}
spec: {{resourceID: "{READER['resource']}", clientID: {READER['client_id']}, principalID: {READER['object_id']}}}
---
apiVersion: understudy.internal/v1alpha1
kind: ManagedIdentity
metadata: {{name: writer}}
---
apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: vm1}}
spec: {{plane: vm, systemAssigned: {system}, userAssigned: [{user_assigned}]}}
"""


HEADERS = ["Content-Type", "Server", "x-ms-request-id", "Date", "Content-Length"]


def is_of_the_service(answer):
    """The header lines of a reply of IMDS, in its order; the request id may be missing from a refusal."""
    names = answer.names()
    if answer.status != 200 and "x-ms-request-id" not in names:
        expect(names, [name for name in HEADERS if name != "x-ms-request-id"], "header names in order")
    else:
        expect(names, HEADERS, "header names in order")
        if not testkit.GUID.match(answer.header("x-ms-request-id")):
            raise AssertionError(f"x-ms-request-id is no GUID: {answer.header('x-ms-request-id')}")
    expect(answer.header("Content-Type"), "application/json; charset=utf-8", "Content-Type")
    build = re.fullmatch(r"IMDS/\d+\.\d+\.\d+\.(\d+)", answer.header("Server"))
    if not build or int(build.group(1)) < 1854:
        raise AssertionError(f"Server is {answer.header('Server')!r}, wanted IMDS/n.n.n.build with build of 1854 or more")
    if not re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.header("Date")):
        raise AssertionError(f"Date is {answer.header('Date')!r}")
    expect(int(answer.header("Content-Length")), len(answer.body), "Content-Length")


def refuses(server, target, wanted, *headers, status="400 Bad Request", method="GET"):
    """Exactly these bytes."""
    answer = get(server.metadata, target, *headers, method=method)
    expect(answer.status_line, f"HTTP/1.1 {status}", "status line")
    expect(answer.body, wanted, "body")
    is_of_the_service(answer)


def refuses_somehow(server, target, *headers, status=400, method="GET"):
    """Refused with this status; the real body is not known."""
    answer = get(server.metadata, target, *headers, method=method)
    expect(answer.status, status, f"status (body {answer.body[:200]!r})")


def front_end(server, target, method="GET"):
    """What answers for `/` and for HEAD is not IMDS but the proxy before it."""
    answer = get(server.metadata, target, METADATA, method=method)
    expect(answer.status_line, "HTTP/1.1 400 Bad Request", "status line")
    expect(answer.names(), ["Content-Length", "Content-Type", "Server"] + (["Date"] if answer.header("Date") else []),
           "header names in order")
    expect(answer.header("Content-Length"), "323", "Content-Length")
    expect(answer.header("Content-Type"), "text/xml; charset=utf-8", "Content-Type")
    expect(answer.header("Server"), "Microsoft-IIS/10.0", "Server")
    expect(len(answer.body), 0 if method == "HEAD" else 323, "bytes of body")


def token(server, target, *headers, client=None, resource="https://vault.azure.net"):
    """A success: eight members in order, all strings, no blank, and times that agree with each other."""
    answer = get(server.metadata, target, *(headers or (METADATA,)))
    expect(answer.status_line, "HTTP/1.1 200 OK", f"status line (body {answer.body[:200]!r})")
    is_of_the_service(answer)
    members = answer.json()
    expect(list(members), ["access_token", "client_id", "expires_in", "expires_on", "ext_expires_in", "not_before", "resource",
                           "token_type"], "members in order")
    expect(answer.body, json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode(), "the body, written compactly")
    expect({type(value) for value in members.values()}, {str}, "types of the members")
    expect(members["token_type"], "Bearer", "token_type")
    expect(members["resource"], resource, "resource")
    expect(members["ext_expires_in"], "86399", "ext_expires_in")
    expect(int(members["expires_on"]) - int(members["not_before"]), 86700, "expires_on - not_before")
    left = int(members["expires_on"]) - time.time()
    if abs(left - int(members["expires_in"])) > 2:
        raise AssertionError(f"expires_in is {members['expires_in']}, but {left:.0f} s are left")
    header, payload = testkit.claims_unverified(members["access_token"])
    expect(payload["exp"], int(members["expires_on"]), "exp")
    expect(payload["nbf"], int(members["not_before"]), "nbf")
    expect(payload["aud"], resource, "aud")
    expect(payload["appid"], members["client_id"], "appid")
    expect(header, {"typ": "JWT", "alg": "RS256", "x5t": header["kid"], "kid": header["kid"]}, "header of the token")
    if client:
        expect(members["client_id"], client, "client_id")
    return members


def caches(server):
    """The same token until it is due, a fresh one on `bypass_cache=true`."""
    target = f"{TOKEN}?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com"
    first, second = (token(server, target, resource="https://storage.azure.com") for _ in range(2))
    expect(second["access_token"], first["access_token"], "the token of the second request")
    fresh = token(server, target + "&bypass_cache=true", resource="https://storage.azure.com")
    if fresh["access_token"] == first["access_token"]:
        raise AssertionError("bypass_cache=true gave the cached token")


def counts_down(server):
    """A cached reply shows the life that is left, not the life it had."""
    first = token(server, ASK)
    time.sleep(2.1)
    second = token(server, ASK)
    expect(second["expires_on"], first["expires_on"], "expires_on")
    lost = int(first["expires_in"]) - int(second["expires_in"])
    if not 2 <= lost <= 4:
        raise AssertionError(f"expires_in went down by {lost} in 2.1 s")


def keeps_alive(server):
    """One connection carries a refusal, a success and a success again."""
    host, port = testkit.host_and_port(server.metadata)
    with testkit.Connection(host, port) as connection:
        statuses = [connection.exchange(f"GET {ASK} HTTP/1.1\r\nHost: x\r\n{line}\r\n").status
                    for line in ("", "Metadata: true\r\n", "Metadata: true\r\n")]
    expect(statuses, [400, 200, 200], "statuses on one connection")


def pipelines(server):
    """Three requests in one write are answered in their order."""
    host, port = testkit.host_and_port(server.metadata)
    requests = [f"GET {TOKEN}?api-version=2018-02-01&resource={resource} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\n\r\n"
                for resource in ("https%3A%2F%2Fvault.azure.net", "https%3A%2F%2Fgraph.microsoft.com", "https%3A%2F%2Fvault.azure.net%2F")]
    with testkit.Connection(host, port) as connection:
        connection.socket.sendall("".join(requests).encode())
        got = [connection.read().json()["resource"] for _ in requests]
    expect(got, ["https://vault.azure.net", "https://graph.microsoft.com", "https://vault.azure.net/"], "resources in order")


def unknown_resource(server):
    """Entra's own refusal, passed through: one member order, integers as integers."""
    answer = get(server.metadata, f"{TOKEN}?api-version=2018-02-01&resource=https%3A%2F%2Fnobody.example.net", METADATA)
    expect(answer.status_line, "HTTP/1.1 400 Bad Request", "status line")
    is_of_the_service(answer)
    members = answer.json()
    expect(list(members), ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"],
           "members in order")
    expect(members["error"], "invalid_resource", "error")
    expect(members["error_codes"], [500011], "error_codes")
    wanted = "AADSTS500011: The resource principal named https://nobody.example.net was not found in the tenant named "
    expect(members["error_description"][:len(wanted)], wanted, "error_description")


def limits(server, request, status):
    answer = testkit.exchange(server.metadata, request)
    expect(answer.status, status, "status")


def main():
    tally = testkit.Tally("golden transcripts of the metadata service", sys.argv[1] if len(sys.argv) > 1 else None)

    with testkit.Server(manifest=world(True, "reader, writer")) as server:
        tally.case("no Metadata header: E2, 88 bytes", refuses, server, ASK, E2)
        tally.case("no Metadata header and no query: E2", refuses, server, TOKEN, E2)
        tally.case("Metadata: false: E2", refuses, server, ASK, E2, "Metadata: false")
        tally.case("no Metadata header below /metadata/instance: E1, 68 bytes", refuses, server,
                   "/metadata/instance?api-version=2021-02-01", E1)
        tally.case("the missing header is said before a missing resource", refuses, server, f"{TOKEN}?api-version=2018-02-01", E2)
        tally.case("an unknown client id: E9, 68 bytes", refuses, server, f"{ASK}&client_id={STRANGER}", E9, METADATA)
        tally.case("an unknown object id: E9", refuses, server, f"{ASK}&object_id={STRANGER}", E9, METADATA)
        tally.case("an unknown resource id: E9", refuses, server, f"{ASK}&msi_res_id={READER['resource']}-not", E9, METADATA)
        tally.case("no resource: E11, 95 bytes", refuses, server, f"{TOKEN}?api-version=2018-02-01", E11, METADATA)
        tally.case("an unknown resource: invalid_resource with AADSTS500011", unknown_resource, server)
        tally.case("bare /metadata/identity: E5, 21 bytes", refuses, server, "/metadata/identity?api-version=2018-02-01", E5, METADATA,
                   status="404 Not Found")
        tally.case("getplatformmetadata without token binding is 404", refuses_somehow, server,
                   "/metadata/identity/getplatformmetadata?cred-api-version=2.0", METADATA, status=404)
        tally.case("X-Forwarded-For is refused", refuses_somehow, server, ASK, METADATA, "X-Forwarded-For: 1.2.3.4")
        tally.case("a query name given twice is refused", refuses_somehow, server, f"{ASK}&api-version=2018-02-01", METADATA)
        tally.case("client_id and object_id together are refused", refuses_somehow, server,
                   f"{ASK}&client_id={READER['client_id']}&object_id={READER['object_id']}", METADATA)
        tally.case("no api-version is refused", refuses_somehow, server, f"{TOKEN}?resource={VAULT}", METADATA)
        tally.case("POST is 405", refuses_somehow, server, ASK, METADATA, "Content-Length: 0", status=405, method="POST")
        tally.case("HEAD is turned away by the front end", front_end, server, ASK, method="HEAD")
        tally.case("/ is turned away by the front end", front_end, server, "/")

        tally.case("no selector: the system-assigned identity, eight members", token, server, ASK, client=SYSTEM)
        for spelling in ("Metadata: True", "Metadata: TRUE", "metadata: true", "METADATA:true"):
            tally.case(f"'{spelling}' is accepted", token, server, ASK, spelling)
        for name, value in (("client_id", READER["client_id"]), ("client_id", READER["client_id"].upper()),
                            ("clientid", READER["client_id"]), ("object_id", READER["object_id"]),
                            ("principal_id", READER["object_id"]), ("msi_res_id", READER["resource"]),
                            ("mi_res_id", READER["resource"]), ("resource_id", READER["resource"]),
                            ("msi_res_id", READER["resource"].upper())):
            tally.case(f"{name}={value[:24]}… selects", token, server, f"{ASK}&{name}={value}", METADATA,
                       client=READER["client_id"])
        for version in ("2019-08-01", "2021-12-13"):
            tally.case(f"api-version={version} is served", token, server, f"{TOKEN}?api-version={version}&resource={VAULT}")
        tally.case("a trailing slash on the path is tolerated", token, server,
                   f"{TOKEN}/?api-version=2018-02-01&resource={VAULT}")
        tally.case("a raw resource is taken as well", token, server,
                   f"{TOKEN}?api-version=2018-02-01&resource=https://vault.azure.net")
        tally.case("a trailing slash of the resource comes back", token, server, f"{ASK}%2F",
                   resource="https://vault.azure.net/")
        tally.case("unknown query names are as if absent", token, server, f"{ASK}&claims=x&xms_cc=cp1")
        tally.case("a cached token stays, bypass_cache=true makes a new one", caches, server)
        tally.case("expires_in of a cached token counts down", counts_down, server)
        tally.case("a connection is kept alive after a refusal", keeps_alive, server)
        tally.case("pipelined requests are answered in order", pipelines, server)
        tally.case("a request head over 16 KiB is 431", limits, server,
                   f"GET {ASK} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\nX-Long: {'a' * 17000}\r\n\r\n", 431)
        tally.case("a body over 1 MiB is 413", limits, server,
                   f"POST {ASK} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\nContent-Length: 1100000\r\n\r\n", 413)

    with testkit.Server(manifest=world(False, "reader, writer")) as server:
        tally.case("two identities and none named: E10, 168 bytes", refuses, server, ASK, E10, METADATA)
        tally.case("two identities and one named", token, server,
                   f"{ASK}&client_id={READER['client_id']}", client=READER["client_id"])
    with testkit.Server(manifest=world(False, "writer")) as server:
        tally.case("an identity that exists but is not on this node: E9", refuses, server, f"{ASK}&client_id={READER['client_id']}", E9, METADATA)
    with testkit.Server(manifest=world(False, "reader")) as server:
        tally.case("the only user-assigned identity needs no naming", token, server, ASK,
                   client=READER["client_id"])
    with testkit.Server(manifest=world(False, "")) as server:
        tally.case("no identity at all: E9", refuses, server, ASK, E9, METADATA)
    with testkit.Server() as server:
        tally.case("no manifest: one VM with a system-assigned identity", token, server, ASK)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
