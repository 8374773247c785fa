"""The original's end-to-end cases (X1 to X22), each a scenario of its own against the running server.

    .venv/bin/python Tests/Live/scenarios.py [TEXT]     only the cases whose name holds TEXT

Pods have addresses on the loopback of a network namespace; a workload is a request from its pod's address, or an unmodified
azure-identity in the pod at 127.0.0.1. MIC runs, so that what a case changes goes the whole way: object, assignment, token.
Needs root or user namespaces, otherwise its cases count as skipped. X10 is in Tests/Conformance/az.py, which has azure-cli. An id
that is missing or there twice fails.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect, get  # noqa: E402
from worlds import ASK  # noqa: E402

VAULT = "https://vault.azure.net"
IDENTITIES = ("/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/apps/providers/"
              "Microsoft.ManagedIdentity/userAssignedIdentities")
ELSEWHERE = {"X10": "Tests/Conformance/az.py"}


# --- what a cluster has -----------------------------------------------------------------------------------------------------


def client(name):
    """The client id of an identity, told from its name."""
    return "1a2b3c4d-0000-4000-8000-" + name.encode().hex()[-12:].rjust(12, "0")


def document(api_version, kind, name, namespace, spec, more=None, **metadata):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **metadata}
    return json.dumps({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, **(more or {})})


def identity(name, namespace="default", **spec):
    return document("aadpodidentity.k8s.io/v1", "AzureIdentity", name, namespace,
                    {"type": 0, "clientID": client(name), "resourceID": f"{IDENTITIES}/{name}", **spec})


def binding(name, selector, namespace="default"):
    """Binds the identity of that name."""
    return document("aadpodidentity.k8s.io/v1", "AzureIdentityBinding", name, namespace, {"azureIdentity": name, "selector": selector})


def bound(name, selector, namespace="default"):
    return f"{identity(name, namespace)}\n---\n{binding(name, selector, namespace)}"


def pod(name, address, label=None, namespace="default", node="node1", phase="Running", **labels):
    labels.update({"aadpodidbinding": label} if label else {})
    return document("v1", "Pod", name, namespace, {"nodeName": node, "containers": [{"name": "c", "image": "none"}]},
                    {"status": {"phase": phase, "podIP": address}}, labels=labels)


def ours(kind, name, **spec):
    return document("understudy.internal/v1alpha1", kind, name, None, spec)


def node(name="node1", mode="standard", **spec):
    return ours("Node", name, plane="pod-identity", podIdentityMode=mode, systemAssigned=True, **spec)


class Cluster(testkit.Server):
    """A server on some objects."""

    def __init__(self, *documents, arguments=()):
        super().__init__(manifest=self.text(documents), arguments=arguments)

    @staticmethod
    def text(documents):
        return "\n---\n".join(documents) + "\n"

    def put(self, *documents):
        status, body = self.control_request("PUT", "/objects", self.text(documents).encode())
        expect(status, 200, f"status of the change; {body!r}")

    def delete(self, plural, name, namespace="default"):
        status, body = self.control_request("DELETE", f"/objects/{plural}/{namespace}/{name}")
        expect(status, 200, f"status of the deletion; {body!r}")

    def assigned(self):
        """MIC's objects by name."""
        return {item["metadata"]["name"]: item for item in json.loads(self.control_get("/objects/azureassignedidentities")[1])["items"]}

    def states(self):
        return {name: item["status"]["status"] for name, item in self.assigned().items()}

    def hosted(self):
        """The user-assigned identities that the node has."""
        return json.loads(self.control_get("/status")[1])["node"]["userAssigned"]

    def on_node(self):
        """Their names."""
        return sorted(each["name"] for each in self.hosted())

    def ask(self, address, query=""):
        return get(self.metadata, ASK + query, "Metadata: true", source=address)

    def gets(self, address, wanted, query=""):
        """The pod at the address gets a token of that identity: by name, or the node's own for None."""
        answer = self.ask(address, query)
        expect(answer.status, 200, f"status for {address}{query}; {answer.body!r}")
        got = claims(answer.json()["access_token"])["appid"]
        if wanted is None:
            expect(got.startswith("1a2b3c4d-0000-4000"), False, f"whether {address} got an identity of a pod")
        else:
            expect(got, client(wanted), f"client for {address}{query}")

    def refuses(self, address, mention, status=404, query=""):
        answer = self.ask(address, query)
        expect((answer.status, mention in answer.body.decode()), (status, True), f"refusal of {address}{query}; {answer.body!r}")


def claims(token):
    return testkit.claims_unverified(token)[1]


