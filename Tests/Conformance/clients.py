#!/usr/bin/env python3
"""Conformance: the programs of Examples/clients that can run here, unmodified, by the lines that their README gives.

    .venv/bin/python Tests/Conformance/clients.py [TEXT]     only the cases whose name holds TEXT

Run lines, and the output that is expected, are read from Examples/clients/README.md: what a reader is told is what is run. Runs in
network and mount namespaces of its own, where the lines of `understudy env hosts` lead the real names here. Needs .venv, .venv-az
(`Tests/prepare --tests`), and root or user namespaces; otherwise its cases count as skipped.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import ROOT, expect  # noqa: E402

CLIENTS = ROOT / "Examples/clients"
REFUSAL = testkit.enter_namespace()
testkit.forget_steering()
# In the order of the README's sample output.
KINDS = {"managed identity": (), "workload identity": ("--plane", "workload-identity")}
DAY = 24 * 3600


class Row:
    """One client of the README's table: its name, its run lines in the order of `KINDS`, and whether our tests run it."""

    def __init__(self, cells):
        self.name, run, self.tested = cells
        self.lines = re.findall(r"`([^`]+)`", run)

    @staticmethod
    def all():
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in (CLIENTS / "README.md").read_text().splitlines()
                 if line.startswith("| ")]
        header = next(index for index, row in enumerate(cells) if row[-1] == "run by our tests")
        return [Row(row) for row in cells[header + 1:]]


def samples():
    """What the README says a program prints, by kind: patterns, with the time as their one group."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (CLIENTS / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    printed = next(text for language, text in blocks if not language)
    return {line.split(":")[0]: re.sub(r"\d{10}", lambda _: r"(\d{10})", re.escape(line)) for line in printed.splitlines()}


def prints_its_line(server, kind, line, env):
    """Runs one line of the README after `eval "$(understudy env …)"`, or with nothing set when `env` is None."""
    pattern, known = samples()[kind], {decision["id"] for decision in server.decisions("?limit=1000")}
    exports = server.run("env", *env, "--control", server.control, check=0).stdout if env is not None else ""
    home = tempfile.mkdtemp(prefix="understudy-home-")
    try:
        result = subprocess.run(["sh", "-euc", exports + line], capture_output=True, text=True, timeout=120,
                                env=testkit.clean_environment(HOME=home, AZURE_CONFIG_DIR=home, AZURE_CORE_COLLECT_TELEMETRY="no"))
    finally:
        # The CLI leaves a process behind that may still write there.
        shutil.rmtree(home, ignore_errors=True)
    expect(result.returncode, 0, f"exit status of {line}: {result.stderr[-800:]}\nlog of the server:\n{server.log()[-1500:]}")
    said = re.fullmatch(pattern + "\n", result.stdout)
    if not said:
        raise AssertionError(f"{line} printed {result.stdout!r}, and the README says {pattern}")
    left = int(said.group(1)) - time.time()
    if not DAY - 120 < left < DAY + 120:
        raise AssertionError(f"the token lasts {left:.0f} s, and the README says 24 hours")
    issued = [decision for decision in server.decisions("?limit=1000") if decision["id"] not in known and decision["outcome"] == "issued"]
    expect(bool(issued), True, "whether the journal has a token issued meanwhile")


def every_client_has_a_row(rows):
    folders = {folder.name for folder in CLIENTS.iterdir() if folder.is_dir() and folder.name != "tokens"}
    lines = [line for row in rows for line in row.lines]
    # `az/managed-identity.sh` and `python3 python/…` run from the top; the others' rows name the folder to run in.
    silent = [name for name in folders if not any(re.search(rf"(^| ){name}(/|$)", line) for line in lines)]
    expect(silent, [], "folders that no row of the README names")
    expect([row.name for row in rows if not row.tested], [], "rows that do not say whether they are run")


def project_files_parse():
    """JSON and XML of the projects that are not built here."""
    judges = {".json": json.loads, ".xml": xml.etree.ElementTree.fromstring, ".csproj": xml.etree.ElementTree.fromstring}
    found = [path for path in sorted(CLIENTS.rglob("*")) if path.suffix in judges]
    for path in found:
        judges[path.suffix](path.read_text())
    expect(len(found) >= 4, True, f"project files found: {[path.name for path in found]}")
    return f"{len(found)} files"


def main():
    rows = Row.all()
    tally = testkit.Tally("conformance of the example clients", sys.argv[1] if len(sys.argv) > 1 else None)
    tally.case("every example has a row that says whether it is run", every_client_has_a_row, rows)
    tally.case("the project files of the others parse", project_files_parse)
    run_here = [row for row in rows if row.tested == "yes"]
    expect(len(run_here), 2, "clients that are run here")
    az = ROOT / ".venv-az/bin/az"
    lacking = REFUSAL or (None if az.exists() else "there is no .venv-az: Tests/prepare --tests makes it")
    if lacking:
        tally.skip("the example clients print their lines", lacking)
        return tally.finish()
    os.environ["PATH"] = os.pathsep.join([str(ROOT / ".venv/bin"), str(az.parent), os.environ["PATH"]])
    with tempfile.TemporaryDirectory(prefix="understudy-clients-") as folder:
        # The server writes the projected token below the folder it is started in.
        os.chdir(shutil.copytree(CLIENTS, pathlib.Path(folder) / "clients"))
        testkit.add_loopback_addresses(["169.254.169.254"])
        more = ["--metadata", "169.254.169.254:80", "--source", "app-service"]
        with testkit.Server("world.yaml", authority="127.0.0.1:443", arguments=more) as server:
            hosts = pathlib.Path(folder) / "hosts"
            hosts.write_text("127.0.0.1 localhost\n" + server.run("env", "hosts", "--control", server.control, check=0).stdout)
            subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)
            try:
                for row in run_here:
                    for (kind, env), line in zip(KINDS.items(), row.lines):
                        tally.case(f"{row.name.split(',')[0]}: {line}", prints_its_line, server, kind, line, env)
                managed = run_here[0].lines[0]
                tally.case(f"as Go and Rust are told to: {managed}", prints_its_line, server, "managed identity", managed,
                           ("--source", "app-service"))
                tally.case(f"at 169.254.169.254, nothing set: {managed}", prints_its_line, server, "managed identity", managed, None)
            finally:
                subprocess.run(["umount", "/etc/hosts"], check=False)
                os.chdir(ROOT)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
