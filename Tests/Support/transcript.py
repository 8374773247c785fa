"""Golden transcripts: readable text that says what is sent and what must come back. The form is told in Tests/Fixtures/imds/README.md.

This file reads them and compares; it opens no socket.
"""

import json
import re

KINDS = {
    "any": r".*",
    "base64": r"[A-Za-z0-9+/]+={0,2}",
    "date": r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT",
    "digits": r"\d+",
    "guid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "GUID": r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    "imds": r"IMDS/\d+\.\d+\.\d+\.\d+",
    "jwt": r"[\w-]+\.[\w-]+\.[\w-]+",
    "length": r"\d+",
    "number": r"-?\d+",
    "slashed": r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d",
    "second": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ",
}
PLACEHOLDER = re.compile(r"<(?:=(?P<known>\w+)|(?:(?P<name>\w+)=)?(?P<kind>" + "|".join(KINDS) + r"))>")


class Pattern:
    """A text with placeholders."""

    def __init__(self, text):
        self.text = text

    def match(self, got, known):
        """Whether all of `got` is as written; what it names is added to `known`."""
        expression, names, last = "", [], 0
        for found in PLACEHOLDER.finditer(self.text):
            expression += re.escape(self.text[last:found.start()])
            last = found.end()
            if found["known"]:
                expression += re.escape(recall(known, found["known"]))
            elif found["name"]:
                names.append(found["name"])
                expression += f"(?P<{found['name']}>{KINDS[found['kind']]})"
            else:
                expression += f"(?:{KINDS[found['kind']]})"
        whole = re.fullmatch(expression + re.escape(self.text[last:]), got, re.DOTALL)
        if whole:
            known.update({name: whole[name] for name in names})
        return whole is not None

    def filled(self, known):
        """The text with what is known put in; for requests."""
        return re.sub(r"<=(\w+)>", lambda found: recall(known, found[1]), self.text)


def recall(known, name):
    if name not in known:
        raise AssertionError(f"the transcript uses <={name}> before anything was called so")
    return known[name]


class Reply:
    """What must come back: the lines of the head, and the body in one of two forms."""

    def __init__(self, times):
        self.times = times  # how many answers look like this; None for the only form
        self.head, self.body, self.claims = [], None, []

    def compare(self, answer, known):
        """Raises AssertionError where `answer` differs."""
        got = [answer.status_line] + [f"{name}: {value}" for name, value in answer.headers]
        for index, wanted in enumerate(self.head):
            if index >= len(got) or not Pattern(wanted).match(got[index], known):
                found = got[index] if index < len(got) else "nothing"
                raise AssertionError(f"line {index + 1} of the head: expected {wanted!r}, got {found!r}; body {answer.body[:300]!r}")
        if len(got) > len(self.head):
            raise AssertionError(f"the head goes on with {got[len(self.head):]!r}")
        length = answer.header("Content-Length")
        if length is not None and not answer.bodiless and int(length) != len(answer.body):
            raise AssertionError(f"Content-Length is {length}, but the body has {len(answer.body)} bytes")
        text = answer.body.decode("utf-8")
        if self.body is not None and not Pattern(self.body).match(text, known):
            raise AssertionError(difference(self.body, text))
        if self.claims:
            document = json.loads(text)
            compact = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
            if compact != text:
                raise AssertionError(f"the JSON is not compact: {difference(compact, text)}")
            for claim in self.claims:
                judge(claim, document, known)


def difference(wanted, got):
    """Where two texts part, with what follows in each."""
    place = next((index for index, (left, right) in enumerate(zip(wanted, got)) if left != right), min(len(wanted), len(got)))
    begin = max(0, place - 40)
    return (f"the body differs (near byte {place} if no placeholder comes before):\n"
            f"expected …{wanted[begin:place + 160]!r} ({len(wanted)} characters)\ngot      …{got[begin:place + 160]!r} ({len(got)} characters)")


# --- claims on JSON -------------------------------------------------------------------------------------------------------

ABSENT = object()
TYPES = {"string": str, "boolean": bool, "integer": int, "list": list, "object": dict}


def at(document, path):
    """The value at a path such as /network/interface/0, or ABSENT."""
    for segment in [segment for segment in path.split("/") if segment]:
        if isinstance(document, dict) and segment in document:
            document = document[segment]
        elif isinstance(document, list) and segment.isdigit() and int(segment) < len(document):
            document = document[int(segment)]
        else:
            return ABSENT
    return document