# Addresses that pods of the cases have.
ADDRESSES = [f"10.244.7.{number}" for number in range(1, 61)]
A, B, C, D, E = ADDRESSES[:5]


def sdk(server, *arguments):
    """azure-identity in a process of its own, in the pod at 127.0.0.1; the client id in its token."""
    script = ("import azure.identity, base64, json\n"
              f"token = azure.identity.ManagedIdentityCredential({', '.join(arguments)}).get_token('{VAULT}/.default').token\n"
              "part = token.split('.')[1]\n"
              "print(json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))['appid'])")
    environment = testkit.clean_environment(AZURE_POD_IDENTITY_AUTHORITY_HOST=server.metadata)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=90, env=environment)
    expect(result.returncode, 0, f"exit status of azure-identity; {result.stderr[-800:]}")
    return result.stdout.strip()


# --- the cases --------------------------------------------------------------------------------------------------------------


def by_each_way(mode):
    """X1, and what the original's validator does: by client id, by resource id and with none, at once."""
    with Cluster(node(mode=mode), bound("reader", "app"), pod("app", "127.0.0.1", "app")) as server:
        ways = [(), (f"client_id='{client('reader')}'",), (f"identity_config={{'mi_res_id': '{IDENTITIES}/reader'}}",)]
        got = [None] * len(ways)

        def run(index):
            got[index] = sdk(server, *ways[index])

        threads = [threading.Thread(target=run, args=(index,)) for index in range(len(ways))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect(got, [client("reader")] * len(ways), "clients by each way")


def one_identity():
    by_each_way("standard")
    by_each_way("managed")


def deletions():
    parts = {"azureidentities": ("reader", identity("reader")), "azureidentitybindings": ("reader", binding("reader", "app")),
             "pods": ("app", pod("app", A, "app"))}
    with Cluster(node(), *[text for _, text in parts.values()]) as server:
        for plural, (name, text) in parts.items():
            server.gets(A, "reader")
            server.delete(plural, name)
            expect((server.states(), server.on_node()), ({}, []), f"assigned, and on the node, without {plural}")
            server.refuses(A, *(("pod list is empty", 500) if plural == "pods" else ("pod default/app in CREATED state failed",)))
            server.put(text)
            expect(server.states(), {"app-default-reader": "Assigned"}, f"assigned with {plural} again")
        server.gets(A, "reader")


def updated():
    with Cluster(node(), bound("reader", "app"), pod("app", A, "app")) as server:
        server.gets(A, "reader")
        server.put(identity("reader", clientID=client("other"), resourceID=f"{IDENTITIES}/other"))
        one = server.assigned()["app-default-reader"]
        expect((one["status"]["status"], one["spec"]["azureIdentityRef"]["spec"]["resourceID"]), ("Assigned", f"{IDENTITIES}/other"),
               "the assigned identity")
        expect([each["clientID"] for each in server.hosted()], [client("other")], "on the node")
        server.gets(A, "other")


def only_one_has_rights():
    role = [ours("ResourcePrincipal", "orders", identifierURIs=["api://orders"], appRoles=[{"value": "Orders.Read"}]),
            *[ours("ManagedIdentity", name, clientID=client(name), resourceID=f"{IDENTITIES}/{name}") for name in ("able", "idle")],
            ours("RoleAssignment", "reads", principal={"kind": "ManagedIdentity", "name": "able"}, resource="orders", role="Orders.Read")]
    with Cluster(node(), bound("able", "app"), bound("idle", "app"), pod("app", A, "app"), *role) as server:
        for name, roles in (("able", ["Orders.Read"]), ("idle", None)):
            answer = get(server.metadata, f"/metadata/identity/oauth2/token?resource=api://orders&client_id={client(name)}",
                         "Metadata: true", source=A)
            expect(answer.status, 200, f"status for {name}; {answer.body!r}")
            got = claims(answer.json()["access_token"])
            expect((got["appid"], got.get("roles")), (client(name), roles), f"client and roles of {name}")


def deleted_in_random_order():
    names = [f"id{number}" for number in range(5)]
    seed = random.randrange(1 << 30)
    order = random.Random(seed).sample(names, len(names))
    with Cluster(node(), *[bound(name, "app") for name in names], pod("app", A, "app")) as server:
        for count, gone in enumerate(order, 1):
            server.delete("azureidentitybindings", gone)
            server.delete("azureidentities", gone)
            left = sorted(set(names) - set(order[:count]))
            expect((sorted(server.states()), server.on_node()), ([f"app-default-{name}" for name in left], left), f"left (seed {seed})")
            for name in left:
                server.gets(A, name, f"&client_id={client(name)}")
            server.refuses(A, "in CREATED state failed", query=f"&client_id={client(gone)}")
    return f"seed {seed}"


def forty_pods():
    pods = [pod(f"app-{number}", address, "app") for number, address in enumerate(ADDRESSES[:40])]
    with Cluster(node(), bound("reader", "app")) as server:
        began = time.monotonic()
        server.put(*pods)
        expect(sorted(server.states().items()), sorted((f"app-{number}-default-reader", "Assigned") for number in range(40)), "assigned")
        for address in ADDRESSES[:40]:
            server.gets(address, "reader")
        return f"{time.monotonic() - began:.1f} s of 150"


def label_changed():
    with Cluster(node(), bound("one", "a"), bound("two", "b"), pod("app", A, "a")) as server:
        server.gets(A, "one")
        server.put(pod("app", A, "b"))
        expect(server.states(), {"app-default-two": "Assigned"}, "assigned")
        server.gets(A, "two")


def excepted():
    exception = document("aadpodidentity.k8s.io/v1", "AzurePodIdentityException", "ex", "default", {"podLabels": {"kind": "infra"}})
    mine = ours("ManagedIdentity", "mine", clientID=client("mine"))
    with Cluster(node(userAssigned=["mine"]), mine, exception, pod("app", A, kind="infra"), pod("other", B)) as server:
        server.gets(A, "mine", f"&client_id={client('mine')}")
        server.gets(A, None)
        server.refuses(B, "in CREATED state failed")


def service_principal():
    tenant = "bbbbbbbb-0001-4000-8000-000000000001"
    secret = json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sp", "namespace": "default"},
                         "stringData": {"clientSecret": "s3cret"}})
    principal = identity("sp", type=1, resourceID="", tenantID=tenant, clientPassword={"name": "sp", "namespace": "default"})
    application = ours("Application", "sp", tenant="home", clientID=client("sp"), secrets=[{"value": "s3cret"}])
    with Cluster(node(), ours("Tenant", "home", tenantID=tenant), application, secret, principal, binding("sp", "app"),
                 pod("app", A, "app")) as server:
        expect(server.states(), {"app-default-sp": "Assigned"}, "assigned, without a place on the node")
        expect(server.on_node(), [], "on the node")
        server.gets(A, "sp")
        token = server.ask(A).json()["access_token"]
        testkit.verify(server.authority, server.ca_file(), token, VAULT)


