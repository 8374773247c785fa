"""Start and end: bind failures, bad manifests, signals, what the state directory keeps.

    .venv/bin/python Tests/Live/lifecycle.py [TEXT]     only the cases whose name holds TEXT
"""

import json
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK, ONE_POD, one_pod  # noqa: E402


def fails_to_start(*mentions, manifest=None, statuses=None, **listeners):
    """Ends by itself, non-zero, and says on standard error what stood in the way."""
    server = testkit.Server(manifest=manifest, **listeners)
    try:
        result = subprocess.run(server.command, capture_output=True, text=True, timeout=20, env=server.environment)
        if result.returncode == 0 or statuses and result.returncode not in statuses:
            raise AssertionError(f"exit status {result.returncode}; {result.stderr[-500:]}")
        if result.returncode < 0:
            raise AssertionError(f"killed by signal {-result.returncode}; {result.stderr[-500:]}")
        expect(result.stdout, "", "standard output")
        for mention in mentions:
            if mention.lower() not in result.stderr.lower():
                raise AssertionError(f"{mention!r} is not in what it says: {result.stderr[-800:]}")
    finally:
        server.stop()


def address_taken(listener):
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        address = f"127.0.0.1:{occupied.getsockname()[1]}"
        fails_to_start(address, "address already in use", **{listener: address})


def upstream_of_nobody():
    for manifest, told in ((None, True), (one_pod(), False)):
        with testkit.Server(manifest=manifest, arguments=["--metadata-upstream", "127.0.0.1:1"]) as server:
            expect("--metadata-upstream does nothing in this plane" in server.log(), told, f"a warning; log {server.log()}")


def drains(how, busy):
    """Ends with 0 within 5 s; a connection that is idle, or never finishes its request, does not hold it up."""
    server = testkit.Server(manifest=one_pod()).start()
    try:
        host, port = testkit.host_and_port(server.metadata)
        with testkit.Connection(host, port) as idle, testkit.Connection(host, port) as slow:
            expect(idle.exchange(f"GET {ASK} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\n\r\n").status, 200, "status")
            if busy:
                slow.socket.sendall(b"GET /metadata/identity/oauth2/token HTTP/1.1\r\nHost: ")
            began = time.monotonic()
            server.process.send_signal(how)
            output, _ = server.process.communicate(timeout=10)
            seconds = time.monotonic() - began
        expect(server.process.returncode, 0, f"exit status; log: {server.log()[-500:]}")
        if seconds >= 5.5:
            raise AssertionError(f"took {seconds:.1f} s")
        expect((server.rest_of_output + output).strip(), b"", "output after the announcement")
        return f"{seconds:.2f} s"
    finally:
        server.stop()


def identity_of(server):
    """(CA certificate, kid of a token)"""
    answer = testkit.get(server.metadata, ASK, "Metadata: true")
    return pathlib.Path(server.ca_file()).read_bytes(), testkit.claims_unverified(answer.json()["access_token"])[0]["kid"]


def state_is_kept(folder):
    state = folder / "state"
    seen = []
    for _ in range(2):
        with testkit.Server(manifest=one_pod(), arguments=["--state", str(state)]) as server:
            seen.append(identity_of(server))
            testkit.verify(server.authority, server.ca_file(), testkit.get(server.metadata, ASK, "Metadata: true").json()["access_token"],
                           "https://vault.azure.net")
    expect(seen[1][0] == seen[0][0], True, "the CA is the same")
    expect(seen[1][1], seen[0][1], "kid")


def state_is_private(folder):
    state = folder / "state"
    expect(oct(stat.S_IMODE(state.stat().st_mode)), "0o700", f"mode of {state.name}")
    files = list(state.rglob("*"))
    if not files:
        raise AssertionError("the state directory is empty")
    for path in files:
        wanted = "0o700" if path.is_dir() else "0o600"
        expect(oct(stat.S_IMODE(path.stat().st_mode)), wanted, f"mode of {path.relative_to(state)}")


def rotation_reaches_another_server(folder):
    """Two servers on one directory: whichever rotates, both sign with the same key and publish the same, the old one included."""
    ask = ASK + "&bypass_cache=true"
    state = ["--state", str(folder / "shared")]
    plain = {"manifest": "apiVersion: understudy.internal/v1alpha1\nkind: Node\nmetadata: {name: vm}\nspec: {systemAssigned: true}\n",
             "arguments": state}

    def keys(server):
        return {key["kid"]: key["role"] for key in json.loads(server.control_get("/keys")[1])["keys"]}

    with testkit.Server(**plain) as first, testkit.Server(**plain) as second:
        for server in (first, second):
            testkit.wait_until(lambda: len(keys(server)) == 2, 10, pause=0.05)
        seen = [identity_of(first)[1]]
        for rotating, other in ((first, second), (second, first)):
            token = testkit.get(other.metadata, ask, "Metadata: true").json()["access_token"]
            told = subprocess.run([str(testkit.executable()), "keys", "rotate", "--control", rotating.control], capture_output=True, text=True)
            expect(told.returncode, 0, f"exit status of keys rotate: {told.stderr}")
            testkit.wait_until(lambda: keys(other) == keys(rotating), 10, pause=0.02)
            fresh = testkit.get(other.metadata, ask, "Metadata: true").json()["access_token"]
            seen.append(testkit.claims_unverified(fresh)[0]["kid"])
            for server in (first, second):
                for each in (token, fresh):
                    testkit.verify(server.authority, server.ca_file(), each, "https://vault.azure.net")
        expect(len(set(seen)), 3, f"different keys among {seen}")
        expect(sorted(keys(first).values()), ["next", "retired", "retired", "signing"], "roles after two rotations")