def leaves(value, path=""):
    """Every value that has nothing below, with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}/{index}")
    else:
        yield path, value


def judge(claim, document, known):
    """Raises AssertionError unless `claim`, a line of a transcript, is true of `document`."""
    if claim == "every leaf is a string":
        odd = [(path, value) for path, value in leaves(document) if not isinstance(value, str)]
        if odd:
            raise AssertionError(f"{claim}: {odd}")
        return
    if claim == "members are in ordinal order":
        return ordinal(document, "")
    path, verb, rest = (claim.split(" ", 2) + [""])[:3]
    value = at(document, path)
    shown = "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False)
    if verb == "absent":
        good = value is ABSENT
    elif verb == "present":
        good = value is not ABSENT
    elif verb == "=":
        good = value is not ABSENT and value == json.loads(rest) and type(value) is type(json.loads(rest))
    elif verb == "is":
        good = type(value) is TYPES[rest]
    elif verb == "has":
        good = isinstance(value, dict) and list(value) == ([name.strip() for name in rest.split(",")])
    elif verb == "lists":
        good = isinstance(value, list) and len(value) == int(rest)
    elif verb == "~":
        good = value is not ABSENT and Pattern(rest).match(value if isinstance(value, str) else shown, known)
    else:
        raise AssertionError(f"the transcript claims what cannot be judged: {claim!r}")
    if not good:
        raise AssertionError(f"{claim}: got {shown[:400]}")


def ordinal(value, path):
    if isinstance(value, dict):
        if list(value) != sorted(value, key=lambda name: name.encode()):
            raise AssertionError(f"members of {path or '/'} are not in ordinal order: {', '.join(value)}")
        for name, inner in value.items():
            ordinal(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            ordinal(inner, f"{path}/{index}")


# --- reading ----------------------------------------------------------------------------------------------------------------


class Exchange:
    """A request, how often it is sent, and what must come back."""

    def __init__(self, place):
        self.place, self.head, self.body = place, [], None
        self.times, self.at_once = 1, False
        self.replies = []

    def request(self, known):
        """The bytes to send."""
        body = Pattern(self.body).filled(known).encode() if self.body is not None else b""
        lines = [Pattern(line).filled(known).replace("<length>", str(len(body))) for line in self.head]
        return "\r\n".join(lines + ["", ""]).encode() + body

    def method(self):
        return self.head[0].split(" ")[0]

    def compare(self, answers, known):
        """Every answer must be one of the forms, and each form must come as often as it says."""
        if len(self.replies) == 1 and self.replies[0].times is None:
            for answer in answers:
                self.replies[0].compare(answer, known)
            return
        counts, reasons = [0] * len(self.replies), []
        for answer in answers:
            for index, reply in enumerate(self.replies):
                try:
                    reply.compare(answer, known)
                except AssertionError as reason:
                    reasons.append(str(reason))
                else:
                    counts[index] += 1
                    break
            else:
                raise AssertionError("an answer is none of those allowed:\n" + "\n".join(reasons[-len(self.replies):]))
        wanted = [reply.times for reply in self.replies]
        if any(not low <= count <= high for count, (low, high) in zip(counts, wanted)):
            raise AssertionError(f"answers of each form: expected {wanted}, got {counts}")


class Case:
    """A section of a transcript."""

    def __init__(self, number, title, place):
        self.number, self.title, self.place = number, title, place
        self.fields, self.steps = {}, []

    @property
    def name(self):
        return f"{self.number}. {self.title}" if self.number else self.title


FIELDS = ("source", "world", "flags", "node", "from", "ours", "not covered", "server", "listener")


def read_heads(text):
    """Named groups of header lines: `[name]`, then its lines."""
    heads, name = {}, None
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            heads[name] = []
        elif line.strip() and not line.startswith("#"):
            heads[name].append(line)
    return heads


def read(text, file, heads):
    """The cases of a transcript file, in order."""
    cases, exchange, reply, times = [], None, None, None
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{file}:{number}"
        mark, rest = line[:1], line[2:]

        def lines():
            found = re.fullmatch(r"\{(.+)\}", rest)
            if found and found[1] not in heads:
                raise AssertionError(f"{place}: there is no head named {found[1]}")
            return heads[found[1]] if found else [rest]

        if line.startswith("## "):
            numbered = re.fullmatch(r"## (?:(\d+|[A-Z]\d+)\. )?(.+)", line)
            number = int(numbered[1]) if (numbered[1] or "").isdigit() else numbered[1]
            cases.append(Case(number, numbered[2], place))
            exchange = reply = times = None
        elif not cases or not line.strip():
            continue
        elif mark == ">":
            if exchange is None or exchange.replies or not isinstance(cases[-1].steps[-1], Exchange):
                exchange, reply = Exchange(place), None
                cases[-1].steps.append(exchange)
                if times:
                    exchange.times, exchange.at_once = times
                    times = None
            exchange.head += lines()
        elif mark == "<":
            status = rest.startswith(("HTTP/", "("))
            if status:
                reply = Reply(times)
                times = None
                exchange.replies.append(reply)
            reply.head += lines()
        elif mark == "|":
            holder = reply if exchange.replies else exchange
            holder.body = rest if holder.body is None else f"{holder.body}\n{rest}"
        elif mark == ".":
            reply.claims.append(rest)
        elif mark == "*":
            sent = re.fullmatch(r"send (\d+) (in a row|at once)", rest)
            came = re.fullmatch(r"(\d+)(?: to (\d+))? of them", rest)
            if sent:
                times = (int(sent[1]), sent[2] == "at once")
            elif came:
                times = (int(came[1]), int(came[2] or came[1]))
            else:
                cases[-1].steps.append(("do", rest))
        elif mark == "?":
            cases[-1].steps.append(("claim", rest))
        elif mark == "!":
            cases[-1].steps.append(("check", rest))
        elif mark == "#":
            continue
        else:
            field = re.fullmatch(r"(" + "|".join(FIELDS) + r"): (.+)", line)
            if not field:
                raise AssertionError(f"{place}: cannot read {line!r}")
            cases[-1].fields[field[1]] = field[2]
    return cases
