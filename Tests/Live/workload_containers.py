"""Examples/workload-identity in real containers: Compose, an unmodified azure-identity, what `understudy env` prints.

    .venv/bin/python Tests/Live/workload_containers.py

The Compose file and the script are the example's own. Nothing is fetched: in place of the example's image there is an empty one, into which
this machine's Python and the test environment's azure-identity are mounted. Needs root, podman, runc and netavark; else the cases count as
skipped.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import engine  # noqa: E402
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

EXAMPLE = testkit.ROOT / "Examples/workload-identity"
IMAGE = "localhost/understudy-example-workload"
IDENTITY, TENANT = "1a2b3c4d-0001-4000-8000-00000000a001", "7d0b9c1e-0001-4000-8000-00000000c001"


class Compose:
    """podman-compose on an engine of this test's own."""

    def __init__(self, podman, folder):
        self.environment, self.folder = podman.environment, folder
        self.command = [sys.executable, "-m", "podman_compose", "--no-ansi", "--podman-args", " ".join(podman.globals),
                        "-p", "understudy-example", "-f", "compose.yaml", "-f", "understudy.yaml", "-f", "python.yaml"]

    def __call__(self, *arguments):
        return subprocess.run([*self.command, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60)

    def run(self):
        """Everything the container printed, from its start to its end."""
        try:
            return self("up", "--no-build").stdout
        finally:
            self("down")


def empty_image(podman, folder):
    """An image of nothing: all it is to have is mounted."""
    (folder / "nothing").mkdir()
    subprocess.run(["tar", "-C", str(folder / "nothing"), "-cf", str(folder / "nothing.tar"), "."], check=True)
    podman("import", str(folder / "nothing.tar"), IMAGE)


def python_file(folder):
    """What the example's image would bring: Python with azure-identity, and the script."""
    prefix = sys.base_prefix
    mounted = dict.fromkeys(["/usr", "/lib", "/lib64", prefix])
    volumes = [f"{path}:{path}:ro" for path in mounted if os.path.isdir(path)]
    volumes += [f"{sysconfig.get_path('purelib')}:/packages:ro", f"{folder}/app.py:/app.py:ro"]
    environment = {"PATH": f"{prefix}/bin:/usr/bin", "PYTHONPATH": "/packages"}
    # JSON is YAML.
    (folder / "python.yaml").write_text(json.dumps({"services": {"app": {"environment": environment, "volumes": volumes}}}))


def overlay(server, folder):
    """What the README says to write."""
    printed = server.run("env", "--control", server.control, "--plane", "workload-identity", "--format", "compose", "--service", "app",
                         "--host", "host.containers.internal", check=0).stdout
    (folder / "understudy.yaml").write_text(printed)
    return printed


def runs(server, folder, compose):
    overlay(server, folder)
    printed = compose.run()
    line = next((line for line in printed.splitlines() if '"appid"' in line), "")
    expect(line[line.find("{"):], json.dumps({"aud": "https://vault.azure.net", "appid": IDENTITY, "tid": TENANT}), f"line of {printed}")
    expect([decision["path"] for decision in server.decisions("?outcome=issued")], [f"/{TENANT}/oauth2/v2.0/token"], "tokens issued")


def near_miss(server, folder, compose):
    """A subject in another case: the container sees the number, explain the letter."""
    world = folder / "world.yaml"
    world.write_text(world.read_text().replace("subject: system:serviceaccount:prod:web", "subject: system:serviceaccount:prod:Web"))
    testkit.wait_until(lambda: "prod:Web" in server.control_get("/objects/federatedidentitycredential")[1].decode(), limit=10)
    printed = compose.run()
    expect("AADSTS7002138" in printed, True, f"the number in {printed[-2000:]}")
    told = server.run("explain", "--control", server.control, "--service-account", "prod/web", check=1).stdout
    expect('character 28 is "w", not "W"' in told, True, told)


def for_kubernetes(server):
    """The Kubernetes lines are a pod's, whole: env and mounts of a container, volumes."""
    import kubernetes_validate
    import yaml

    printed = server.run("env", "--control", server.control, "--plane", "workload-identity", "--format", "kubernetes", check=0).stdout
    lines = yaml.safe_load(printed)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
        "containers": [{"name": "c", "image": "i", "env": lines["env"], "volumeMounts": lines["volumeMounts"]}], "volumes": lines["volumes"]}}
    kubernetes_validate.validate(pod, "1.35.0", strict=True)
    expect({item["name"]: item["value"] for item in lines["env"]}["AZURE_FEDERATED_TOKEN_FILE"],
           "/var/run/secrets/azure/wi/token/azure-identity-token", "token file")


def for_a_shell(server, folder):
    """With the shell's lines alone, a process on this host gets a token."""
    printed = server.run("env", "--control", server.control, "--plane", "workload-identity", check=0).stdout
    answer = subprocess.run(["sh", "-c", f"{printed}\nexec {sys.executable} app.py"], cwd=folder, env=testkit.clean_environment(),
                            capture_output=True, text=True, timeout=60)
    expect(json.loads(answer.stdout)["appid"], IDENTITY, f"application; {answer.stderr[-1000:]}")


def main():
    reason = engine.missing() or testkit.enter_namespace()
    tally = testkit.Tally("Examples/workload-identity in containers", sys.argv[1] if len(sys.argv) > 1 else None)
    if reason:
        tally.skip("Examples/workload-identity", reason)
        return tally.finish()
    with tempfile.TemporaryDirectory(prefix="understudy-example-") as name:
        folder = pathlib.Path(name) / "example"
        shutil.copytree(EXAMPLE, folder)
        os.chdir(folder)  # where the README's commands run, and the server with its relative paths
        podman = engine.Engine(pathlib.Path(name) / "engine")
        try:
            with testkit.Server("world.yaml", authority="0.0.0.0:0", arguments=("--state", "state")) as server:
                # The first token is written once the server is ready, a good moment later: a key is made for it.
                testkit.wait_until((folder / "tokens/token/azure-identity-token").exists, limit=20)
                tally.case("a shell's lines are enough for azure-identity", for_a_shell, server, folder)
                tally.case("a pod's lines are valid", for_kubernetes, server)
            empty_image(podman, pathlib.Path(name))
            python_file(folder)
            with testkit.Server("world.yaml", authority="0.0.0.0:0", arguments=("--state", "state")) as server:
                compose = Compose(podman, folder)
                tally.case("the example runs by its Compose file", runs, server, folder, compose)
                tally.case("a near miss is told by number and by letter", near_miss, server, folder, compose)
        finally:
            podman.close()
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
