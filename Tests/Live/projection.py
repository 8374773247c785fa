"""Cluster issuer and projected tokens, seen from outside: Kubernetes' documents, token files under a hammering reader, rotation.

    Tests/Live/projection.py [TEXT]     TEXT keeps the cases whose name holds it

Every token is verified by PyJWT from the issuer's own discovery document, fetched over TLS with our CA alone.
"""

import hashlib
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
import tokentree  # noqa: E402
from testkit import expect  # noqa: E402

AUDIENCE = "api://AzureADTokenExchange"


def world(folder, *pods, cluster=""):
    """A service account, and a pod for each (name, more of its spec), whose token is to be kept in a directory of that name."""
    parts = ["{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: prod, uid: 6a1c7e52-0000-4000-8000-000000000001}}"]
    for name, spec in pods:
        parts.append(f"""
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: prod
  annotations: {{understudy.internal/token-directory: {folder}/{name}}}
spec: {{serviceAccountName: web, containers: [{{name: c, image: i}}]{spec}}}
""")
    return "\n---\n".join(parts + ([cluster] if cluster else []))


def issuer_of(server):
    return json.loads(server.control_get("/cluster-issuers")[1])["issuers"][0]["issuer"]


def documents(server):
    """Discovery and key set: order, compactness and headers are Kubernetes'; the kid is the SHA-256 of the key's SPKI."""
    import base64

    import jwt
    from cryptography.hazmat.primitives import serialization

    issuer = issuer_of(server)
    expect(re.fullmatch(r"https://127\.0\.0\.1:\d+/[0-9a-f-]{36}/[0-9a-f-]{36}/", issuer) is not None, True, f"shape of {issuer}")
    path = "/" + issuer.split("/", 3)[3]
    answers = {}
    for target, kind in ((".well-known/openid-configuration", "application/json"), ("openid/v1/jwks", "application/jwk-set+json")):
        status, headers, body = tokentree.fetch(server, path + target)
        expect(status, 200, target)
        expect([name for name, _ in headers], ["Cache-Control", "Content-Type", "Date", "Content-Length"], "header lines")
        expect([value for name, value in headers if name in ("Cache-Control", "Content-Type")], ["public, max-age=3600", kind], "headers")
        answers[target] = json.loads(body)
        expect(body, json.dumps(answers[target], separators=(",", ":")).encode(), "compact JSON")
    discovery = answers[".well-known/openid-configuration"]
    expect(list(discovery.items()), [
        ("issuer", issuer), ("jwks_uri", issuer + "openid/v1/jwks"), ("response_types_supported", ["id_token"]),
        ("subject_types_supported", ["public"]), ("id_token_signing_alg_values_supported", ["RS256"])], "discovery")
    keys = answers["openid/v1/jwks"]["keys"]
    expect(len(keys), 2, "keys")
    for key in keys:
        expect(list(key), ["use", "kty", "kid", "alg", "n", "e"], "members")
        der = jwt.PyJWK(key).key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        expect(key["kid"], base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode(), "kid")