def retry_after():
    """The SDK meets 503 with Retry-After, and comes back for the token once its identity is there."""
    quick = {"retryAttemptsForCreated": 1, "retryAttemptsForAssigned": 1, "findIdentityRetryInterval": 1, "setRetryAfterHeader": True}
    with Cluster(node(nmi=quick), identity("reader"), pod("app", "127.0.0.1", "app")) as server:
        outcome = {}
        thread = threading.Thread(target=lambda: outcome.update(client=sdk(server)))
        thread.start()
        testkit.wait_until(lambda: any(decision["status"] == 503 for decision in server.decisions()), limit=30, pause=0.1)
        server.put(binding("reader", "app"))
        thread.join()
        expect(outcome.get("client"), client("reader"), "client")
        statuses = [decision["status"] for decision in server.decisions() if decision["face"] == "pod-identity" and decision.get("path")]
        expect((statuses[0], statuses[-1]), (503, 200), f"first and last of the statuses {statuses}")


def killed_during_creation():
    """There is one MIC, and it goes down with the server: the next one finds pod and binding, and does what is left to do."""
    world = (node(), bound("reader", "app"), pod("app", A, "app"))
    with Cluster(*world, arguments=["--timing", "real"]) as first:
        expect(first.states(), {"app-default-reader": "Created"}, "assigned by the one that is killed")
        first.process.kill()
        first.process.wait()
    with Cluster(*world) as second:
        expect(second.states(), {"app-default-reader": "Assigned"}, "assigned by the next")
        second.gets(A, "reader")


def same_name_twice():
    twins = [text for space in ("zoo", "ant") for text in (identity("same", space, clientID=client(space)), binding("same", "app", space))]
    with Cluster(node(), *twins, pod("app", A, "app")) as server:
        one = server.assigned()
        expect(list(one), ["app-default-same"], "assigned")
        spec = one["app-default-same"]["spec"]
        expect([spec[reference]["metadata"]["namespace"] for reference in ("azureIdentityRef", "azureBindingRef")], ["ant", "ant"],
               "namespaces it refers to")
        server.gets(A, "ant")


