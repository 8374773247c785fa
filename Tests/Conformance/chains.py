"""The chain view against the SDK itself: what `understudy chain --language python` says, azure-identity's DefaultAzureCredential does.

    .venv/bin/python Tests/Conformance/chains.py [TEXT]     only the cases whose name holds TEXT

Each environment is given to both: to the command, and to an unmodified DefaultAzureCredential in a process of its own, whose log
names the link that gave the token and whose error names those it attempted. Runs in a network namespace of its own, so that no
metadata service but ours answers.
"""

import importlib.metadata
import json
import logging
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import APPLICATION_AND_VM, SECRET, TENANT, WEB  # noqa: E402

NOBODY = "99999999-9999-4999-8999-999999999999"
MACHINE = "1a2b3c4d-0003-4000-8000-00000000d003"
WORLD = APPLICATION_AND_VM.replace("systemAssigned: true", f"systemAssigned: {{clientID: {MACHINE}}}")


def serve_client():
    """In a process of its own: asks once, and prints the link that answered, or those that were attempted."""
    import azure.identity

    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger("azure.identity").addHandler(handler)
    logging.getLogger("azure.identity").setLevel(logging.INFO)
    try:
        azure.identity.DefaultAzureCredential().get_token("https://management.azure.com/.default")
        found = [match.group(1) for line in lines if (match := re.search(r"acquired a token from (\w+)", line))]
        print(json.dumps({"token": found[0] if found else "?"}))
    except Exception as problem:
        attempted = re.findall(r"^\t(\w+Credential): ", str(problem), re.MULTILINE)
        print(json.dumps({"attempted": attempted, "problem": str(problem)[:2000], "type": type(problem).__name__}))


def sdk(environment):
    """('token', link), ('stop', link) or ('none', '') as DefaultAzureCredential has it."""
    result = subprocess.run([sys.executable, __file__, "--client"], capture_output=True, text=True, timeout=100,
                            env={**testkit.clean_environment(), **environment})
    answer = json.loads(result.stdout or "{}")
    if "token" in answer:
        return ("token", answer["token"]), answer
    if "attempted" not in answer:
        raise AssertionError(f"the client ended with {result.returncode}: {result.stderr[-1500:]}")
    attempted = answer["attempted"]
    if not attempted:
        raise AssertionError(f"the client failed before it attempted anything: {answer['type']}: {answer['problem']}")
    # Chains that were gone through name every link; one that was stopped ends with the link that stopped it.
    return (("none", "") if attempted[-1] == "BrokerCredential" else ("stop", attempted[-1])), answer


def view(server, environment):
    settings = [f"{name}={value}" for name, value in environment.items()]
    result = server.run("chain", "--language", "python", "--clear", "--format", "json", "--control", server.control, *settings)
    links = json.loads(result.stdout)["links"]
    for link in links:
        if link["result"] in ("token", "stop"):
            return (link["result"], link["name"]), links
    return ("none", ""), links


def agree(server, environment):
    told, links = view(server, environment)
    done, answer = sdk(environment)
    if told != done:
        raise AssertionError(f"the view says {told}, the SDK does {done}\n{json.dumps(links, indent=1)[:3000]}\n{json.dumps(answer)[:2500]}")
    return " ".join(told)


def main():
    if "--client" in sys.argv:
        return serve_client()
    reason = testkit.enter_namespace()
    tally = testkit.Tally(f"chain view: azure-identity {importlib.metadata.version('azure-identity')}",
                          sys.argv[1] if len(sys.argv) > 1 else None)
    flags = [part for source in ("cloud-shell", "service-fabric", "azure-ml") for part in ("--source", f"{source}=127.0.0.1:0")]
    with tempfile.TemporaryDirectory() as folder, testkit.Server(manifest=WORLD, arguments=flags) as server:
        token = pathlib.Path(folder) / "assertion"
        token.write_text("no.assertion.atall")
        here = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": server.metadata}
        trust = {"REQUESTS_CA_BUNDLE": server.ca_file()}
        sources = {entry["source"]: {variable["name"]: variable["value"] for variable in entry["variables"]}
                   for entry in json.loads(server.control_get("/sources")[1])["sources"]}
        tenant = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": WEB, "AZURE_AUTHORITY_HOST": server.authority}
        environments = {
            "the override": here,
            "the override and a client id nobody has": {**here, "AZURE_CLIENT_ID": NOBODY},
            "the override with a slash, in a chain of prod": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": server.metadata + "/",
                                                              "AZURE_TOKEN_CREDENTIALS": "prod"},
            "the override in a chain of dev": {**here, "AZURE_TOKEN_CREDENTIALS": "dev"},
            "an endpoint without a header": {**here, "IDENTITY_ENDPOINT": server.metadata},
            "an endpoint nobody listens at": {"IDENTITY_ENDPOINT": "http://127.0.0.1:9/token", "IDENTITY_HEADER": "x"},
            "a federated token that is none": {**here, **trust, **tenant, "AZURE_FEDERATED_TOKEN_FILE": str(token)},
            "a federated token and a CA that is not trusted": {**here, **tenant, "AZURE_FEDERATED_TOKEN_FILE": str(token)},
            "a secret whose client is asked about elsewhere first": {**here, **trust, **tenant, "AZURE_CLIENT_SECRET": SECRET},
            "Cloud Shell": sources["cloud-shell"],
            "Cloud Shell and the machine's client id": {**sources["cloud-shell"], "AZURE_CLIENT_ID": MACHINE},
            "Cloud Shell and a client id nobody has": {**sources["cloud-shell"], "AZURE_CLIENT_ID": NOBODY},
            "Service Fabric and the machine's client id": {**sources["service-fabric"], "AZURE_CLIENT_ID": MACHINE},
            "Azure ML and the machine's client id": {**sources["azure-ml"], "AZURE_CLIENT_ID": MACHINE},
            "Azure ML and a client id nobody has": {**sources["azure-ml"], "AZURE_CLIENT_ID": NOBODY},
            "Azure ML and a default identity nobody has": {**sources["azure-ml"], "DEFAULT_IDENTITY_CLIENT_ID": NOBODY},
            "nothing at all": {},
        }
        for name, environment in environments.items():
            if reason:
                tally.skip(f"view and SDK agree on {name}", reason)
            else:
                tally.case(f"view and SDK agree on {name}", agree, server, environment)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
