"""Injected manifests, judged by kubernetes-validate: strictly valid by Kubernetes' own schemas, whatever release injected them.

    .venv/bin/python Tests/Conformance/injected.py [TEXT]     only the cases whose name holds TEXT

And read back by PyYAML, which is no reader of ours: what is printed as YAML is what is printed as JSON.
"""

import importlib.metadata
import json
import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

# The newest schemas that have every kind in its present version, and the first API server with native sidecars.
KUBERNETES = ["1.35.0", "1.32.0"]
RELEASES = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5.0", "1.5.1", "1.6"]
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
        "name": "web", "namespace": "prod", "annotations": {"azure.workload.identity/client-id": "0a0a0a0a-1111-4222-8333-444444444444"}}},
    {**named("v1", "Pod", POD["spec"]), "metadata": {"name": "web-pod", "namespace": "prod", **POD["metadata"]}},
    named("apps/v1", "Deployment", {"selector": SELECTOR, "template": POD}),
    named("apps/v1", "StatefulSet", {"selector": SELECTOR, "serviceName": "web", "template": POD}),
    named("apps/v1", "DaemonSet", {"selector": SELECTOR, "template": POD}),
    named("batch/v1", "Job", {"template": JOB}),
    named("batch/v1", "CronJob", {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": JOB}}}),
]


def inject(*arguments):
    result = subprocess.run([str(testkit.executable()), "inject", "-", "--tenant", "11111111-1111-1111-1111-111111111111", *arguments],
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
    for kubernetes in KUBERNETES:
        for release in RELEASES:
            tally.case(f"release {release} for Kubernetes {kubernetes} is valid", is_valid, release, kubernetes)
    for release in ("1.1", "1.6"):
        tally.case(f"release {release} reads back", is_read_back, release)
    tally.case("a bad manifest is refused", can_be_refused)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
