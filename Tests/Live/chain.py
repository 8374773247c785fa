"""`understudy chain`: each SDK's chain of credentials, walked against a running server.

    .venv/bin/python Tests/Live/chain.py [TEXT]     only the cases whose name holds TEXT

Runs in a network namespace of its own, where 169.254.169.254 is what a case makes of it; no SDK is run.
"""

import contextlib
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import APPLICATION_AND_VM, SECRET, TENANT, WEB  # noqa: E402

LANGUAGES = ("python", "go", "net", "js", "java", "rust", "cpp")


def chain(server, language, *settings, status=None, arguments=("--clear",)):
    result = server.run("chain", "--language", language, *arguments, "--format", "json", "--control", server.control, *settings)
    if status is not None:
        expect(result.returncode, status, f"exit status; {result.stdout[-800:]}{result.stderr[-800:]}")
    if SECRET in result.stdout + result.stderr or "eyJ" in result.stdout:
        raise AssertionError("a secret or a token is shown")
    document = json.loads(result.stdout)
    return {link["name"]: link for link in document["links"]}, document


def result(links, name="ManagedIdentityCredential"):
    return links[name]["result"]


def reasons(links, name, *mentions):
    for mention in mentions:
        if mention not in links[name]["reason"]:
            raise AssertionError(f"{mention!r} is not in the reason of {name}: {links[name]['reason']}")


@contextlib.contextmanager
def stranger():
    """A listener that answers everything, remembers every header it saw, and is not Understudy."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
            body = b'{"access_token":"not-ours"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.server_address[1]}", seen
    finally:
        listener.shutdown()
        listener.server_close()


# --- the cases ------------------------------------------------------------------------------------------------------------


def redirected(server):
    """The override leads Python, JS, Java and C++ here; .NET's own look fails; Go and Rust never read it."""
    override = f"AZURE_POD_IDENTITY_AUTHORITY_HOST={server.metadata}"
    wanted = {"python": "token", "js": "token", "java": "token", "cpp": "token", "net": "next", "go": "next", "rust": "next"}
    for language in LANGUAGES:
        links, _ = chain(server, language, override, status=0 if wanted[language] == "token" else 1)
        expect(result(links), wanted[language], f"{language}: {links['ManagedIdentityCredential']}")
    links, _ = chain(server, "net", override)
    reasons(links, "ManagedIdentityCredential", "takes 400", "AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential")
    links, _ = chain(server, "net", override, "AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential", status=0)
    expect(result(links), "token", "result for .NET when it does not look first")
    links, _ = chain(server, "python", override)
    expect(result(links, "AzureCliCredential"), "not reached", "the link after the token")
    decisions = {str(decision["id"]): decision for decision in server.decisions()}
    exchange = links["ManagedIdentityCredential"]["exchanges"][-1]
    expect(decisions[str(exchange["decision"])]["outcome"], "issued", "outcome of the decision it names")
    own = [exchange.get("ownQuestion", False) for exchange in links["ManagedIdentityCredential"]["exchanges"]]
    expect(own, [True, False], "which requests Python, led here, never sends")
    links, _ = chain(server, "net", override)
    own = [exchange.get("ownQuestion", False) for exchange in links["ManagedIdentityCredential"]["exchanges"]]
    expect(own, [False], "which requests .NET, which looks first, never sends")


def unnamed(server):
    """An id that nobody has: Go stops where Python goes on."""
    stranger_id = "AZURE_CLIENT_ID=99999999-9999-4999-8999-999999999999"
    links, _ = chain(server, "python", f"AZURE_POD_IDENTITY_AUTHORITY_HOST={server.metadata}", stranger_id, status=1)
    expect((result(links), result(links, "AzureCliCredential")), ("next", "next"), "Python's results")
    reasons(links, "ManagedIdentityCredential", "400")
    links, _ = chain(server, "java", f"AZURE_POD_IDENTITY_AUTHORITY_HOST={server.metadata}", stranger_id, status=1)
    expect((result(links), result(links, "AzureCliCredential")), ("stop", "not reached"), "Java's results")
    links, _ = chain(server, "go", "AZURE_CLIENT_ID=", status=1)
    expect((result(links), result(links, "AzureCLICredential")), ("next", "next"), "Go's results for an empty client id")


def secret(server):
    """Environment: the authority's documents first, then the secret; a wrong one stops the chain, and C++ goes on."""
    settings = [f"AZURE_TENANT_ID={TENANT}", f"AZURE_CLIENT_ID={WEB}", f"AZURE_AUTHORITY_HOST={server.authority}",
                f"SSL_CERT_FILE={server.ca_file()}", f"REQUESTS_CA_BUNDLE={server.ca_file()}"]
    # Nothing here resolves login.microsoftonline.com, which Python and Go ask first about any other host.
    for language in ("python", "go"):
        links, _ = chain(server, language, *settings, f"AZURE_CLIENT_SECRET={SECRET}", status=1)
        expect(result(links, "EnvironmentCredential"), "stop", f"{language}'s result")
        reasons(links, "EnvironmentCredential", "login.microsoftonline.com")
    links, _ = chain(server, "net", *settings, f"AZURE_CLIENT_SECRET={SECRET}", status=0)
    reasons(links, "EnvironmentCredential", "a token as web")
    links, _ = chain(server, "net", *settings, "AZURE_CLIENT_SECRET=wrong", status=1)
    expect(result(links, "EnvironmentCredential"), "stop", "result for a wrong secret")
    links, _ = chain(server, "net", *[setting for setting in settings if "CA" not in setting and "CERT" not in setting],
                     f"AZURE_CLIENT_SECRET={SECRET}", status=1)
    reasons(links, "EnvironmentCredential", "does not trust", "SSL_CERT_FILE")
    links, _ = chain(server, "cpp", *settings, f"AZURE_CLIENT_SECRET={SECRET}", f"AZURE_POD_IDENTITY_AUTHORITY_HOST={server.metadata}",
                     status=0)
    expect((result(links, "EnvironmentCredential"), result(links)), ("next", "token"), "C++, which trusts the system's store only")


