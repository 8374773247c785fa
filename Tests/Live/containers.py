"""Callers that are real containers: podman on a bridge, started and stopped while Understudy serves.

    .venv/bin/python Tests/Live/containers.py

The image is busybox alone. Containers call the metadata listener on the bridge's own address; who they are follows from their
labels and names, which Understudy reads from podman's API socket. Needs root, podman, runc, netavark and a static busybox;
where one is missing, the cases count as skipped.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import engine  # noqa: E402
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK, ONE_POD  # noqa: E402

IMAGE, NETWORK, GATEWAY, SUBNET = "localhost/understudy-test-busybox", "understudy-test", "10.89.77.1", "10.89.77.0/24"
WITHIN = 1.0


class Podman(engine.Engine):
    """An engine with an image that is busybox alone."""

    def image(self):
        root = self.folder / "image"
        (root / "bin").mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), root / "bin/busybox")
        subprocess.run(["tar", "-C", str(root), "-cf", str(self.folder / "image.tar"), "."], check=True)
        self("import", str(self.folder / "image.tar"), IMAGE)

    def run(self, name, *options):
        self("run", "-d", "--name", name, "--network", NETWORK, *options, IMAGE, "/bin/busybox", "sleep", "600")

    def ask(self, name, url):
        """What a container gets: (status, body)."""
        answer = self("exec", name, "/bin/busybox", "wget", "-q", "-S", "-O", "-", "--header", "Metadata: true", url, check=False)
        status = next((line.split()[1] for line in answer.stderr.splitlines() if line.strip().startswith("HTTP/")), "")
        return status, answer.stdout


def missing():
    reason = engine.missing("busybox")
    if reason is None and subprocess.run(["ldd", shutil.which("busybox")], capture_output=True).returncode == 0:
        return "needs busybox-static"
    return reason


def pods(server):
    return {item["metadata"]["name"]: item.get("status", {}).get("podIP") for item in json.loads(server.control_get("/objects/pod")[1])["items"]}


def cases(tally, podman, server):
    url = f"http://{GATEWAY}:{testkit.host_and_port(server.metadata)[1]}{ASK}"

    def client(name):
        status, body = podman.ask(name, url)
        return (status, json.loads(body)["token_type"] if status == "200" else body)

    def appears():
        podman.run("app", "--label", "aadpodidbinding=app")
        began = time.monotonic()
        testkit.wait_until(lambda: pods(server).get("app"), 10, 0.02)
        took = time.monotonic() - began
        expect(took < WITHIN, True, f"seen {took:.2f} s after its start; within {WITHIN} s")
        expect(client("app")[0], "200")

    def by_its_own_identity():
        decision = server.decisions("?outcome=issued")[-1]
        expect(decision["caller"].get("pod"), "default/app", f"caller of {decision}")

    def unlabelled():
        podman.run("stranger")
        status, _ = client("stranger")
        expect(status != "200", True, f"a container without a label got {status}")

    def by_name():
        podman.run("named")
        testkit.wait_until(lambda: pods(server).get("named"), 10, 0.02)
        expect(client("named")[0], "200")

    def kubelet_labels():
        podman.run("k8s_c", "--label", "io.kubernetes.pod.name=app-7", "--label", "io.kubernetes.pod.namespace=default", "--label",
                   "aadpodidbinding=app")
        testkit.wait_until(lambda: pods(server).get("app-7"), 10, 0.02)
        expect(client("k8s_c")[0], "200")

    def vanishes():
        podman("stop", "-t", "0", "app")
        began = time.monotonic()
        testkit.wait_until(lambda: "app" not in pods(server), 10, 0.02)
        took = time.monotonic() - began
        expect(took < WITHIN, True, f"gone {took:.2f} s after its stop; within {WITHIN} s")

    def stands_again():
        podman("rm", "-f", "-t", "0", "named")
        testkit.wait_until(lambda: pods(server).get("named") is None, 10, 0.02)
        expect("named" in pods(server), True, "the manifest's pod stays, without an address")

    def reused_address():
        address = pods(server)["app-7"]
        podman("rm", "-f", "-t", "0", "k8s_c")
        testkit.wait_until(lambda: "app-7" not in pods(server), 10, 0.02)
        podman.run("heir", "--ip", address, "--label", "aadpodidbinding=nobody")
        testkit.wait_until(lambda: pods(server).get("heir") == address, 10, 0.02)
        expect(client("heir")[0] != "200", True, "the heir of an address does not inherit its identity")

    def engine_gone():
        podman.stop_serving()
        testkit.wait_until(lambda: "heir" not in pods(server), 15, 0.05)
        expect("cannot be asked" in server.log(), True, "the log says that the engine is gone")

    for body in (appears, by_its_own_identity, unlabelled, by_name, kubelet_labels, vanishes, stands_again, reused_address, engine_gone):
        tally.case(body.__name__.replace("_", " "), body)


def main():
    # The bridge is made in a network namespace of this test's own.
    reason = missing() or testkit.enter_namespace()
    tally = testkit.Tally("containers", sys.argv[1] if len(sys.argv) > 1 else None)
    if reason:
        tally.skip("containers", reason)
        return tally.finish()
    with tempfile.TemporaryDirectory(prefix="understudy-containers-") as name:
        folder = pathlib.Path(name)
        podman = Podman(folder)
        try:
            podman.image()
            podman("network", "create", "--subnet", SUBNET, "--gateway", GATEWAY, NETWORK)
            podman.serve()
            # The bridge exists once a container is on it.
            podman.run("first")
            named = ONE_POD["pod"].replace("name: app", "name: named").replace("podIP: 127.0.0.1", "").replace("status: {phase: Running, }", "")
            manifest = "---\n".join([ONE_POD["identity"], ONE_POD["binding"], ONE_POD["node"], named])
            with testkit.Server(manifest=manifest, metadata=f"{GATEWAY}:0", arguments=("--container-socket", podman.socket)) as server:
                cases(tally, podman, server)
        finally:
            podman.close()
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