def two_do_not_exist():
    missing = {"assignmentFailures": [{"identity": f"default/{name}", "reason": "identity-missing"} for name in ("ghost", "shade")]}
    with Cluster(node(mic=missing), bound("early", "early"), pod("early", A, "early")) as server:
        before = server.assigned()
        server.put(*[bound(name, "app") for name in ("ghost", "good", "shade")], pod("app", B, "app"))
        expect(server.states(), {"early-default-early": "Assigned", "app-default-good": "Assigned", "app-default-ghost": "Created",
                                 "app-default-shade": "Created"}, "states")
        expect(server.assigned()["early-default-early"], before["early-default-early"], "the earlier one")
        expect(server.on_node(), ["early", "good"], "on the node")
        server.gets(A, "early")
        server.gets(B, "good")
        server.refuses(B, "in ASSIGNED state failed", query=f"&client_id={client('ghost')}")


def shared_by_a_scale_set():
    nodes = [node(f"aks-pool-vmss00000{number}", scaleSet={"name": "aks-pool-vmss", "instance": number}) for number in (0, 1)]
    pods = [pod(f"app-{number}", address, "app", node=f"aks-pool-vmss00000{number}") for number, address in enumerate((A, B))]
    with Cluster(*nodes, bound("reader", "app"), *pods) as server:
        server.gets(A, "reader")
        server.gets(B, "reader")
        server.delete("pods", "app-0")
        expect((server.states(), server.on_node()), ({"app-1-default-reader": "Assigned"}, ["reader"]), "with one pod of the set left")
        server.gets(B, "reader")
        server.delete("pods", "app-1")
        expect((server.states(), server.on_node()), ({}, []), "with none left")


def by_hand(after):
    """An identity that is on the node by its manifest too, and whose line is taken out of it while MIC wants it there."""
    mine = ours("ManagedIdentity", "reader", clientID=client("reader"), resourceID=f"{IDENTITIES}/reader")
    with Cluster(node(userAssigned=["reader"]), mine, bound("reader", "app"), pod("app", A, "app")) as server:
        expect((server.states(), server.on_node()), ({"app-default-reader": "Assigned"}, ["reader"]), "before")
        server.put(node(userAssigned=[]))
        after(server)


def deletable_all_the_same(server):
    server.delete("azureidentitybindings", "reader")
    expect((server.states(), server.on_node()), ({}, []), "assigned, and on the node")


def put_back(server):
    expect((server.states(), server.on_node()), ({"app-default-reader": "Assigned"}, ["reader"]), "assigned, and on the node")
    server.gets(A, "reader")


def others_untouched():
    theirs = ours("ManagedIdentity", "theirs", clientID=client("theirs"), resourceID=f"{IDENTITIES}/theirs")
    exception = document("aadpodidentity.k8s.io/v1", "AzurePodIdentityException", "ex", "default", {"podLabels": {"kind": "infra"}})
    with Cluster(node(userAssigned=["theirs"]), theirs, exception, pod("infra", B, kind="infra")) as server:
        server.put(bound("reader", "app"), pod("app", A, "app"))
        expect(server.on_node(), ["reader", "theirs"], "with the pod")
        server.delete("pods", "app")
        expect(server.on_node(), ["theirs"], "without it")
        server.gets(B, None)
        server.gets(B, "theirs", f"&client_id={client('theirs')}")


def immutable():
    """What is named immutable stays, and so does the cluster's own identity, though a pod used it."""
    own = ours("ManagedIdentity", "cluster", clientID=client("cluster"), resourceID=f"{IDENTITIES}/cluster")
    names = ("cluster", "kept", "reader")
    with Cluster(node(mic={"immutableIdentities": [client("kept")]}, userAssigned=["cluster"], kubeletIdentity="cluster"), own,
                 *[bound(name, "app") for name in names], pod("app", A, "app")) as server:
        expect(server.on_node(), list(names), "with the pod")
        server.delete("pods", "app")
        expect((server.states(), server.on_node()), ({}, ["cluster", "kept"]), "without it")


def health():
    """The original's standby says `Not Active`; one process has nobody to stand by for."""
    with Cluster(node(), bound("reader", "app"), pod("app", A, "app")) as server:
        for method in ("GET", "POST"):
            answer = get(server.control, "/healthz", method=method)
            expect((answer.status, answer.body, answer.header("Content-Type")), (200, b"Active", "text/plain; charset=utf-8"), method)


