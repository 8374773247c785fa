"""The manifests of Examples/kubernetes: valid by Kubernetes' own schemas, and what they say of Understudy is so.

    .venv/bin/python Tests/Conformance/kubernetes_examples.py [TEXT]     only the cases whose name holds TEXT

kubernetes-validate judges every document. The containers of ours are then started as the kubelet would start them: their arguments
and variables with the image's own, their user and capabilities, their probe, with directories in the place of volumes; and what the
manifest promises to the application is asked for. No cluster is involved, and no image: Tests/image runs that.
"""

import contextlib
import importlib.metadata
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import ROOT, expect  # noqa: E402

FOLDER = ROOT / "Examples/kubernetes"
MANIFESTS = {path.stem: list(yaml.safe_load_all(path.read_text())) for path in sorted(FOLDER.glob("*.yaml"))}
# The newest schemas, and the oldest that this judge has with restartPolicy of init containers (1.29 and later).
KUBERNETES = ["1.35.0", "1.32.0"]
RECIPE = (ROOT / "Docker/Dockerfile").read_text()
# Which target of the recipe an image of the manifests is.
TARGETS = {"understudy": "sidecar", "understudy-node": "node"}
HOST, ASK = "10.77.0.1", "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"


def stage(target):
    """What the recipe says below `FROM … AS target`."""
    return re.split(r"^FROM ", next(part for part in RECIPE.split("\nFROM ") if f" AS {target}\n" in part), flags=re.MULTILINE)[0]


def pod_of(document):
    return document["spec"]["template"]["spec"] if "template" in document["spec"] else document["spec"]


def pods():
    """(manifest, pod's specification, container of ours) of every manifest."""
    for name, documents in MANIFESTS.items():
        for document in documents:
            if document["kind"] in ("Pod", "DaemonSet"):
                pod = pod_of(document)
                for container in pod.get("initContainers", []) + pod["containers"]:
                    if "understudy" in container["image"]:
                        yield name, pod, container


# --- as they are written ------------------------------------------------------------------------------------------------------


def valid(name, kubernetes):
    for document in MANIFESTS[name]:
        kubernetes_validate.validate(document, kubernetes, strict=True)
    return ", ".join(document["kind"] for document in MANIFESTS[name])


def judge_is_awake():
    document = json.loads(json.dumps(MANIFESTS["sidecar"][-1]))
    pod_of(document)["initContainers"][0]["livenessprobe"] = {}
    try:
        kubernetes_validate.validate(document, KUBERNETES[0], strict=True)
    except kubernetes_validate.ValidationError:
        return
    raise AssertionError("a misspelt member was let through")


def refers_to_what_is_there(name):
    """Volumes, config maps, service accounts and labels that are named exist; images of ours are targets of the recipe."""
    documents = MANIFESTS[name]
    maps = {document["metadata"]["name"] for document in documents if document["kind"] == "ConfigMap"} | {"kube-root-ca.crt"}
    accounts = {document["metadata"]["name"] for document in documents if document["kind"] == "ServiceAccount"} | {None}
    for document in documents:
        if document["kind"] not in ("Pod", "DaemonSet"):
            continue
        pod = pod_of(document)
        if "selector" in document["spec"]:
            expect(document["spec"]["selector"]["matchLabels"], document["spec"]["template"]["metadata"]["labels"], "selected labels")
        expect(pod.get("serviceAccountName") in accounts, True, "the service account is declared")
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for named in re.findall(r"'configMap': \{'name': '([^']+)'", str(volumes)):
            expect(named in maps, True, f"the config map {named} is declared")
        used = set()
        for container in pod.get("initContainers", []) + pod["containers"]:
            used |= {mount["name"] for mount in container.get("volumeMounts", [])}
        expect(used, set(volumes), "volumes that are mounted")
    for manifest, pod, container in pods():
        if manifest != name:
            continue
        target = TARGETS[re.search(r"/([\w-]+):", container["image"]).group(1)]
        expect(f" AS {target}\n" in RECIPE, True, f"target {target} of the recipe")
        program = json.loads(re.search(r"^ENTRYPOINT (\[.*\])$", stage(target), re.MULTILINE).group(1))[0]
        probe = (container.get("startupProbe") or container["readinessProbe"])["exec"]["command"]
        expect(probe, [program, "health"], "the probe's command, in an image without a shell")
        if container["securityContext"].get("runAsNonRoot"):
            expect(bool(re.search(r"^USER \d+:\d+$", stage(target), re.MULTILINE)), True, "a user by number, which runAsNonRoot wants")


