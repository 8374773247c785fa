"""Conformance of the token service: unmodified azure-identity and MSAL over TLS, each token verified by PyJWT from discovery.

    .venv/bin/python Tests/Conformance/authority.py [TEXT]     only the cases whose name holds TEXT

Runs in a network namespace of its own, where login.microsoftonline.com and its sisters resolve to the server under test: so
the clients meet it by the real host names, and by ours. The federated cases fetch the keys of an issuer that this script
serves over TLS. Needs root or user namespaces, otherwise its cases count as skipped.
"""

import asyncio
import base64
import datetime
import functools
import http.server
import importlib.metadata
import json
import logging
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

REFUSAL = testkit.enter_namespace()
testkit.forget_steering()
logging.disable(logging.CRITICAL)

TENANT = "7d0b9c1e-0001-4000-8000-00000000c001"
WEB, READER = "5e6f0000-0001-4000-8000-00000000a001", "1a2b3c4d-0001-4000-8000-00000000d001"
WEB_OBJECT, READER_OBJECT = "7a8b0000-0001-4000-8000-00000000a002", "3c4d5e6f-0001-4000-8000-00000000e001"
ORDERS = "9c0d1e2f-0001-4000-8000-00000000f001"
VAULT = "https://vault.azure.net"
SECRET = "s3cr3t~value+with/every=kind&of%char"
SUBJECT = "system:serviceaccount:prod:web"
EXCHANGE = "api://AzureADTokenExchange"
REAL_HOSTS = ["login.microsoftonline.com", "login.windows.net", "login.microsoftonline.us", "login.partner.microsoftonline.cn"]


