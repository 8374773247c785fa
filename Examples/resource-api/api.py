#!/usr/bin/env python3
"""A small API that takes Entra access tokens, and says why it refuses one.

    api.py --authority https://127.0.0.1:8443 --tenant contoso.onmicrosoft.com --audience api://orders --role Orders.Read

Standard library and PyJWT; nothing in it knows Understudy: with --authority https://login.microsoftonline.com it is an API for
Azure. The CA is trusted by SSL_CERT_FILE. `GET /` answers 200 to a token that is in order and carries the role, 401 to one that is
not, 403 to one without the role.
"""

import argparse
import http.server
import json
import ssl
import sys
import urllib.request

import jwt

WHY = {  # the refusals of PyJWT that say too little by themselves
    jwt.ExpiredSignatureError: "The token has expired.",
    jwt.ImmatureSignatureError: "The token is not valid yet.",
    jwt.InvalidSignatureError: "The signature does not fit: another key signed it, or something was changed.",
    jwt.InvalidIssuerError: "The token is of another issuer.",
    jwt.InvalidAudienceError: "The token is for another audience.",
    jwt.InvalidAlgorithmError: "The token is not signed with RS256.",
    jwt.PyJWKClientError: "The token's key is not among those that the tenant publishes.",
}


class Verifier:
    """What a tenant publishes, fetched once; the key set is fetched again for a key that is not in it."""

    def __init__(self, authority, tenant, audiences):
        context = ssl.create_default_context()
        with urllib.request.urlopen(f"{authority}/{tenant}/v2.0/.well-known/openid-configuration", context=context) as answer:
            document = json.load(answer)
        with urllib.request.urlopen(f"{authority}/{tenant}/.well-known/openid-configuration", context=context) as answer:
            older = json.load(answer)
        # Which of the two versions a token has is the resource's choice (requestedAccessTokenVersion); this API takes both.
        self.issuers = [document["issuer"], older["issuer"]]
        self.keys = jwt.PyJWKClient(document["jwks_uri"], ssl_context=context)
        self.audiences = audiences

    def claims(self, token):
        key = self.keys.get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["RS256"], audience=self.audiences, issuer=self.issuers,
                          options={"require": ["exp", "nbf", "aud", "iss", "tid"]})


class Handler(http.server.BaseHTTPRequestHandler):
    verifier, role = None, None

    def do_GET(self):
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return self.answer(401, {"why": "There is no bearer token."})
        try:
            claims = self.verifier.claims(token)
        except jwt.PyJWTError as refusal:
            why = next((text for kind, text in WHY.items() if isinstance(refusal, kind)), str(refusal))
            return self.answer(401, {"why": why})
        if self.role not in claims.get("roles", []):
            return self.answer(403, {"why": f"The token does not carry the role {self.role}.", "roles": claims.get("roles", [])})
        return self.answer(200, {"hello": claims.get("azp") or claims.get("appid"), "roles": claims["roles"]})

    def answer(self, status, document):
        body = json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Bearer error="invalid_token"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: a request's line is of no interest here."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--authority", default="https://login.microsoftonline.com")
    parser.add_argument("--tenant", required=True, help="its id or one of its domains")
    parser.add_argument("--audience", required=True, action="append",
                        help="what aud may be: the application id, or for tokens of version 1 the App ID URI; repeatable")
    parser.add_argument("--role", required=True)
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    Handler.verifier = Verifier(arguments.authority.rstrip("/"), arguments.tenant, arguments.audience)
    Handler.role = arguments.role
    server = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