# --- as they are run ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def started(pod, container):
    """The container's process, after its probe said that it is ready."""
    target = TARGETS[re.search(r"/([\w-]+):", container["image"]).group(1)]
    image_user = (re.findall(r"^USER (\d+):\d+$", stage(target), re.MULTILINE) or ["0"])[0]
    user = str(container["securityContext"].get("runAsUser", image_user))
    with tempfile.TemporaryDirectory(prefix="understudy-kubernetes-") as folder:
        os.chmod(folder, 0o755)
        places = {}
        for mount in container["volumeMounts"]:
            places[mount["mountPath"]] = place = f"{folder}/{mount['name']}"
            os.makedirs(place)
            os.chown(place, int(user), int(user))
        fill(pod, container, places)

        def placed(text):
            within = next((path for path in places if text == path or text.startswith(path + "/")), None)
            return (places[within] + text.removeprefix(within) if within else text).replace("$(HOST_IP)", HOST)

        variables = dict(re.findall(r"(UNDERSTUDY_\w+)=(\S+)", " ".join(re.findall(r"^ENV (.*)$", stage(target), re.MULTILINE))))
        variables.update({variable["name"]: variable.get("value", "") for variable in container.get("env", []) if "value" in variable})
        added = [name.lower() for name in container["securityContext"]["capabilities"].get("add", [])]
        granted = ",".join(["-all", *(f"+{name}" for name in added)])
        locked = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", f"--inh-caps={granted}", f"--bounding-set={granted}",
                  "--no-new-privs"]
        program = str(testkit.executable())
        # The one place that no argument names, for it is the program's default.
        variables.setdefault("UNDERSTUDY_RUN_DIRECTORY", "/run/understudy")
        environment = testkit.clean_environment(**{name: placed(value) for name, value in variables.items()})
        with open(f"{folder}/log", "w") as log:
            process = subprocess.Popen([*locked, program, *map(placed, container["args"])], env=environment, stdout=log, stderr=log)
        try:
            testkit.wait_until(lambda: process.poll() is not None or subprocess.run(
                [*locked, program, "health"], env=environment, capture_output=True).returncode == 0, 20, 0.05)
            said = pathlib.Path(f"{folder}/log").read_text()
            expect(process.poll(), None, f"the process goes on; {said[-1500:]}")
            yield places, lambda: pathlib.Path(f"{folder}/log").read_text()
        finally:
            process.terminate()
            expect(process.wait(timeout=10), 0, f"exit status; {pathlib.Path(f'{folder}/log').read_text()[-1500:]}")


def fill(pod, container, places):
    """What config maps, and the exporter, put into volumes."""
    maps = {document["metadata"]["name"]: document["data"] for documents in MANIFESTS.values() for document in documents
            if document["kind"] == "ConfigMap"}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in container["volumeMounts"]:
        place = pathlib.Path(places[mount["mountPath"]])
        for name, text in maps.get(volumes[mount["name"]].get("configMap", {}).get("name"), {}).items():
            (place / name).write_text(text)
        if mount["mountPath"] == "/manifests" and any(other["name"] == "exporter" for other in pod.get("initContainers", [])):
            for file in (ROOT / "Examples/quickstart").glob("*.yaml"):
                shutil.copy(file, place)


def ours(name):
    return next((pod, container) for manifest, pod, container in pods() if manifest == name)


def issued(url):
    answer = testkit.get(url, ASK, "Metadata: true")
    expect((answer.status, "access_token" in answer.json()), (200, True), f"token of {url}: {answer.body[:300]}")


def sidecar():
    pod, container = ours("sidecar")
    application = {variable["name"]: variable["value"] for variable in pod["containers"][0]["env"]}
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    with started(pod, container) as (places, _):
        issued(application["AZURE_POD_IDENTITY_AUTHORITY_HOST"])
        bundle = pathlib.PurePosixPath(application["REQUESTS_CA_BUNDLE"])
        expect(mounts[str(bundle.parent)], next(mount["name"] for mount in container["volumeMounts"] if mount["mountPath"] == "/trust"),
               "the volume that both mount")
        testkit.fetch_json("https://localhost:8443/common/v2.0/.well-known/openid-configuration", f"{places['/trust']}/{bundle.name}")
        for name, address in (("UNDERSTUDY_METADATA", 2579), ("UNDERSTUDY_AUTHORITY", 8443), ("UNDERSTUDY_CONTROL", 8181)):
            expect(next(variable["value"] for variable in container["env"] if variable["name"] == name), f"127.0.0.1:{address}", name)


def sidecar_address():
    def held():
        return "169.254.169.254" in subprocess.run(["ip", "-o", "address", "show", "dev", "lo"], capture_output=True, text=True).stdout

    expect(held(), False, "the address before")
    with started(*ours("sidecar-address")):
        issued("http://169.254.169.254:80")
        expect(held(), True, "the address meanwhile")
    expect(held(), False, "the address afterwards")


def daemonset():
    testkit.add_loopback_addresses([HOST])
    rules = ["nft", "--stateless", "list", "ruleset"]
    before = subprocess.run(rules, capture_output=True, text=True).stdout
    with started(*ours("daemonset")) as (_, log):
        during = subprocess.run(rules, capture_output=True, text=True).stdout
        expect(f"{HOST}:2579" in during, True, f"a rule that leads to the node's address, in {during}{log()}")
        # The cluster's objects were read: a caller that is no pod of theirs is refused as by NMI, and gets no token of the node.
        expect(testkit.get(f"http://{HOST}:2579", ASK, "Metadata: true").status, 500, "status for a caller that is no pod")
    expect(subprocess.run(rules, capture_output=True, text=True).stdout, before, "rules afterwards")


def main():
    tally = testkit.Tally(f"Examples/kubernetes, kubernetes-validate {importlib.metadata.version('kubernetes-validate')}",
                          sys.argv[1] if len(sys.argv) > 1 else None)
    refusal = testkit.enter_namespace()
    for name in MANIFESTS:
        for kubernetes in KUBERNETES:
            tally.case(f"{name}.yaml is valid for Kubernetes {kubernetes}", valid, name, kubernetes)
        tally.case(f"{name}.yaml refers to what is there", refers_to_what_is_there, name)
    tally.case("what is not valid is refused", judge_is_awake)
    expect(sorted(name for name, _, _ in pods()), sorted(MANIFESTS), "manifests with a container of ours")
    refusal = refusal or (None if os.geteuid() == 0 and shutil.which("setpriv") and shutil.which("nft") else "needs root, setpriv and nft")
    for what, body in (("sidecar.yaml, with no privilege, gives tokens and its CA", sidecar),
                       ("sidecar-address.yaml, with its two capabilities, answers 169.254.169.254 and takes it away", sidecar_address),
                       ("daemonset.yaml, with its two capabilities, intercepts on the node's address and leaves no rule", daemonset)):
        if refusal:
            tally.skip(what, refusal)
        else:
            tally.case(what, body)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
