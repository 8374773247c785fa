"""Injected manifests of every kind and release: field for field what the webhook's facts say, and strictly valid by Kubernetes' schemas.

    .venv/bin/python Tests/Conformance/injected.py [TEXT]     only the cases whose name holds TEXT

What is expected is built here from the facts' table of releases, without any code of ours; kubernetes-validate is the judge of schemas.
What is printed is read back by PyYAML: YAML and JSON say the same.
"""

import copy
import hashlib
import importlib.metadata
import json
import pathlib
import re
import subprocess
import sys

import kubernetes_validate
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

# The newest schemas that have every kind in its present version, and the first API server with native sidecars.
KUBERNETES = ["1.35.0", "1.32.0"]
TENANT, CLIENT = "11111111-1111-1111-1111-111111111111", "0a0a0a0a-1111-4222-8333-444444444444"
LABELS = {"app": "web", "azure.workload.identity/use": "true"}
POD = {
    "metadata": {"labels": LABELS, "annotations": {"azure.workload.identity/inject-proxy-sidecar": "true"}},
    "spec": {
        "serviceAccountName": "web",
        "initContainers": [{"name": "init", "image": "busybox", "command": ["sh", "-c", "set -e\n\necho \"x: y\" # no\n  exit 0\n"]}],
        "containers": [
            {"name": "web", "image": "nginx:1.29", "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}},
             "env": [{"name": name, "value": value} for name, value in [
                 ("A", "y"), ("B", "no"), ("C", "0x1F"), ("D", "1e3"), ("E", ""), ("F", "~"), ("G", " lead"), ("H", "a: b"), ("I", "2026-01-01"),
                 ("J", "12:30:45"), ("K", "é\u2028\u0085\t"), ("L", "one\ntwo"), ("M", "one\ntwo\n\n"), ("N", "- x"), ("O", "0o17"), ("P", "=")]]},
        ],
        "volumes": [{"name": "scratch", "emptyDir": {}}],
    },
}
JOB = {**POD, "spec": {**POD["spec"], "restartPolicy": "Never"}}
SELECTOR = {"matchLabels": {"app": "web"}}


def named(api_version, kind, spec):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": f"web-{kind.lower()}", "namespace": "prod"}, "spec": spec}


