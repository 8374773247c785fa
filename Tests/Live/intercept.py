"""Interception by source address: pods in namespaces of their own, behind a bridge on a node, call 169.254.169.254.

    .venv/bin/python Tests/Live/intercept.py [TEXT]     only the cases whose name holds TEXT

The node is a network and mount namespace that this script starts itself in; with its last process all of it vanishes, however
the script ends. Needs root or user namespaces, nft and iptables; otherwise its cases count as skipped.
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK  # noqa: E402

REFUSAL = testkit.enter_namespace()
testkit.forget_steering()
# In a user namespace there is no other user to be.
IS_ROOT = pathlib.Path("/proc/self/uid_map").read_text().split() == ["0", "0", "4294967295"] and os.geteuid() == 0

BACKENDS = ("nft", "iptables")
METADATA = "http://169.254.169.254:80"
ONE, TWO = "1a2b3c4d-0001-4000-8000-00000000d001", "1a2b3c4d-0002-4000-8000-00000000d002"
ORDERS, BILLING, STRANGER, ROGUE = "10.77.0.11", "10.77.0.12", "10.77.0.13", "10.77.0.66"


# --- the node and its pods ------------------------------------------------------------------------------------------------


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def inside(pod, body, *arguments):
    """Calls `body` on a thread that is in the pod's network namespace; its result, or what it raised."""
    outcome = {}

    def work():
        try:
            if pod is not None:
                with open(f"/run/netns/{pod}") as namespace:
                    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0x40000000) != 0:
                        raise OSError(ctypes.get_errno(), f"cannot enter {pod}")
            outcome["result"] = body(*arguments)
        except BaseException as problem:  # told to the caller below
            outcome["problem"] = problem

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if "problem" in outcome:
        raise outcome["problem"]
    return outcome["result"]


