"""Changes while the server runs: edited files, broken edits, and the objects of the control listener.

    .venv/bin/python Tests/Live/reload.py [TEXT]     only the cases whose name holds TEXT

Each case prints the milliseconds from the closed file (or the answered request) to the first changed answer. The budget is
100 ms; the cases allow a second, since a test machine may be busy, and Tests/bench holds the figure.
"""

import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402
from worlds import ASK, ONE_POD, one_pod  # noqa: E402

LIMIT = 1.0


class Caller:
    """Asks over one kept-alive connection, so that polling costs next to nothing."""

    def __init__(self, server):
        self.connection = testkit.Connection(*testkit.host_and_port(server.metadata))

    def status(self):
        return self.connection.exchange(f"GET {ASK} HTTP/1.1\r\nHost: x\r\nMetadata: true\r\n\r\n").status

    def until(self, wanted):
        seconds = testkit.wait_until(lambda: self.status() == wanted, LIMIT, pause=0.001)
        return f"{seconds * 1000:.1f} ms"


def readiness(server):
    status, body = server.control_get("/readyz")
    expect(status, 200, "status of /readyz")
    return json.loads(body)


def overwrite(path, text):
    """As most editors and `cp` do: the same file, truncated and written."""
    path.write_text(text)


def replace(path, text):
    """As careful editors do: another file, renamed over it."""
    other = path.with_name(".new-" + path.name)
    other.write_text(text)
    os.rename(other, path)


def edit(server, caller, how, text, wanted):
    before = readiness(server)["generation"]
    how(server.manifest_file, text)
    note = caller.until(wanted)
    if readiness(server)["generation"] <= before:
        raise AssertionError(f"the generation of /readyz did not go up from {before}")
    return note


def broken(server, caller, text, *mentions):
    """Nothing changes; the log, /readyz and a metric say so; a repair clears it."""
    before, metrics, logged = readiness(server), server.control_get("/metrics")[1].decode(), len(server.log())
    overwrite(server.manifest_file, text)
    testkit.wait_until(lambda: len(server.log()) > logged, LIMIT)
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        expect(caller.status(), 200, "status while the file is broken")
    after = readiness(server)
    expect(after["generation"], before["generation"], "generation")
    if json.dumps(after) == json.dumps(before):
        raise AssertionError(f"/readyz says nothing of the refused edit: {after}")
    said = server.log()[logged:]
    for mention in (server.manifest_file.name, *mentions):
        if mention not in said:
            raise AssertionError(f"{mention!r} is not in what the log says: {said[-800:]}")
    changed = set(server.control_get("/metrics")[1].decode().splitlines()) - set(metrics.splitlines())
    if not any("reload" in line or "manifest" in line for line in changed):
        raise AssertionError(f"no metric of reloading changed; changed: {sorted(changed)[:10]}")
    overwrite(server.manifest_file, one_pod())
    testkit.wait_until(lambda: readiness(server)["generation"] > before["generation"]
                       or {**readiness(server), "generation": 0} == {**before, "generation": 0}, LIMIT)


def gone_and_back(server, caller):
    """The file itself vanishes (an editor between two steps, a deploy) and comes back: served all along, and alive after."""
    text = server.manifest_file.read_text()
    aside = server.folder / "aside.yaml"
    os.rename(server.manifest_file, aside)
    until = time.monotonic() + 0.2
    while time.monotonic() < until:
        caller.status()  # any answer will do: whether an absent file is an empty one is not settled
    aside.unlink()
    overwrite(server.manifest_file, text)
    caller.until(200)
    overwrite(server.manifest_file, one_pod("binding"))
    caller.until(404)
    overwrite(server.manifest_file, one_pod())
    return caller.until(200)


def directory_case(tally):
    """A directory of manifests: files come and go. Then a mounted ConfigMap, whose files change by the swap of one link."""
    import shutil
    import tempfile

    folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-"))
    try:
        (folder / "rest.yaml").write_text(one_pod("binding"))
        with testkit.Server(folder) as server:
            caller = Caller(server)
            tally.case("a directory: no binding, no token", lambda: expect(caller.status(), 404, "status"))
            tally.case("a directory: a new file is seen", lambda: (folder / "binding.yaml").write_text(ONE_POD["binding"]) and caller.until(200))
            tally.case("a directory: a removed file is seen", lambda: (folder / "binding.yaml").unlink() or caller.until(404))
    finally:
        shutil.rmtree(folder)

    folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-"))
    try:
        for name, text in (("..one", one_pod()), ("..two", one_pod("binding"))):
            (folder / name).mkdir()
            (folder / name / "world.yaml").write_text(text)
        os.symlink("..one", folder / "..data")
        os.symlink("..data/world.yaml", folder / "world.yaml")

        def swap(name):
            os.symlink(name, folder / "..data_tmp")
            os.rename(folder / "..data_tmp", folder / "..data")

        with testkit.Server(folder) as server:
            caller = Caller(server)
            tally.case("a mounted ConfigMap is read once", lambda: expect(caller.status(), 200, "status"))
            tally.case("a mounted ConfigMap's swap is seen", lambda: swap("..two") or caller.until(404))
            tally.case("a mounted ConfigMap's swap back is seen", lambda: swap("..one") or caller.until(200))
    finally:
        shutil.rmtree(folder)