MANIFESTS = [
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {
        "name": "web", "namespace": "prod", "annotations": {"azure.workload.identity/client-id": CLIENT}}},
    {**named("v1", "Pod", POD["spec"]), "metadata": {"name": "web-pod", "namespace": "prod", **POD["metadata"]}},
    named("apps/v1", "Deployment", {"selector": SELECTOR, "template": POD}),
    named("apps/v1", "StatefulSet", {"selector": SELECTOR, "serviceName": "web", "template": POD}),
    named("apps/v1", "DaemonSet", {"selector": SELECTOR, "template": POD}),
    named("batch/v1", "Job", {"template": JOB}),
    named("batch/v1", "CronJob", {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": JOB}}}),
]


# What a client can see of each release: mount, token's path in the volume, where the sidecar goes with an API server of 1.32 or later.
OLD, NEW = ("/var/run/secrets/azure/tokens", "azure-identity-token"), ("/var/run/secrets/azure/wi", "token/azure-identity-token")
FORKS = {"1.0": (*OLD, "last"), "1.1": (*OLD, "last"), "1.2": (*OLD, "first"), "1.3": (*OLD, "first"), "1.4": (*OLD, "first"),
         "1.5.0": (*OLD, "native"), "1.5.1": (*OLD, "native"), "1.6": (*NEW, "native")}

RELEASES = list(FORKS)


def expected(pod, release, volume):
    """The pod as the webhook leaves it; `volume` is the volume's name."""
    mount, path, place = FORKS[release]
    tag = f"v{release}" + ".0" * (2 - release.count("."))
    images = "mcr.microsoft.com/oss/azure/workload-identity"
    pod = copy.deepcopy(pod)
    spec = pod["spec"]
    redirect = {
        "name": "azwi-proxy-init", "image": f"{images}/proxy-init:{tag}", "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "PROXY_PORT", "value": "8000"}],
        "securityContext": {"capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]}, "privileged": True, "runAsNonRoot": False, "runAsUser": 0}}
    sidecar = {
        "name": "azwi-proxy", "image": f"{images}/proxy:{tag}", "imagePullPolicy": "IfNotPresent",
        "args": ["--proxy-port=8000", "--log-level=info"], "ports": [{"containerPort": 8000}],
        "lifecycle": {"postStart": {"exec": {"command": ["/proxy", "--proxy-port=8000", "--probe", "--log-level=info"]}}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "privileged": False,
                            "readOnlyRootFilesystem": True, "runAsNonRoot": True}}
    spec["initContainers"].append(redirect)
    if place == "native":
        spec["initContainers"].insert(0, {**sidecar, "restartPolicy": "Always"})
    else:
        spec["containers"].insert(len(spec["containers"]) if place == "last" else 0, sidecar)
    for container in spec["initContainers"] + spec["containers"]:
        container["env"] = container.get("env", []) + [{"name": name, "value": value} for name, value in (
            ("AZURE_CLIENT_ID", CLIENT), ("AZURE_TENANT_ID", TENANT), ("AZURE_FEDERATED_TOKEN_FILE", f"{mount}/{path}"),
            ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/"))]
        container["volumeMounts"] = container.get("volumeMounts", []) + [{"name": volume, "mountPath": mount, "readOnly": True}]
    spec["volumes"].append({"name": volume, "projected": {"sources": [{"serviceAccountToken": {
        "audience": "api://AzureADTokenExchange", "expirationSeconds": 3600, "path": path}}]}})
    return pod


def template(document):
    """The pod of a manifest, or the template it makes pods from; nothing for other kinds."""
    spec = document.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return document if document["kind"] == "Pod" else spec.get("template")


def is_as_written(release):
    documents = list(yaml.safe_load_all(inject("--webhook-version", release, "--kubernetes-version", "v1.32.0")))
    expect(len(documents), len(MANIFESTS), "how many documents there are")
    for document, written in zip(documents, MANIFESTS):
        pod, plain = template(document), template(written)
        if pod is None:
            expect(document, written, document["kind"])
            continue
        volume = pod["spec"]["volumes"][-1]["name"]
        if release == "1.6":
            # A template's pods get names that nobody knows yet; a pod's own name is hashed.
            expect(re.fullmatch(r"azure-workload-identity-reserved-[0-9a-f]{30}", volume) is not None, True, f"volume {volume}")
            if document["kind"] == "Pod":
                expect(volume[-30:], hashlib.sha256(b"web-pod").hexdigest()[:30], "the end of the volume's name")
        else:
            expect(volume, "azure-identity-token", "volume")
        expect(pod, expected(plain, release, volume), f"{document['kind']}, release {release}")
        around, before = copy.deepcopy(document), copy.deepcopy(written)
        template(around).pop("spec"), template(before).pop("spec")
        expect(around, before, f"{document['kind']}, outside the pod's spec")


def inject(*arguments):
    result = subprocess.run([str(testkit.executable()), "inject", "-", "--tenant", TENANT, *arguments],
                            input="\n".join(map(json.dumps, MANIFESTS)), capture_output=True, text=True, timeout=30,
                            env=testkit.clean_environment())
    expect(result.returncode, 0, result.stderr)
    return result.stdout


def values_in_a_row(text):
    decoder, values = json.JSONDecoder(), []
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:]
    return values


def is_valid(release, kubernetes):
    documents = list(yaml.safe_load_all(inject("--webhook-version", release, "--kubernetes-version", f"v{kubernetes}")))
    expect([document["kind"] for document in documents], [document["kind"] for document in MANIFESTS], "kinds")
    for document, written in zip(documents, MANIFESTS):
        expect(document != written, document["kind"] != "ServiceAccount", f"{document['kind']} is changed")
        kubernetes_validate.validate(document, kubernetes, strict=True)


def is_read_back(release):
    expect(list(yaml.safe_load_all(inject("--webhook-version", release))), values_in_a_row(inject("--webhook-version", release, "--output", "json")),
           "YAML and JSON")


def can_be_refused():
    """The judge is awake: a member that no schema has is refused."""
    document = list(yaml.safe_load_all(inject()))[2]
    document["spec"]["template"]["status"] = {}
    try:
        kubernetes_validate.validate(document, KUBERNETES[0], strict=True)
    except kubernetes_validate.ValidationError:
        return
    raise AssertionError("a template with a status was let through")


def main():
    tally = testkit.Tally(f"injected manifests, kubernetes-validate {importlib.metadata.version('kubernetes-validate')}, "
                          f"PyYAML {importlib.metadata.version('PyYAML')}", sys.argv[1] if len(sys.argv) > 1 else None)
    for release in RELEASES:
        tally.case(f"release {release} writes what the facts say, field for field", is_as_written, release)
    for kubernetes in KUBERNETES:
        for release in RELEASES:
            tally.case(f"release {release} for Kubernetes {kubernetes} is valid", is_valid, release, kubernetes)
    for release in ("1.1", "1.6"):
        tally.case(f"release {release} reads back", is_read_back, release)
    tally.case("a bad manifest is refused", can_be_refused)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