def add_pod(name, address, address6):
    ip("netns", "add", name)
    ip("link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
    ip("link", "set", f"to-{name}", "master", "cni0", "up")
    for command in (["link", "set", "lo", "up"], ["address", "add", f"{address}/24", "dev", "eth0"],
                    ["address", "add", f"{address6}/64", "dev", "eth0", "nodad"], ["link", "set", "eth0", "up"],
                    ["route", "add", "default", "via", "10.77.0.1"]):
        ip("-netns", name, *command)


def make_node():
    """A bridge as a container network has it, an uplink so that the node itself has a default route, and three pods."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    os.mkdir("/run/netns")
    ip("link", "add", "cni0", "type", "bridge")
    ip("address", "add", "10.77.0.1/24", "dev", "cni0")
    ip("address", "add", "fd00:77::1/64", "dev", "cni0", "nodad")
    ip("link", "set", "cni0", "up")
    add_pod("orders", ORDERS, "fd00:77::11")
    add_pod("billing", BILLING, "fd00:77::12")
    add_pod("stranger", STRANGER, "fd00:77::13")
    make_rogue()
    ip("netns", "add", "beyond")
    ip("link", "add", "uplink", "type", "veth", "peer", "name", "eth0", "netns", "beyond")
    ip("address", "add", "10.78.0.2/24", "dev", "uplink")
    ip("link", "set", "uplink", "up")
    ip("-netns", "beyond", "link", "set", "eth0", "up")
    ip("route", "add", "default", "via", "10.78.0.1")


def state():
    """Everything interception may touch, as text."""
    def output(*command):
        result = subprocess.run(command, capture_output=True, text=True)
        expect(result.returncode, 0, f"exit status of {command}: {result.stderr}")
        return "".join(line for line in result.stdout.splitlines(True) if not line.startswith("#"))  # the time of the call

    settings = []
    for folder, _, names in sorted(os.walk("/proc/sys/net")):
        for path in sorted(f"{folder}/{name}" for name in names if name != "nf_conntrack_count"):
            with contextlib.suppress(OSError):  # some can only be written
                with open(path) as file:
                    settings.append(f"{path} {file.read()}")
    noted = sorted(str(path) for path in pathlib.Path("/run").glob("understudy/*"))
    return "\n".join([output("nft", "list", "ruleset"), output("iptables-save"), output("ip", "-o", "address", "show", "dev", "lo"),
                      *settings, *noted])


@contextlib.contextmanager
def unchanged():
    """The node is afterwards as it was before, byte for byte; whatever a failed case leaves is cleared for the next."""
    before = state()
    try:
        yield before
        after = state()
        if after != before:
            old, new = before.splitlines(), after.splitlines()
            raise AssertionError("left behind:\n" + "\n".join([f"- {line}" for line in old if line not in new]
                                                              + [f"+ {line}" for line in new if line not in old]))
    finally:
        intercept("remove")


# --- the world ------------------------------------------------------------------------------------------------------------


def identity(name, client):
    resource = ("/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/apps/providers/"
                f"Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
    return (f"apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentity\nmetadata: {{name: {name}, namespace: default}}\n"
            f"spec: {{type: 0, resourceID: {resource}, clientID: {client}}}\n---\n"
            f"apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentityBinding\nmetadata: {{name: {name}, namespace: default}}\n"
            f"spec: {{azureIdentity: {name}, selector: {name}}}\n")


def pod(name, address, label=None):
    labels = f"{{aadpodidbinding: {label}}}" if label else "{}"
    return (f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: default, labels: {labels}}}\n"
            f"spec: {{nodeName: node1, containers: [{{name: c, image: none}}]}}\nstatus: {{phase: Running, podIP: {address}}}\n")


MODES = ("managed", "standard")
NODE = ("apiVersion: understudy.internal/v1alpha1\nkind: Node\nmetadata: {name: node1}\n"
        "spec: {plane: pod-identity, podIdentityMode: MODE, systemAssigned: true}\n")


def world(*pods, mode="managed"):
    pods = pods or (pod("orders", ORDERS, "one"), pod("billing", BILLING, "two"), pod("stranger", STRANGER))
    return "---\n".join([NODE.replace("MODE", mode), identity("one", ONE), identity("two", TWO), *pods])


def serving(backend, *arguments, mode="managed", **named):
    return testkit.Server(manifest=world(mode=mode), arguments=["--intercept", "--intercept-backend", backend, "--intercept-interval", "1",
                                                                *arguments], **named)


def intercept(*arguments, check=None, **named):
    result = subprocess.run([str(testkit.executable()), "intercept", *arguments], capture_output=True, text=True, timeout=30,
                            env=testkit.clean_environment(), **named)
    if check is not None:
        expect(result.returncode, check, f"exit status of intercept {' '.join(arguments)}; {result.stdout}{result.stderr}")
    return result


def ask(caller, *headers, url=METADATA):
    """A pod's token request as an Answer; None for the node's own."""
    return inside(caller, lambda: testkit.get(url, ASK, "Metadata: true", *headers))


def client_of(answer):
    expect(answer.status, 200, f"status; body {answer.body!r}")
    return testkit.claims_unverified(answer.json()["access_token"])[1]["appid"]


# --- cases ------------------------------------------------------------------------------------------------------------------


def by_address(backend):
    with unchanged(), serving(backend) as server:
        expect(client_of(ask("orders")), ONE, "client of orders")
        expect(client_of(ask("billing")), TWO, "client of billing")
        seen = {decision["caller"]["address"] for decision in server.decisions()}
        expect(seen, {ORDERS, BILLING}, "callers in the journal")
        refused = ask("stranger")
        expect((refused.status, b"no azure identity found" in refused.body.lower()), (404, True), f"answer {refused.body!r}")


def forged(backend):
    with unchanged(), serving(backend):
        for header in (f"X-Forwarded-For: {ORDERS}", f"Forwarded: for={ORDERS}", f"X-Real-IP: {ORDERS}"):
            expect(client_of(ask("billing", header)), TWO, f"client with {header}")


def reused_address(backend):
    with unchanged(), serving(backend) as server:
        expect(client_of(ask("orders")), ONE, "client before")
        server.manifest_file.write_text(world(pod("newcomer", ORDERS, "two"), pod("billing", BILLING, "two")))
        return f"{testkit.wait_until(lambda: client_of(ask('orders')) == TWO):.3f} s"


def host_network(backend):
    with unchanged(), serving(backend, "--node-metadata", "127.0.0.1:0") as server:
        answer = ask(None)
        expect(answer.status, 200, f"status; body {answer.body!r}")
        expect("client_id" in answer.json(), True, "IMDS's own member, which NMI drops, is there")
        expect(server.decisions()[-1]["face"], "metadata", "face that decided")
        expect(client_of(ask("orders")), ONE, "client of a pod at the same time")


def host_left_alone(backend):
    """Without a node listener the host's own calls go where they always went: here, to nobody."""
    with unchanged(), serving(backend):
        with contextlib.suppress(OSError):
            socket.create_connection(("169.254.169.254", 80), timeout=1.5).close()
            raise AssertionError("the host's own call was redirected")


def ipv6_caller(backend):
    with unchanged(), serving(backend, "--metadata", "[fd00:77::1]:2580"):
        answer = ask("orders", url="http://[fd00:77::1]:2580")
        expect((answer.status, answer.body), (500, b"request remote address is empty\n"), "answer")


def come_back(backend, vandal):
    with unchanged(), serving(backend) as server:
        expect(client_of(ask("orders")), ONE, "client before")
        for command in vandal:
            subprocess.run(command, check=True)
        expect(intercept("status").returncode, 1, "status once they are gone")
        seconds = testkit.wait_until(lambda: intercept("status").returncode == 0, limit=10, pause=0.1)
        expect(client_of(ask("orders")), ONE, "client after")
        testkit.wait_until(lambda: "in place again" in server.log())
        return f"{seconds:.1f} s"


def stops(backend, how):
    with unchanged():
        server = serving(backend).start()
        try:
            expect(client_of(ask("orders")), ONE, "client")
            server.process.send_signal(how)
            expect(server.process.wait(timeout=10), 0, f"exit status; log {server.log()[-800:]}")
        finally:
            server.stop()


def killed(backend, next_one):
    """What a killed server leaves is undone by the next that comes."""
    with unchanged() as before:
        server = serving(backend, "--address").start()
        try:
            server.process.kill()
            server.process.wait()
            expect(state() != before, True, "something is left behind")
            next_one(backend)
        finally:
            server.stop()


def next_removes(_):
    intercept("remove", check=0)


def next_serves(backend):
    with serving("iptables" if backend == "nft" else "nft"):
        expect(client_of(ask("orders")), ONE, "client")


def commands(backend):
    port = "2579"
    with unchanged() as before:
        expect("nothing" in intercept("status", check=1).stdout, True, "status says so")
        shown = intercept("install", "--backend", backend, "--port", port, "--host-port", "2580", "--dry-run", check=0).stdout
        expect(state(), before, "state after --dry-run")
        for needle in ("169.254.169.254", "127.0.0.1:2579", "127.0.0.1:2580", "net.ipv4.conf.all.route_localnet=1"):
            expect(needle in shown, True, f"{needle} in {shown!r}")
        told = intercept("install", "--backend", backend, "--port", port, "--host-port", "2580", check=0).stdout
        expect("net.ipv4.conf.all.route_localnet: 0 -> 1" in told and "conntrack" in told, True, f"changes are told: {told}")
        installed = state()
        expect("already" in intercept("install", "--port", port, "--host-port", "2580", check=0).stdout, True, "a second install")
        expect(state(), installed, "state after a second install")
        expect("127.0.0.1:2579" in intercept("status", check=0).stdout, True, "status tells the target")
        intercept("install", "--port", "2600", check=0)
        expect("127.0.0.1:2600" in intercept("status", check=0).stdout, True, "status tells the new target")
        intercept("remove", check=0)
        expect("nothing" in intercept("remove", check=0).stdout, True, "a second remove")


def as_printed(backend):
    """A person who runs what --dry-run prints gets the rules that install makes."""
    listing = ["nft", "-s", "list", "table", "ip", "understudy"] if backend == "nft" else ["iptables-save"]
    arguments = ("--backend", backend, "--host-port", "2580")

    def listed():
        output = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
        return [line for line in output.splitlines() if not line.startswith("#")]

    script = intercept("install", *arguments, "--dry-run", check=0).stdout
    with unchanged():
        intercept("install", *arguments, check=0)
        wanted = listed()
        intercept("remove", check=0)
        subprocess.run(["sh", "-e", "-c", script], check=True, capture_output=True)
        expect(listed(), wanted, "rules")
        # Undone by hand: nothing was noted, so the built-in chains and the setting are not ours to know.
        subprocess.run(["nft", "flush", "ruleset"], check=True)
        pathlib.Path("/proc/sys/net/ipv4/conf/all/route_localnet").write_text("0")
        foreign_rules()


def forwarding(backend):
    """A target elsewhere needs forwarding, whose switch turns others with it; all of them are as before in the end."""
    root = pathlib.Path("/proc/sys/net/ipv4")
    (root / "ip_forward").write_text("0")
    (root / "conf/uplink/forwarding").write_text("1")
    (root / "conf/all/accept_redirects").write_text("0")
    with unchanged():
        told = intercept("install", "--backend", backend, "--target", "10.78.0.1", check=0).stdout
        expect("net.ipv4.ip_forward: 0 -> 1" in told, True, told)
        expect((root / "conf/cni0/forwarding").read_text(), "1\n", "forwarding of the bridge")
        intercept("status", check=0)
        intercept("remove", check=0)
        expect((root / "conf/uplink/forwarding").read_text(), "1\n", "forwarding of the uplink, which was on before")


def foreign_rules():
    """Rules of somebody else, which must survive to the byte: a table of nft's, and a part of what iptables keeps."""
    subprocess.run(["nft", "-f", "-"], text=True, check=True,
                   input="table inet theirs {\n chain c {\n type filter hook input priority 5;\n tcp dport 9 drop\n }\n}\n")
    subprocess.run(["iptables", "-t", "nat", "-A", "OUTPUT", "-p", "tcp", "--dport", "9", "-j", "RETURN"], check=True)


def address_served(_):
    with unchanged(), testkit.Server(manifest=world(), arguments=["--address"]) as server:
        expect("169.254.169.254" in subprocess.run(["ip", "-o", "address", "show", "dev", "lo"], capture_output=True, text=True).stdout,
               True, "the address is on loopback")
        expect(client_of(ask("orders")), ONE, "client of a pod that reaches the address itself")
        expect(server.announced["metadata"].startswith("http://127.0.0.1:"), True, "the first listener is announced")


def by_environment(_):
    environment = testkit.clean_environment(UNDERSTUDY_INTERCEPT="true", UNDERSTUDY_INTERCEPT_BACKEND="iptables")
    with unchanged(), testkit.Server(manifest=world(), environment=environment):
        expect("iptables: " in intercept("status", check=0).stdout, True, "status tells the backend")
        expect(client_of(ask("orders")), ONE, "client")


def make_rogue():
    """A pod that sends what is for 127.0.0.1 to its node."""
    add_pod("rogue", ROGUE, "fd00:77::66")
    for command in (["sysctl", "-w", "net.ipv4.conf.all.route_localnet=1"],
                    ["ip", "route", "del", "table", "local", "local", "127.0.0.0/8", "dev", "lo"],
                    ["ip", "route", "del", "table", "local", "local", "127.0.0.1", "dev", "lo"],
                    ["ip", "route", "add", "127.0.0.1/32", "via", "10.77.0.1", "dev", "eth0"]):
        subprocess.run(["ip", "netns", "exec", "rogue", *command], check=True, capture_output=True)


def loopback_stays_closed(backend):
    """Routing to loopback is on for the redirected calls; nothing else that listens there may be reached through it."""
    def send(port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((ROGUE, 0))
            sender.sendto(b"for your loopback only", ("127.0.0.1", port))

    def arrives():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.settimeout(1)
            inside("rogue", send, listener.getsockname()[1])
            try:
                return listener.recvfrom(100)[1][0] == ROGUE
            except TimeoutError:
                return False

    opened = (["nft", "flush", "chain", "ip", "understudy", "guard"] if backend == "nft" else ["iptables", "-F", "understudy-guard"])
    with unchanged(), testkit.Server(manifest=world()) as server:
        intercept("install", "--backend", backend, "--port", str(testkit.host_and_port(server.metadata)[1]), check=0)
        expect(client_of(ask("orders")), ONE, "client, at the same time")
        expect(arrives(), False, "whether a pod's datagram arrives on loopback")
        # The way itself is open, or the case would prove nothing.
        subprocess.run(opened, check=True)
        expect(arrives(), True, "whether it arrives without the guard")
        intercept("remove", check=0)


def sidecar(backend):
    """Inside a pod: the workload's calls go to the sidecar's port, those of the sidecar's own user go on."""
    def answer(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsidecar")

    ask_it = ("import urllib.request\n"
              f"request = urllib.request.Request('http://169.254.169.254{ASK}', headers={{'Metadata': 'true'}})\n"
              "print(urllib.request.urlopen(request, timeout=5).read().decode())")
    in_pod = ["ip", "netns", "exec", "billing"]
    before = subprocess.run([*in_pod, "nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
    with unchanged(), serving("nft"):
        try:
            intercept("install", "--netns", "billing", "--mode", "pod", "--backend", backend, check=0)
            intercept("status", "--netns", "/run/netns/billing", check=0)
            with inside("billing", lambda: socket.create_server(("127.0.0.1", 8000))) as listener:
                thread = threading.Thread(target=answer, args=(listener,), daemon=True)
                thread.start()
                mine = subprocess.run([*in_pod, "/usr/bin/python3", "-c", ask_it], capture_output=True, text=True)
                expect(mine.stdout.strip(), "sidecar", f"the workload's answer; {mine.stderr}")
            theirs = subprocess.run([*in_pod, "setpriv", "--reuid=1501", "--regid=1501", "--clear-groups", "/usr/bin/python3", "-c", ask_it],
                                    capture_output=True, text=True, cwd="/")
            expect("access_token" in theirs.stdout, True, f"the sidecar's own call went on to NMI; {theirs.stdout}{theirs.stderr}")
        finally:
            intercept("remove", "--netns", "billing")
    after = subprocess.run([*in_pod, "nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
    expect(after, before, "the pod's rules")


def unknown_namespace(_):
    said = intercept("install", "--netns", "nowhere", check=1).stderr
    expect("nowhere" in said and "ip netns list" in said, True, said)
    said = intercept("status", "--netns", "/etc/passwd", check=1).stderr
    expect("not a network namespace" in said, True, said)


def without_privilege(backend):
    with unchanged():
        said = intercept("install", "--backend", backend, "--run-directory", "/tmp", check=1, user=65534, group=65534, extra_groups=[]).stderr
        expect("NET_ADMIN" in said and backend.split("-")[0] in said, True, said)
        shown = intercept("install", "--backend", backend, "--dry-run", check=0, user=65534, group=65534, extra_groups=[]).stdout
        expect("169.254.169.254" in shown, True, shown)


def foreign_chain(_):
    """NMI itself may run here: its chain is not ours to replace."""
    subprocess.run(["iptables", "-t", "nat", "-N", "aad-metadata"], check=True)
    try:
        said = intercept("install", "--backend", "iptables", check=1).stderr
        expect("aad-metadata" in said and "intercept remove" in said, True, said)
        with contextlib.suppress(AssertionError), serving("iptables"):
            raise RuntimeError("serve took the chain over")
        expect(":aad-metadata" in subprocess.run(["iptables-save"], capture_output=True, text=True).stdout, True, "it is still there")
    finally:
        subprocess.run(["iptables", "-t", "nat", "-X", "aad-metadata"], check=True)


def doctor(backend):
    with unchanged(), serving(backend) as server:
        said = server.run("doctor", "--control", server.control).stdout
        expect("interception" in said and "in place" in said, True, said)


# What a workload of a pod does, in a process that knows nothing but its network: the library's version, and the token's text.
SDKS = {
    "azure-identity": "import azure.identity as library\n"
                      "token = library.ManagedIdentityCredential().get_token('https://vault.azure.net/.default').token\n",
    "msal": "import msal as library, requests\n"
            "client = library.ManagedIdentityClient(library.SystemAssignedManagedIdentity(), http_client=requests.Session())\n"
            "token = client.acquire_token_for_client(resource='https://vault.azure.net')['access_token']\n",
}


def by_sdk(server, caller, library, *lines):
    """(claims of a verified token, version) of an unmodified library in a pod, or on the node when `caller` is None."""
    place = ["ip", "netns", "exec", caller] if caller else []
    script = SDKS[library] + "print(library.__version__, token)"
    result = subprocess.run([*place, "env", "-i", sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    expect(result.returncode, 0, f"exit status of {library} in {caller or 'the node'}; {result.stderr[-1500:]}")
    version, token = result.stdout.split()
    return testkit.verify(server.authority, server.ca_file(), token, "https://vault.azure.net"), version


def sdks(backend, mode):
    """Each pod by its own identity, the node by its own, and an address by the identity of the pod that has it now."""
    with unchanged(), serving(backend, "--node-metadata", "127.0.0.1:0", mode=mode) as server:
        versions = []
        for library in SDKS:
            expect(by_sdk(server, "orders", library)[0]["appid"], ONE, f"client of orders by {library}")
            claims, version = by_sdk(server, "billing", library)
            expect(claims["appid"], TWO, f"client of billing by {library}")
            own = by_sdk(server, None, library)[0]
            expect(own["appid"] in (ONE, TWO), False, f"whether the node itself got a pod's identity by {library}")
            # Verifying it asked the authority, which is in the journal too.
            asked = [decision["face"] for decision in server.decisions() if decision["face"] != "authority"]
            expect(asked[-1], "metadata", f"face that answered the node's own {library}")
            versions.append(f"{library} {version}")
        server.manifest_file.write_text(world(pod("newcomer", ORDERS, "two"), pod("billing", BILLING, "one"), mode=mode))
        testkit.wait_until(lambda: client_of(ask("orders")) == TWO)
        for library in SDKS:
            expect(by_sdk(server, "orders", library)[0]["appid"], TWO, f"client of the newcomer at the old address by {library}")
            expect(by_sdk(server, "billing", library)[0]["appid"], ONE, f"client of billing, bound anew, by {library}")
        return ", ".join(versions)


VANDALS = {
    "nft": {"its table deleted": [["nft", "delete", "table", "ip", "understudy"]],
            "one rule deleted": [["nft", "flush", "chain", "ip", "understudy", "forwarded"]]},
    "iptables": {"its jump deleted": [["iptables", "-t", "nat", "-D", "PREROUTING", "-j", "aad-metadata"]],
                 "its chain emptied": [["iptables", "-t", "nat", "-F", "aad-metadata"]]},
}

BY_BACKEND = {
    "pods are answered by their identity, one without binding is refused": by_address,
    "a forged forwarding header changes nothing": forged,
    "an address that a new pod got gives the new pod's identity": reused_address,
    "the host's own calls go to the node's metadata service": host_network,
    "the host's own calls are left alone without a node listener": host_left_alone,
    "an IPv6 caller gets NMI's 500": ipv6_caller,
    "SIGTERM removes everything": lambda backend: stops(backend, signal.SIGTERM),
    "SIGINT removes everything": lambda backend: stops(backend, signal.SIGINT),
    "a killed server's rules and address are removed by intercept remove": lambda backend: killed(backend, next_removes),
    "a killed server's rules and address are taken over by the next server": lambda backend: killed(backend, next_serves),
    "install, status and remove, each twice": commands,
    "what --dry-run prints makes the same rules": as_printed,
    "nothing else on loopback is reached from a pod": loopback_stays_closed,
    "forwarding for a target elsewhere, and all it changes, is put back": forwarding,
    "doctor tells of it": doctor,
    **{f"azure-identity and msal in pods without any configuration, {mode} mode": lambda backend, mode=mode: sdks(backend, mode)
       for mode in MODES},
}
AS_ROOT = {"inside a pod, all but the sidecar's own user": sidecar, "without privilege it says so, and --dry-run works": without_privilege}
ONCE = {
    "serve --address puts the address on loopback and takes it away": address_served,
    "the twins in the environment": by_environment,
    "an unknown namespace is named": unknown_namespace,
    "a chain that is not ours is left alone": foreign_chain,
}


def cases():
    for backend in BACKENDS:
        for name, body in {**BY_BACKEND, **AS_ROOT}.items():
            yield f"{backend}: {name}", body, backend
        for name, vandal in VANDALS[backend].items():
            yield f"{backend}: comes back, {name}", lambda backend, vandal=vandal: come_back(backend, vandal), backend
    for name, body in ONCE.items():
        yield name, body, None


def main():
    tally = testkit.Tally("interception", sys.argv[1] if len(sys.argv) > 1 else None)
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    refusal = REFUSAL or next((f"{tool} is not installed" for tool in ("nft", "iptables", "ip") if not shutil.which(tool)), None)
    if refusal is None:
        make_node()
        foreign_rules()
    for name, body, backend in cases():
        if refusal is not None:
            tally.skip(name, refusal)
        elif body in AS_ROOT.values() and not IS_ROOT:
            tally.skip(name, "other users can only be tried as root")
        else:
            tally.case(name, body, backend)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