def hammered(server, writer_arguments, tree, seconds=3.0, minimum=20, during=None):
    """A reader reads as fast as it can while the writer rotates; every token it reads is whole and verifies."""
    with tokentree.Writer(*writer_arguments), tokentree.Reader(server, tree, AUDIENCE) as reader:
        testkit.wait_until(lambda: reader.different >= minimum // 2 or reader.failure, limit=30)
        if during:
            during()
        before = reader.different
        testkit.wait_until(lambda: reader.different >= before + minimum // 2 or reader.failure, limit=30)
    reader.check()
    expect(len(reader.subjects), 1, "subjects")
    return f"{reader.reads} reads, {reader.different} tokens, {len(reader.key_ids)} keys"


def rotation_of_keys(server, writer_arguments, tree):
    """The cluster's key rotates while a reader hammers: tokens of both keys verify, and three keys are published."""
    def rotate():
        expect(server.control_request("POST", "/cluster-issuers/rotate-keys")[0], 200, "status of the rotation")

    before = len(tokentree.keys_of(server, issuer_of(server)))
    note = hammered(server, writer_arguments, tree, during=rotate)
    expect((before, len(tokentree.keys_of(server, issuer_of(server)))), (2, 3), "published keys before and after")
    expect("2 keys" in note, True, f"two keys signed ({note})")
    return note


def layout(tree, mode, owner, directory_mode=0o755):
    """Links, a directory of the moment, modes and owner as the kubelet leaves them; no trailing newline."""
    names = sorted(os.listdir(tree))
    expect(len(names), 3, f"names in the volume ({names})")
    expect(names[:1] + names[2:], ["..data", "token"] if names[0] == "..data" else [names[0], "token"], "names")
    moment = os.readlink(tree / "..data")
    expect(re.fullmatch(r"\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+", moment) is not None, True, f"target of ..data ({moment})")
    expect(os.readlink(tree / "token"), "..data/token", "target of the visible name")
    for folder in (tree / moment, tree / moment / "token"):
        expect(stat.S_IMODE(folder.stat().st_mode), directory_mode, f"mode of {folder.name}")
    file = tree / "token" / "azure-identity-token"
    status = file.stat()
    expect((oct(stat.S_IMODE(status.st_mode)), status.st_uid, status.st_gid), (oct(mode), *owner), "mode, user, group")
    content = file.read_bytes()
    expect(re.fullmatch(rb"[\w-]+\.[\w-]+\.[\w-]+", content) is not None, True, "the content is a JWT and nothing else")


def unchanged_without_need(tree):
    """Where no token is due, nothing is written again."""
    before = os.readlink(tree / "..data"), (tree / "token/azure-identity-token").stat().st_mtime_ns
    testkit.time.sleep(2.5)  # two more looks of the writer; there is nothing to wait for when nothing is to happen
    expect((os.readlink(tree / "..data"), (tree / "token/azure-identity-token").stat().st_mtime_ns), before, "moment and time of writing")


def served_pods(folder):
    """`serve` writes the trees of annotated pods, each with its own claims, follows edits, and removes a pod's tree with the pod."""
    manifest = world(folder, ("a", ""), ("b", ", volumes: [{name: t, projected: {defaultMode: 288, sources: [{serviceAccountToken: "
                                               "{path: azure-identity-token, audience: 'api://other', expirationSeconds: 7200}}]}}]"))
    with testkit.Server(manifest=manifest) as server:
        first, second = folder / "a/token/azure-identity-token", folder / "b/azure-identity-token"
        testkit.wait_until(lambda: first.exists() and second.exists(), limit=20)
        claims = tokentree.verified(server, first.read_text(), AUDIENCE)
        expect(claims["kubernetes.io"]["pod"]["name"], "a", "pod of the first token")
        expect(claims["sub"], "system:serviceaccount:prod:web", "subject")
        other = tokentree.verified(server, second.read_text(), "api://other")
        expect((other["kubernetes.io"]["pod"]["name"], other["exp"] - other["iat"]), ("b", 7200), "pod and life of the second token")
        expect(stat.S_IMODE(second.stat().st_mode), 0o440, "defaultMode")
        server.manifest_file.write_text(manifest.replace("serviceAccountName: web", "serviceAccountName: default"))
        testkit.wait_until(lambda: testkit.claims_unverified(first.read_text())[1]["sub"].endswith(":default"), limit=20)
        server.manifest_file.write_text(world(folder, ("b", "")))
        testkit.wait_until(lambda: not os.listdir(folder / "a"), limit=20)
        expect((folder / "b").exists(), True, "the other pod's directory")
        expect("eyJ" in server.log(), False, "a token is in the log")


def printed(server, folder, manifest):
    """--print gives one token, bound to no pod, for the audiences and life that are asked for."""
    def run(*arguments):
        return server.run("project-token", "--state", str(folder / "state"), "--service-account", "prod/web", "--print", *arguments, manifest)

    result = run()
    expect((result.returncode, result.stderr), (0, ""), "exit status and errors")
    claims = tokentree.verified(server, result.stdout.rstrip("\n"), AUDIENCE)
    expect(list(claims), ["aud", "exp", "iat", "iss", "jti", "kubernetes.io", "nbf", "sub"], "claims in order")
    expect(testkit.claims_unverified(result.stdout.strip())[0].keys(), {"alg", "kid"}, "header")
    expect(list(claims["kubernetes.io"]), ["namespace", "serviceaccount"], "what it is bound to")
    expect(claims["exp"] - claims["iat"], 3600, "life")
    claims = tokentree.verified(server, run("--audience", "a", "--audience", "b", "--expiration", "600").stdout.strip(), "b")
    expect((claims["aud"], claims["exp"] - claims["iat"]), (["a", "b"], 600), "audiences and life")
    long = run("--expiration", "90000")
    expect("requested expiration of 90000 seconds shortened to 86400 seconds" in long.stderr, True, long.stderr)
    short = run("--expiration", "599")
    expect((short.returncode, "may not specify a duration less than 10 minutes" in short.stderr), (1, True), short.stderr)
    missing = server.run("project-token", "--state", str(folder / "state"), "--service-account", "prod/Web", "--print", manifest)
    expect((missing.returncode, 'serviceaccounts "Web" not found' in missing.stderr), (1, True), missing.stderr)


def wrong_use(server, folder, manifest):
    """Usage errors are 64 and say what is allowed; a directory that is not ours, or is being written, is refused."""
    state = str(folder / "state")
    expect(server.run("project-token", manifest).returncode, 64, "without --state")
    expect(server.run("project-token", "--state", state, "--print", manifest).returncode, 64, "--print without an account")
    occupied = folder / "occupied"
    (occupied / "token").mkdir(parents=True)
    result = server.run("project-token", "--state", state, "--service-account", "prod/web", "--directory", str(occupied), manifest)
    expect((result.returncode, "is in the way and not ours" in result.stderr), (1, True), result.stderr)
    arguments = ("--state", state, "--service-account", "prod/web", "--directory", str(folder / "twice"), manifest)
    with tokentree.Writer(*arguments):
        result = server.run("project-token", *arguments)
        expect((result.returncode, "is being written by another process" in result.stderr), (1, True), result.stderr)


def main():
    tally = testkit.Tally("cluster issuer and projected tokens", sys.argv[1] if len(sys.argv) > 1 else None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        manifest = folder / "pods.yaml"
        manifest.write_text(world(
            folder, ("plain", ""), ("group", ", securityContext: {fsGroup: 4321}"), ("user", ", securityContext: {runAsUser: 1234}"),
            ("both", ", securityContext: {fsGroup: 4321, runAsUser: 1234}")))
        state = str(folder / "state")
        with testkit.Server(arguments=("--state", state)) as server:
            tally.case("the issuer's documents are Kubernetes'", documents, server)
            tally.case("--print gives one token", printed, server, folder, str(manifest))
            tally.case("wrong use is refused, and why is said", wrong_use, server, folder, str(manifest))
            one = ("--state", state, "--service-account", "prod/web", "--refresh-every", "0.02")
            plain = folder / "plain.yaml"
            plain.write_text(world(folder, ("hammered", "")))
            tally.case("a hammering reader never meets a part of a token", hammered, server, (*one, str(plain)), folder / "hammered", minimum=100)
            tally.case("keys rotate under a hammering reader", rotation_of_keys, server, (*one, str(plain)), folder / "hammered")
            mine = os.geteuid(), os.getegid()
            if os.geteuid() == 0:
                with tokentree.Writer("--state", state, str(manifest)):
                    for pod, mode, owner, directory_mode in (
                            ("plain", 0o644, mine, 0o755), ("group", 0o640, (mine[0], 4321), 0o2755), ("user", 0o600, (1234, mine[1]), 0o755),
                            ("both", 0o640, (1234, 4321), 0o2755)):
                        tally.case(f"layout, modes and owner: {pod}", layout, folder / pod, mode, owner, directory_mode)
                    tally.case("what is not due is not written again", unchanged_without_need, folder / "plain")
            else:
                tally.skip("layout, modes and owner", "giving files to another user needs root")
        tally.case("serve writes the trees of annotated pods and follows edits", served_pods, folder / "served")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
