"""Nothing secret leaves: no token and no secret in logs, decisions and metrics, no private key member in a served document.

    .venv/bin/python Tests/Live/secrecy.py [TEXT]     only the cases whose name holds TEXT

The server runs at --log-level trace while every kind of request is made; then all it wrote is searched.
"""

import base64
import hashlib
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import requests  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK, one_pod  # noqa: E402

SECRET = "c0rrect-h0rse-battery-staple"
WORLD = one_pod() + f"""---
apiVersion: v1
kind: Secret
metadata: {{name: sp, namespace: default}}
stringData: {{clientSecret: {SECRET}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: sp-in-base64, namespace: default}}
data: {{clientSecret: {base64.b64encode(SECRET.encode()).decode()}}}
"""
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}")
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def ask_everything(server):
    """Successes and refusals of every listener; returns the tokens given out."""
    tokens = []
    for suffix in ("", "%2F", "&client_id=1a2b3c4d-0001-4000-8000-00000000d001", "&client_id=nobody", "&resource="):
        answer = testkit.get(server.metadata, ASK + suffix, "Metadata: true")
        if answer.status == 200:
            tokens.append(answer.json()["access_token"])
    if not tokens:
        raise AssertionError("no token was given, so there is nothing to look for")
    for listener in (server.metadata, server.control):  # a token where it does not belong
        testkit.get(listener, "/metadata/instance?api-version=2021-02-01", f"Authorization: Bearer {tokens[0]}", "Metadata: true")
    testkit.get(server.metadata, ASK, f"Authorization: Bearer {tokens[0]}", "Metadata: true")
    server.run("token", "--resource", "https://vault.azure.net", "--endpoint", server.metadata)
    server.run("explain", "--pod", "default/app", "--control", server.control)
    server.run("token", "verify", tokens[0], "--control", server.control, check=0)
    minted = server.run("token", "mint", "--defect", "expired", "--client-id", "1a2b3c4d-0001-4000-8000-00000000d001", "--control",
                        server.control, check=0).stdout.strip()
    server.run("token", "verify", minted, "--control", server.control, check=1)
    tokens.append(minted)
    for token in (tokens[0], minted):
        answer = requests.get(f"{server.authority}/subscriptions?api-version=2022-12-01", timeout=10, verify=server.ca_file(), proxies={"https": None},
                              headers={"Authorization": f"Bearer {token}"})
        expect(answer.status_code, 401, "status of a token that is for something else, or has expired")
    server.control_request("PUT", "/objects/Secret/default/sp", WORLD.split("---\n")[4].encode())
    tenant = testkit.claims_unverified(tokens[0])[1]["tid"]
    testkit.fetch_json(f"{server.authority}/{tenant}/.well-known/openid-configuration", server.ca_file())
    return tokens


def holds_no(text, tokens, where):
    """Neither a token nor a piece of one, nor the secret in either form, nor a key."""
    for token in tokens:
        for piece, name in zip(token.split("."), ("header", "payload", "signature")):
            if name != "header" and piece in text:
                raise AssertionError(f"the {name} of a token is in {where}")
    if JWT.search(text):
        raise AssertionError(f"something like a token is in {where}: {JWT.search(text).group(0)[:30]}…")
    if SECRET in text or base64.b64encode(SECRET.encode()).decode() in text:
        raise AssertionError(f"the client secret is in {where}")
    if "PRIVATE KEY" in text:
        raise AssertionError(f"a private key is in {where}")


def members(value):
    """Every member name anywhere in a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner)


def is_public(server, path):
    """A key set: public members only, and ids that are what they must be."""
    document = testkit.fetch_json(server.authority + path, server.ca_file())
    if not document.get("keys"):
        raise AssertionError(f"no keys in {document}")
    found = PRIVATE & set(members(document))
    if found:
        raise AssertionError(f"private members are published: {sorted(found)}")
    for key in document["keys"]:
        expect((key["kty"], key["use"], key["e"]), ("RSA", "sig", "AQAB"), "kty, use, e")
        thumbprint = base64.urlsafe_b64encode(hashlib.sha1(base64.b64decode(key["x5c"][0])).digest()).rstrip(b"=").decode()
        expect((key["kid"], key["x5t"]), (thumbprint, thumbprint), "kid and x5t against x5c")
        expect(len(base64.urlsafe_b64decode(key["n"] + "==")), 256, "bytes of the modulus")


def main():
    tally = testkit.Tally("secrecy", sys.argv[1] if len(sys.argv) > 1 else None)
    with testkit.Server(manifest=WORLD, log_level="trace") as server:
        tokens = ask_everything(server)
        places = {
            "/decisions": server.control_get("/decisions")[1].decode(),
            "/metrics": server.control_get("/metrics")[1].decode(),
            "/readyz": server.control_get("/readyz")[1].decode(),
            "understudy decisions": server.run("decisions", "--control", server.control, check=0).stdout,
            "understudy explain": server.run("explain", "--pod", "default/app", "--control", server.control).stdout,
        }
        tenant = testkit.claims_unverified(tokens[0])[1]["tid"]
        for path in (f"/{tenant}/discovery/keys", f"/{tenant}/discovery/v2.0/keys", "/common/discovery/keys", "/common/discovery/v2.0/keys"):
            tally.case(f"{path.replace(tenant, '{tenant}')} holds public members only", is_public, server, path)
        server.terminate()
        places["the log at trace"] = server.log()
        places["standard output"] = server.rest_of_output.decode() + json.dumps(server.announced)
        for where, text in places.items():
            tally.case(f"no token, no secret in {where} ({len(text)} characters searched)", holds_no, text, tokens, where)
        tally.case("the log at trace says something at all", lambda: expect(len(places["the log at trace"]) > 500, True, "500 characters"))
        tally.case("the search finds a token that is there", lambda: refuses(f"x {tokens[0]} y", tokens))
        tally.case("the search finds a secret that is there", lambda: refuses(f"x {SECRET} y", tokens))
    return tally.finish()


def refuses(text, tokens):
    try:
        holds_no(text, tokens, "a sample")
    except AssertionError:
        return
    raise AssertionError("the bad sample was let through")


if __name__ == "__main__":
    sys.exit(main())
