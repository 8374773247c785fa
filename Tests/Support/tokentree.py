"""What the projection suites share: a writer process, a hammering reader, and the verifying of what it reads."""

import http.client
import os
import pathlib
import signal
import ssl
import subprocess
import threading

import testkit
from testkit import expect

TOKEN = "token/azure-identity-token"


def fetch(server, path):
    """(status, header lines, body) of a GET on the authority listener over TLS with our CA alone."""
    host, port = testkit.host_and_port(server.authority)
    connection = http.client.HTTPSConnection(host, port, timeout=10, context=ssl.create_default_context(cafile=server.ca_file()))
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


def keys_of(server, issuer):
    """The published keys of an issuer by kid, through its discovery document."""
    import jwt

    document = testkit.fetch_json(issuer + ".well-known/openid-configuration", server.ca_file())
    expect(document["issuer"], issuer, "issuer in its own document")
    keys = testkit.fetch_json(document["jwks_uri"], server.ca_file())["keys"]
    return {key["kid"]: jwt.PyJWK(key, algorithm="RS256").key for key in keys}


def verified(server, token, audience, keys=None):
    """The claims of a token, its signature, times, audience and issuer checked by PyJWT."""
    import jwt

    header, payload = testkit.claims_unverified(token)
    keys = keys if keys is not None else {}
    if header["kid"] not in keys:
        keys.update(keys_of(server, payload["iss"]))
    expect(header["kid"] in keys, True, f"the kid {header['kid']} is published")
    return jwt.decode(token, keys[header["kid"]], algorithms=["RS256"], audience=audience, issuer=payload["iss"],
                      options={"require": ["exp", "iat", "nbf", "aud", "iss", "sub", "jti"]})


class Writer:
    """`understudy project-token` as a child process, ready once it has said what it keeps."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __enter__(self):
        self.process = subprocess.Popen([str(testkit.executable()), "project-token", *self.arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=testkit.clean_environment(), start_new_session=True)
        if not self.process.stdout.readline():
            problem = self.process.stderr.read().decode(errors="replace")
            raise AssertionError(f"the writer ended with status {self.process.wait()}: {problem}")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=15)
        if self.process.returncode != 0:
            raise AssertionError(f"the writer ended with status {self.process.returncode}: {errors.decode(errors='replace')}")


class Reader:
    """Reads a token file as fast as it can, and verifies every token it has not met before. The file must be there from the start on."""

    def __init__(self, server, tree, audience):
        self.server, self.file, self.audience = server, pathlib.Path(tree) / TOKEN, audience
        self.reads, self.different, self.failure = 0, 0, None
        self.key_ids, self.subjects = set(), set()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        seen, keys = None, {}
        try:
            while not self.over.is_set():
                with open(self.file, "rb") as file:
                    content = file.read()
                self.reads += 1
                if content == seen:
                    continue
                seen = content
                token = content.decode("ascii")
                claims = verified(self.server, token, self.audience, keys)
                self.key_ids.add(testkit.claims_unverified(token)[0]["kid"])
                self.subjects.add(claims["sub"])
                self.different += 1
        except Exception as problem:  # whatever it is, the suite is told
            self.failure = f"after {self.reads} reads: {type(problem).__name__}: {problem}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def check(self):
        """Fails with what the reader met."""
        if self.failure:
            raise AssertionError(self.failure)


def leftovers(tree):
    """Names in a volume besides the visible link, `..data` and the directory it leads to."""
    current = os.readlink(pathlib.Path(tree) / "..data")
    return sorted(set(os.listdir(tree)) - {"token", "..data", current})