def chain():
    """The chain as the original's, rule by rule, in the node's own namespace, and gone afterwards."""
    def listed(*what):
        return subprocess.run(["iptables", "-t", "nat", "-S", *what], capture_output=True, text=True)

    def intercept(*arguments):
        result = subprocess.run([str(testkit.executable()), "intercept", *arguments], capture_output=True, text=True, timeout=30)
        expect(result.returncode, 0, f"exit status of intercept; {result.stderr}")

    before = listed().stdout
    intercept("install", "--backend", "iptables", "--port", "2579", "--run-directory", "/tmp/understudy-x21")
    try:
        expect(listed("aad-metadata").stdout.splitlines(), [
            "-N aad-metadata",
            "-A aad-metadata ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:2579",
            "-A aad-metadata -j RETURN"], "the chain")
        expect(listed("PREROUTING").stdout.splitlines()[1], "-A PREROUTING -j aad-metadata", "first rule of PREROUTING")
    finally:
        intercept("remove", "--run-directory", "/tmp/understudy-x21")
    expect(listed("aad-metadata").returncode, 1, "exit status of listing the chain afterwards")
    expect([line for line in listed().stdout.splitlines() if "aad" in line], [], "rules that name it")
    expect(listed().stdout, before, "rules")


def bad_resource_id():
    """Gatekeeper is not part of it: what it would refuse is told with its place, and MIC passes it over; other types have no such id."""
    world = (node(), binding("odd", "app"), identity("sp", type=1, resourceID=""), pod("app", A, "app"))
    with Cluster(identity("odd", resourceID="/subscriptions/one"), *world) as server:
        def told():
            return json.loads(server.control_get("/status")[1])["warnings"]

        expect([('spec.resourceID: found "/subscriptions/one"; allowed: /subscriptions/<subid>/resourcegroups/' in warning,
                 "AzureIdentity default/odd" in warning) for warning in told()], [(True, True)], f"warnings {told()}")
        expect(server.states(), {}, "assigned")
        server.manifest_file.write_text(server.text([identity("odd"), *world]))
        testkit.wait_until(lambda: server.states() == {"app-default-odd": "Assigned"})
        expect(told(), [], "warnings once it is mended")


CASES = {
    "X1. One identity: by client id, by resource id and with none": one_identity,
    "X2. Pod, identity or binding deleted: nothing assigned, no token": deletions,
    "X3. An identity's fields updated: assigned anew, and the token works": updated,
    "X4. Two identities, one with rights: client_id picks": only_one_has_rights,
    "X5. Five identities deleted in random order, the rest go on": deleted_in_random_order,
    "X6. Forty pods": forty_pods,
    "X7. A pod's label changed": label_changed,
    "X8. An excepted pod gets the node's identities of both kinds": excepted,
    "X9. A service principal": service_principal,
    "X11. Retry-After on: the SDK gets the token in the end": retry_after,
    "X12. MIC killed during creation": killed_during_creation,
    "X13. One name in two namespaces: the first by the alphabet": same_name_twice,
    "X14. Two that do not exist hold up no other": two_do_not_exist,
    "X15. Shared by pods on two machines of a scale set": shared_by_a_scale_set,
    "X16. Taken off by hand, and deletable all the same": lambda: by_hand(deletable_all_the_same),
    "X17. System-assigned and unrelated identities stay untouched": others_untouched,
    "X18. Immutable and cluster identities survive": immutable,
    "X19. Taken off by hand, and put back": lambda: by_hand(put_back),
    "X20. Health of the one that leads; there is no standby": health,
    "X21. The chain is there, and gone": chain,
    "X22. A bad resource id is told, and nothing comes of it": bad_resource_id,
}


def ids_are_complete():
    ids = [name.split(".")[0] for name in CASES] + list(ELSEWHERE)
    expect(sorted(ids, key=lambda id: int(id[1:])), [f"X{number}" for number in range(1, 23)], "ids")
    for id, path in ELSEWHERE.items():
        expect(f'"{id}. ' in (testkit.ROOT / path).read_text(), True, f"{id} is in {path}")


def main():
    refusal = testkit.enter_namespace()
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    testkit.forget_steering()
    tally = testkit.Tally("end-to-end cases of pod identity", sys.argv[1] if len(sys.argv) > 1 else None)
    tally.case("every id is there once", ids_are_complete)
    if refusal is not None:
        for name in CASES:
            tally.skip(name, refusal)
        return tally.finish()
    testkit.add_loopback_addresses(ADDRESSES)
    # The SDK waits for 20 s, as it is told to; the other cases need not.
    slow = next(name for name, body in CASES.items() if body is retry_after)
    with ThreadPoolExecutor() as pool:
        started = pool.submit(retry_after) if tally.only is None or tally.only in slow else None
        for name, body in CASES.items():
            tally.case(name, started.result if name == slow and started else body)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