def put(server, kind, body, namespace="default", name="reader"):
    status, answer = server.control_request("PUT", f"/objects/{kind}/{namespace}/{name}", body.encode())
    if status not in (200, 201):
        raise AssertionError(f"PUT of {kind}: {status} {answer[:300]!r}")


def objects(tally, server, caller):
    def delete_binding():
        status, answer = server.control_request("DELETE", "/objects/AzureIdentityBinding/default/reader")
        if status not in (200, 204):
            raise AssertionError(f"DELETE: {status} {answer[:300]!r}")
        return caller.until(404)

    def put_binding():
        put(server, "AzureIdentityBinding", ONE_POD["binding"])
        return caller.until(200)

    def read_binding():
        status, body = server.control_get("/objects/AzureIdentityBinding/default/reader")
        expect(status, 200, "status of one")
        expect(json.loads(body)["spec"]["selector"], "app", "spec.selector")
        status, body = server.control_get("/objects/AzureIdentityBinding")
        expect(status, 200, "status of the list")
        if b"reader" not in body:
            raise AssertionError(f"the list lacks the object: {body[:300]!r}")

    def refuse_malformed():
        before = readiness(server)["generation"]
        status, body = server.control_request("PUT", "/objects/Node/node1",
                                              ONE_POD["node"].replace("systemAssigned", "sistemAssigned").encode())
        if not 400 <= status < 500 or b"sistemAssigned" not in body:
            raise AssertionError(f"a Node with an unknown field: {status} {body[:300]!r}")
        expect(readiness(server)["generation"], before, "generation")
        expect(caller.status(), 200, "status after the refusal")

    tally.case("DELETE /objects takes a binding away", delete_binding)
    tally.case("an object taken away is 404", lambda: expect(
        server.control_get("/objects/AzureIdentityBinding/default/reader")[0], 404, "status"))
    tally.case("PUT /objects puts it back", put_binding)
    tally.case("GET /objects gives it, alone and in the list", read_binding)
    tally.case("PUT of a malformed object is refused and changes nothing", refuse_malformed)

    binding = server.folder / "binding-to-apply.yaml"
    binding.write_text(ONE_POD["binding"])

    def command(wanted, *arguments):
        server.run(*arguments, "--control", server.control, check=0)
        return caller.until(wanted)

    tally.case("understudy delete", command, 404, "delete", "AzureIdentityBinding", "default/reader")
    tally.case("understudy apply", command, 200, "apply", "-f", str(binding))

    def get_command():
        if "reader" not in server.run("get", "AzureIdentityBinding", "--control", server.control, check=0).stdout:
            raise AssertionError("the binding is not listed")

    tally.case("understudy get", get_command)


def main():
    tally = testkit.Tally("reload", sys.argv[1] if len(sys.argv) > 1 else None)
    with testkit.Server(manifest=one_pod()) as server:
        caller = Caller(server)
        tally.case("the bound pod gets a token", lambda: expect(caller.status(), 200, "status"))
        for name, how in (("written over", overwrite), ("replaced by rename", replace)):
            tally.case(f"a binding removed (file {name}) refuses the pod", edit, server, caller, how, one_pod("binding"), 404)
            tally.case(f"the binding restored (file {name}) serves it again", edit, server, caller, how, one_pod(), 200)
        tally.case("an edit that is no YAML changes nothing and is reported", broken, server, caller, one_pod("binding") + "---\nspec: [\n")
        tally.case("an edit with an unknown field changes nothing and is reported", broken, server, caller,
                   one_pod("binding", node=ONE_POD["node"].replace("plane:", "plain:")), "plain")
        tally.case("a file that vanishes and comes back is still watched", gone_and_back, server, caller)
    with testkit.Server(manifest=one_pod()) as server:
        objects(tally, server, Caller(server))
    directory_case(tally)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