def federated(server, folder):
    """WorkloadIdentity: the file's assertion is really exchanged."""
    token = folder / "assertion"
    token.write_text("no.assertion.atall\n")
    settings = [f"AZURE_TENANT_ID={TENANT}", f"AZURE_CLIENT_ID={WEB}", f"AZURE_AUTHORITY_HOST={server.authority}/",
                f"AZURE_FEDERATED_TOKEN_FILE={token}", f"REQUESTS_CA_BUNDLE={server.ca_file()}"]
    links, _ = chain(server, "python", *settings, status=1)
    expect(result(links, "WorkloadIdentityCredential"), "stop", "result for a bad assertion")
    token.unlink()
    links, _ = chain(server, "python", *settings, status=1)
    reasons(links, "WorkloadIdentityCredential", "cannot be read")


def strangers(server):
    """What is not this server is told no secret and asked for no token."""
    with stranger() as (url, seen):
        links, _ = chain(server, "python", f"IDENTITY_ENDPOINT={url}/token", f"IDENTITY_HEADER={SECRET}", status=1)
        expect(result(links), "unknown", "result")
        reasons(links, "ManagedIdentityCredential", "something else than this server answers (200)")
        expect(len(seen), 1, "requests the stranger saw")
        if any(SECRET in str(request) or request[2].get("Metadata") for request in seen):
            raise AssertionError(f"the stranger was told {seen}")
    links, _ = chain(server, "python", "IDENTITY_ENDPOINT=http://127.0.0.1:9/", "IDENTITY_HEADER=x", status=1)
    reasons(links, "ManagedIdentityCredential", "nobody answers")


def environments(server, folder):
    """The shell's environment, a file as `env` prints it, and what is given over either."""
    file = folder / "env.sh"
    file.write_text(server.run("env", "--control", server.control, check=0).stdout)
    links, document = chain(server, "python", arguments=("--env-file", str(file)), status=0)
    expect(result(links), "token", f"result by what env prints: {links}")
    expect((document["language"], document["token"]), ("python", True), "the document's head")
    chain(server, "python", "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9", arguments=("--env-file", str(file)), status=1)
    environment = testkit.clean_environment(AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata, AZURE_TOKEN_CREDENTIALS="prod")
    shell = subprocess.run([str(testkit.executable()), "chain", "--language", "python", "--control", server.control],
                           capture_output=True, text=True, timeout=30, env=environment)
    expect(shell.returncode, 0, f"exit status by the shell's environment; {shell.stdout}{shell.stderr}")
    for mention in ("azure-identity for Python", "not reached", "IMDS, by AZURE_POD_IDENTITY", "decision"):
        if mention not in shell.stdout:
            raise AssertionError(f"{mention!r} is not in {shell.stdout}")
    links, _ = chain(server, "python", "AZURE_TOKEN_CREDENTIALS=dev", status=1)
    reasons(links, "ManagedIdentityCredential", "AZURE_TOKEN_CREDENTIALS leaves it out")
    for arguments in (["--language", "perl"], ["--language", "go", "--clear", "--env-file", "x"], ["--language", "go", "nonsense"], []):
        expect(server.run("chain", *arguments).returncode, 64, f"exit status of {arguments}")


def real_address(server):
    """With 169.254.169.254 leading here, Go, Rust and .NET get their token without any variable."""
    for language in LANGUAGES:
        links, _ = chain(server, language, status=0)
        expect(result(links), "token", f"{language}: {links['ManagedIdentityCredential']}")


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else None
    reason = testkit.enter_namespace()
    tally = testkit.Tally("chain", only)
    names = {"redirected": "the override leads here whom it leads", "unnamed": "a refusal stops whom it stops",
             "secret": "a secret is proved at the authority, after what the SDK asks first", "federated": "an assertion is exchanged",
             "strangers": "a stranger is told nothing", "environments": "the environment is the shell's, a file's or what is given",
             "real": "at 169.254.169.254 every SDK gets its token"}
    if reason:
        for name in names.values():
            tally.skip(name, reason)
        return tally.finish()
    with tempfile.TemporaryDirectory() as folder, testkit.Server(manifest=APPLICATION_AND_VM) as server:
        folder = pathlib.Path(folder)
        tally.case(names["redirected"], redirected, server)
        tally.case(names["unnamed"], unnamed, server)
        tally.case(names["secret"], secret, server)
        tally.case(names["federated"], federated, server, folder)
        tally.case(names["strangers"], strangers, server)
        tally.case(names["environments"], environments, server, folder)
    testkit.add_loopback_addresses(["169.254.169.254"])
    with testkit.Server(manifest=APPLICATION_AND_VM, metadata="169.254.169.254:80") as server:
        tally.case(names["real"], real_address, server)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
