"""`understudy proxy` as a child process, for the live and the conformance tests."""

import json
import pathlib
import select
import subprocess
import tempfile

import testkit

ASK = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"


class Proxy:
    """`understudy proxy`, awaited by its announcement and stopped by SIGTERM; as another user when one is given."""

    def __init__(self, environment, *arguments, listen="127.0.0.1:0", user=None):
        self.user = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.folder = tempfile.TemporaryDirectory(prefix="understudy-sidecar-")
        self.log_path = pathlib.Path(self.folder.name) / "log.txt"
        self.command = [str(testkit.executable()), "proxy", "--listen", listen, "--announce", "json", *arguments]
        self.environment = testkit.clean_environment(**environment)

    def __enter__(self):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, env=self.environment, **self.user)
        ready, _, _ = select.select([self.process.stdout], [], [], 20)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.process.kill()
            raise AssertionError(f"no announcement; log: {self.log()}")
        self.url = json.loads(line)["proxy"]
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        self.process.stdout.close()
        self.folder.cleanup()

    def log(self):
        return self.log_path.read_text()

    def ask(self, target=ASK):
        return testkit.get(self.url, target, "Metadata: true", "Connection: close")