def ours(kind, name, spec):
    return json.dumps({"apiVersion": "understudy.internal/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})


def world(issuer):
    return "\n---\n".join([
        ours("Tenant", "contoso", {"tenantID": TENANT, "domains": ["contoso.onmicrosoft.com"]}),
        ours("Node", "vm", {"tenant": "contoso", "userAssigned": ["reader"]}),
        ours("ManagedIdentity", "reader", {"clientID": READER, "principalID": READER_OBJECT}),
        ours("Application", "web", {
            "tenant": "contoso", "clientID": WEB, "objectID": WEB_OBJECT, "certificates": [{"file": "web.pem"}],
            "secrets": [{"valueFrom": {"env": "WEB_SECRET"}}, {"value": "expired", "expires": "2020-01-01T00:00:00Z"}]}),
        ours("Cluster", "dev", {"issuer": issuer, "trustedIssuerCA": "issuer-ca.pem"}),
        ours("FederatedIdentityCredential", "web-prod", {
            "identity": {"kind": "Application", "name": "web"}, "issuer": issuer, "subject": SUBJECT, "audiences": [EXCHANGE]}),
        ours("FederatedIdentityCredential", "reader-prod", {
            "identity": {"kind": "ManagedIdentity", "name": "reader"}, "issuer": issuer, "subject": SUBJECT}),
        ours("FederatedIdentityCredential", "web-by-reader", {
            "identity": {"kind": "Application", "name": "web"}, "subject": READER_OBJECT, "audiences": [EXCHANGE],
            "issuer": f"https://login.microsoftonline.com/{TENANT}/v2.0"}),
        ours("ResourcePrincipal", "orders", {
            "appID": ORDERS, "identifierURIs": ["api://orders"], "tokenVersion": 2, "appRoles": [{"value": "Orders.Read"}]}),
        ours("RoleAssignment", "web-reads", {
            "principal": {"kind": "Application", "name": "web"}, "resource": "orders", "role": "Orders.Read"}),
    ])


# --- certificates and an issuer that is not ours -----------------------------------------------------------------------------


def certificate(folder, name, names=()):
    """A self-signed RSA certificate with its key in one PEM file, as `CertificateCredential` wants it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
               .not_valid_after(now + datetime.timedelta(days=30))
               .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(text) for text in names]), critical=False)
    made = builder.sign(key, hashes.SHA256())
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM))
    return path, key


class Issuer:
    """An OIDC issuer over TLS, as a cluster has one: two documents and a key that signs projected tokens."""

    def __init__(self, folder):
        path, _ = certificate(folder, "issuer-ca", names=["localhost"])
        self.requests = []
        self.keys = {}
        self.rotate("k1")
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.requests.append(self.path)
                document = issuer.document(self.path)
                body = json.dumps(document).encode() if document else b"{}"
                self.send_response(200 if document else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/cluster/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def rotate(self, kid):
        from cryptography.hazmat.primitives.asymmetric import rsa
        self.current, self.keys[kid] = kid, rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def document(self, path):
        import jwt
        if path == "/cluster/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": self.url + "openid/v1/jwks", "response_types_supported": ["id_token"],
                    "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"]}
        if path == "/cluster/openid/v1/jwks":
            public = [(kid, json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))) for kid, key in self.keys.items()]
            return {"keys": [{"use": "sig", "kty": "RSA", "kid": kid, "alg": "RS256", "n": key["n"], "e": key["e"]}
                             for kid, key in public]}
        return None

    def token(self, **changes):
        import jwt
        now = int(time.time())
        claims = {"aud": [EXCHANGE], "iss": self.url, "sub": SUBJECT, "iat": now, "nbf": now, "exp": now + 3600}
        return jwt.encode({**claims, **changes}, self.keys[self.current], algorithm="RS256", headers={"kid": self.current, "typ": None})


def resolve_real_hosts():
    """In this namespace the real names lead to loopback; the file of the host is left alone."""
    own = pathlib.Path(tempfile.mkdtemp()) / "hosts"
    own.write_text("127.0.0.1 localhost " + " ".join(REAL_HOSTS) + "\n")
    subprocess.run(["mount", "--bind", str(own), "/etc/hosts"], check=True)


# --- the clients, each as a function: (authority host, what proves it, scope) -> a token --------------------------------------


class Refused(Exception):
    """MSAL answers a refusal as a value; here it is raised, so that every client has one shape."""


def secret(host, scope, value=SECRET, **named):
    import azure.identity
    return azure.identity.ClientSecretCredential(TENANT, WEB, value, authority=f"https://{host}", **named).get_token(scope).token


def secret_async(host, scope, value=SECRET):
    import azure.identity.aio

    async def ask():
        async with azure.identity.aio.ClientSecretCredential(TENANT, WEB, value, authority=f"https://{host}") as credential:
            return (await credential.get_token(scope)).token
    return asyncio.run(ask())


def by_certificate(host, scope, path):
    import azure.identity
    return azure.identity.CertificateCredential(TENANT, WEB, str(path), authority=f"https://{host}").get_token(scope).token


def by_certificate_async(host, scope, path):
    import azure.identity.aio

    async def ask():
        async with azure.identity.aio.CertificateCredential(TENANT, WEB, str(path), authority=f"https://{host}") as credential:
            return (await credential.get_token(scope)).token
    return asyncio.run(ask())


def by_workload_identity(host, scope, path, client=WEB):
    import azure.identity
    return azure.identity.WorkloadIdentityCredential(
        tenant_id=TENANT, client_id=client, token_file_path=str(path), authority=f"https://{host}").get_token(scope).token


def by_workload_identity_async(host, scope, path, client=WEB):
    import azure.identity.aio

    async def ask():
        async with azure.identity.aio.WorkloadIdentityCredential(
                tenant_id=TENANT, client_id=client, token_file_path=str(path), authority=f"https://{host}") as credential:
            return (await credential.get_token(scope)).token
    return asyncio.run(ask())


def by_default(host, scope, **environment):
    """DefaultAzureCredential with nothing but the environment a webhook, or a developer, would set."""
    import azure.identity
    variables = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": WEB, "AZURE_AUTHORITY_HOST": f"https://{host}/", **environment}
    os.environ.update(variables)
    try:
        with azure.identity.DefaultAzureCredential() as credential:
            return credential.get_token(scope).token
    finally:
        for name in variables:
            del os.environ[name]


def by_msal(host, scope, credential, **named):
    import msal
    application = msal.ConfidentialClientApplication(WEB, credential, authority=f"https://{host}/{TENANT}", **named)
    answer = application.acquire_token_for_client([scope])
    if "access_token" not in answer:
        raise Refused(f"{answer.get('error')}: {answer.get('error_description')}")
    return answer["access_token"]


def msal_certificate(path, with_sha1):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    made = x509.load_pem_x509_certificate(path.read_bytes())
    credential = {"private_key": path.read_text(), "public_certificate": path.read_text()}
    if with_sha1:
        credential["thumbprint"] = made.fingerprint(hashes.SHA1()).hex()
    return credential


# --- checks -------------------------------------------------------------------------------------------------------------------


def gets(server, host, ask, *arguments, client=WEB, proof="2", audience=VAULT, scope=None, seconds=3600, **named):
    token = ask(host, scope or audience + "/.default", *arguments, **named)
    claims = testkit.verify(f"https://{host}", server.ca_file(), token, audience)
    expect(claims["tid"], TENANT, "tid")
    expect(claims.get("appid") or claims.get("azp"), client, "client")
    expect(claims.get("appidacr") or claims.get("azpacr"), proof, "proof")
    expect(claims["oid"], WEB_OBJECT if client == WEB else READER_OBJECT, "oid")
    expect(claims["exp"] - claims["nbf"], seconds + 300, "exp - nbf")
    return claims


def is_refused(server, code, ask, *arguments, **named):
    """The client raises, with the server's own words; the decision names the check."""
    known = max([decision["id"] for decision in server.decisions()], default=0)
    try:
        ask(*arguments, **named)
    except Exception as refusal:
        if f"AADSTS{code}:" not in str(refusal):
            raise AssertionError(f"AADSTS{code} is not in what was raised: {type(refusal).__name__}: {refusal}") from None
    else:
        raise AssertionError("a token was given")
    checks = [decision.get("check") for decision in server.decisions(f"?since={known}")]
    if not any(checks):
        raise AssertionError(f"no decision names the check that failed: {checks}")


def rotation_is_followed(server, host, issuer, path):
    issuer.rotate("k2")
    path.write_text(issuer.token())
    before = len(issuer.requests)
    gets(server, host, by_workload_identity, path)
    expect(issuer.requests[before:], ["/cluster/.well-known/openid-configuration", "/cluster/openid/v1/jwks"], "fetched")


def managed_identity_as_credential(server, host):
    """The identity's own token for the exchange audience proves the application, by azure-identity's ClientAssertionCredential."""
    import azure.identity
    os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = server.metadata
    try:
        identity = azure.identity.ManagedIdentityCredential(client_id=READER)

        def ask(host, scope):
            return azure.identity.ClientAssertionCredential(
                TENANT, WEB, lambda: identity.get_token(EXCHANGE + "/.default").token, authority=f"https://{host}").get_token(scope).token
        return gets(server, host, ask) and None
    finally:
        del os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]


def key_sets_agree(server, host):
    """Both key sets of a tenant list the same keys, more than one."""
    keys = [testkit.fetch_json(f"https://{host}/{TENANT}/discovery/{path}keys", server.ca_file())["keys"] for path in ("", "v2.0/")]
    expect([key["kid"] for key in keys[0]], [key["kid"] for key in keys[1]], "kids")
    expect(len(keys[0]) >= 2, True, "at least two keys")


def cached_verifier_follows_rotation(server, host):
    """PyJWT's caching key client: the next key it knows already, the one after it sends it back to the key set."""
    import jwt
    document = testkit.fetch_json(f"https://{host}/{TENANT}/v2.0/.well-known/openid-configuration", server.ca_file())
    client = jwt.PyJWKClient(document["jwks_uri"], cache_keys=True, lifespan=3600,
                             ssl_context=ssl.create_default_context(cafile=server.ca_file()))
    client.cooldown_duration = 0  # it would otherwise not ask again within half a minute
    fetches = []
    fetch = client.fetch_data
    client.fetch_data = lambda: fetches.append(1) or fetch()

    def verified():
        token = secret(host, VAULT + "/.default")
        key = client.get_signing_key_from_jwt(token)
        jwt.decode(token, key.key, algorithms=["RS256"], audience=VAULT)
        return token, key.key_id
    old, first = verified()
    kids = [first]
    for expected in (1, 2):
        server.run("keys", "rotate", "--control", server.control, check=0)
        kids.append(verified()[1])
        expect(len(fetches), expected, f"fetches of the key set after {len(kids) - 1} rotations")
    expect(len(set(kids)), 3, "keys that signed")
    jwt.decode(old, client.get_signing_key_from_jwt(old).key, algorithms=["RS256"], audience=VAULT)
    roles = [line.split()[1] for line in server.run("keys", "list", "--control", server.control, check=0).stdout.splitlines()]
    expect(roles, ["signing", "next", "retired", "retired"], "roles")


def basic(server, host):
    """client_secret_basic, as the discovery document advertises it."""
    import requests
    document = testkit.fetch_json(f"https://{host}/{TENANT}/v2.0/.well-known/openid-configuration", server.ca_file())
    expect("client_secret_basic" in document["token_endpoint_auth_methods_supported"], True, "advertised")
    pair = ":".join(urllib.parse.quote_plus(part) for part in (WEB, SECRET))
    answer = requests.post(
        document["token_endpoint"], data={"grant_type": "client_credentials", "scope": VAULT + "/.default"}, verify=server.ca_file(),
        headers={"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, timeout=10)
    expect(answer.status_code, 200, answer.text)
    expect(list(answer.json()), ["token_type", "expires_in", "ext_expires_in", "access_token"], "members")


def run(tally, server, folder, issuer):
    ours_port = testkit.host_and_port(server.authority)[1]
    pem, token_file = folder / "web.pem", folder / "token"
    for host in [REAL_HOSTS[0], f"localhost:{ours_port}"]:
        token_file.write_text(issuer.token() + "\n")
        # A name that MSAL does not know has it ask login.microsoftonline.com about it, which is us.
        tally.case(f"{host}: azure-identity ClientSecretCredential", gets, server, host, secret, proof="1")
        tally.case(f"{host}: azure-identity.aio ClientSecretCredential", gets, server, host, secret_async, proof="1")
        tally.case(f"{host}: ClientSecretCredential without instance discovery", gets, server, host, secret, proof="1",
                   disable_instance_discovery=True)
        tally.case(f"{host}: azure-identity CertificateCredential", gets, server, host, by_certificate, pem)
        tally.case(f"{host}: azure-identity.aio CertificateCredential", gets, server, host, by_certificate_async, pem)
        tally.case(f"{host}: azure-identity WorkloadIdentityCredential", gets, server, host, by_workload_identity, token_file)
        tally.case(f"{host}: azure-identity.aio WorkloadIdentityCredential", gets, server, host, by_workload_identity_async, token_file)
        tally.case(f"{host}: WorkloadIdentityCredential of a managed identity", gets, server, host,
                   functools.partial(by_workload_identity, client=READER), token_file, client=READER, seconds=86400)
        tally.case(f"{host}: DefaultAzureCredential by the webhook's variables", gets, server, host, by_default,
                   AZURE_FEDERATED_TOKEN_FILE=str(token_file))
        tally.case(f"{host}: DefaultAzureCredential by a secret", gets, server, host, by_default, proof="1", AZURE_CLIENT_SECRET=SECRET)
        tally.case(f"{host}: DefaultAzureCredential by a certificate", gets, server, host, by_default,
                   AZURE_CLIENT_CERTIFICATE_PATH=str(pem))
        tally.case(f"{host}: msal by secret", gets, server, host, by_msal, SECRET, proof="1")
        tally.case(f"{host}: msal by certificate, PS256", gets, server, host, by_msal, msal_certificate(pem, False))
        tally.case(f"{host}: msal by certificate, RS256", gets, server, host, by_msal, msal_certificate(pem, True))
        tally.case(f"{host}: msal by federated assertion", gets, server, host, by_msal, {"client_assertion": issuer.token})
        tally.case(f"{host}: managed identity as credential", managed_identity_as_credential, server, host)
        tally.case(f"{host}: a resource of version 2", lambda: expect(
            gets(server, host, secret, proof="1", audience=ORDERS, scope="api://orders/.default")["roles"], ["Orders.Read"], "roles"))
        tally.case(f"{host}: client_secret_basic", basic, server, host)
        tally.case(f"{host}: both key sets list the same keys", key_sets_agree, server, host)
        tally.case(f"{host}: a wrong secret is refused", is_refused, server, 7000215, secret, host, VAULT + "/.default", "wrong")
        tally.case(f"{host}: an expired secret is refused", is_refused, server, 7000222, secret_async, host, VAULT + "/.default", "expired")
        tally.case(f"{host}: an unknown resource is refused", is_refused, server, 500011, by_msal, host, "api://nobody/.default", SECRET)
        tally.case(f"{host}: a scope without /.default is refused", is_refused, server, 1002012, by_msal, host, "api://orders/Read", SECRET)
        stranger = folder / "stranger.pem"
        tally.case(f"{host}: a certificate of nobody is refused", is_refused, server, 700027, by_certificate, host, VAULT + "/.default", stranger)
        for change, code in ((dict(sub=SUBJECT.upper()), 7002138), (dict(sub="nobody"), 700213), (dict(iss=issuer.url[:-1]), 700211),
                             (dict(aud=["other"]), 700212), (dict(exp=1), 700024)):
            wrong = folder / "wrong"
            wrong.write_text(issuer.token(**change))
            tally.case(f"{host}: a projected token with {json.dumps(change)[:40]} is refused", is_refused, server, code,
                       by_workload_identity, host, VAULT + "/.default", wrong)
    for host in REAL_HOSTS[1:]:
        tally.case(f"{host}: azure-identity ClientSecretCredential", gets, server, host, secret, proof="1")
    tally.case("a verifier that caches keys follows two rotations", cached_verifier_follows_rotation, server, REAL_HOSTS[0])
    tally.case("an issuer that rotates its key is followed at once", rotation_is_followed, server, REAL_HOSTS[0], issuer, token_file)
    tally.case("a host nobody knows is no instance", is_refused, server, 50049, lambda: ask_about_instance(server, "evil.example"))
    for name, value in (("secret", SECRET), ("projected token", token_file.read_text().split(".")[2].strip())):
        tally.case(f"no {name} stands in log or decisions", lambda: expect(
            value in server.log() + json.dumps(server.decisions("?limit=10000")), False, "found"))


def ask_about_instance(server, host):
    """Instance discovery as MSAL asks it, about a host that is nobody's."""
    import requests
    url = f"https://{REAL_HOSTS[0]}/common/discovery/instance"
    answer = requests.get(url, params={"api-version": "1.1", "authorization_endpoint": f"https://{host}/t/oauth2/v2.0/authorize"},
                          verify=server.ca_file(), timeout=10)
    expect(answer.json()["error"], "invalid_instance", "error")
    raise Refused(answer.json()["error_description"])


def main():
    tally = testkit.Tally("conformance: the authority", sys.argv[1] if len(sys.argv) > 1 else None)
    for package in ("azure-identity", "azure-core", "msal", "PyJWT", "cryptography", "requests", "aiohttp"):
        print(f"  {package} {importlib.metadata.version(package)}")
    print(f"  Python {sys.version.split()[0]}", flush=True)
    if REFUSAL:
        tally.skip("the authority over TLS by its real names", REFUSAL)
        return tally.finish()
    resolve_real_hosts()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        certificate(folder, "web")
        certificate(folder, "stranger")
        issuer = Issuer(folder)
        manifest = folder / "world.yaml"
        manifest.write_text(world(issuer.url))
        # The real names have no port to tell: 443 is free in this namespace.
        arguments = ["--authority", "127.0.0.1:443"]
        with testkit.Server(manifest, arguments=arguments, environment=testkit.clean_environment(WEB_SECRET=SECRET)) as server:
            # Each family of clients reads its own variable.
            os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = server.ca_file()
            run(tally, server, folder, issuer)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