def memory_only():
    seen = []
    for _ in range(2):
        with testkit.Server(manifest=one_pod()) as server:
            seen.append(identity_of(server))
    if seen[0][1] == seen[1][1] or seen[0][0] == seen[1][0]:
        raise AssertionError("two starts without --state share a key or a CA")


def shared_certificate(folder):
    """A file that is readable for whoever shares the volume, announced, with which the authority verifies, left in place at the end."""
    file = folder / "ca.crt"
    with testkit.Server(manifest=one_pod(), arguments=["--ca-file", str(file), "--state", str(folder / "state")]) as server:
        expect(server.announced["caFile"], str(file), "caFile")
        expect(stat.S_IMODE(file.stat().st_mode) & 0o444, 0o444, "mode")
        testkit.verify(server.authority, str(file), testkit.get(server.metadata, ASK, "Metadata: true").json()["access_token"],
                       "https://vault.azure.net")
    expect(file.read_text().count("BEGIN"), 1, "PEM blocks: the certificate and nothing else")


def answers(server, path, wanted_status, *mentions):
    status, body = server.control_get(path)
    expect(status, wanted_status, f"status of {path}")
    for mention in mentions:
        if mention not in body.decode():
            raise AssertionError(f"{mention!r} is not in {path}: {body[:300]!r}")


def is_ready(server):
    status, body = server.control_get("/readyz")
    expect(status, 200, "status")
    document = json.loads(body)
    expect(document["ready"], True, "ready")
    expect(isinstance(document["generation"], int), True, "generation is a number")


def main():
    import tempfile

    tally = testkit.Tally("start and end", sys.argv[1] if len(sys.argv) > 1 else None)
    for listener in ("metadata", "authority", "control"):
        tally.case(f"a taken address for --{listener} ends the start, named", address_taken, listener)
    tally.case("an address that is not ours ends the start, named", fails_to_start, "203.0.113.7", "assign requested address",
               metadata="203.0.113.7:2579")
    tally.case("a malformed address ends the start", fails_to_start, "not-an-address", metadata="not-an-address", statuses=(64,))
    tally.case("a manifest that is no YAML ends the start, file named", fails_to_start, "manifest.yaml", manifest="kind: [\n")
    tally.case("every problem of a manifest is said at once: file, field path, what is allowed", fails_to_start, "manifest.yaml",
               "spec.plain", "spec.shape", "vmss-flexible",
               manifest=one_pod(node=ONE_POD["node"].replace("plane:", "shape: submarine, plain:")))
    tally.case("an absent manifest ends the start, named", absent_manifest)

    tally.case("SIGTERM drains and exits 0", drains, signal.SIGTERM, False)
    tally.case("SIGTERM drains past an unfinished request", drains, signal.SIGTERM, True)
    tally.case("SIGINT drains and exits 0", drains, signal.SIGINT, False)

    with tempfile.TemporaryDirectory() as folder:
        tally.case("with --state a second start keeps CA and key", state_is_kept, pathlib.Path(folder))
        tally.case("the state directory is 0700 and its files 0600", state_is_private, pathlib.Path(folder))
        tally.case("--ca-file puts the CA's certificate where clients share it", shared_certificate, pathlib.Path(folder))
        tally.case("a rotation reaches another server on the same state", rotation_reaches_another_server, pathlib.Path(folder))
    tally.case("a --ca-file that cannot be written ends the start, named", fails_to_start, "--ca-file /absent/ca.crt", "allowed",
               arguments=["--ca-file", "/absent/ca.crt"])
    tally.case("without --state nothing is kept", memory_only)
    tally.case("--metadata-upstream in a plane without NMI is told to do nothing", upstream_of_nobody)

    with testkit.Server(manifest=one_pod()) as server:
        tally.case("/healthz", answers, server, "/healthz", 200)
        tally.case("/readyz tells the generation", is_ready, server)
        tally.case("/metrics is Prometheus text", answers, server, "/metrics", 200, "# TYPE ")
        tally.case("/ca.crt is a certificate", answers, server, "/ca.crt", 200, "-----BEGIN CERTIFICATE-----")
        tally.case("an unknown control path is 404", answers, server, "/nothing", 404)
        tally.case("understudy health is 0 when ready", lambda: server.run("health", "--control", server.control, check=0))
    tally.case("understudy health is not 0 when nobody serves", nobody_serves)
    return tally.finish()


def absent_manifest():
    result = subprocess.run([str(testkit.executable()), "serve", "/absent/manifest.yaml", "--metadata", "127.0.0.1:0", "--authority",
                             "127.0.0.1:0", "--control", "127.0.0.1:0"], capture_output=True, text=True, timeout=20,
                            env=testkit.clean_environment())
    if result.returncode == 0 or "/absent/manifest.yaml" not in result.stderr:
        raise AssertionError(f"exit status {result.returncode}: {result.stderr[-500:]}")


def nobody_serves():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    result = subprocess.run([str(testkit.executable()), "health", "--control", f"http://127.0.0.1:{port}"], capture_output=True,
                            text=True, timeout=20, env=testkit.clean_environment())
    if result.returncode == 0:
        raise AssertionError("exit status 0")


if __name__ == "__main__":
    sys.exit(main())
