"""Playing transcripts against the built program: one server for each world and set of flags, one exchange after the other.

The form of a transcript is told in Tests/Fixtures/imds/README.md and read by transcript.py.
"""

import re
import shlex
import ssl
import time

import imds_checks
import testkit
import transcript


class Broken:
    """What comes of a connection that ends before an answer is whole: what of it came, and how it ended."""

    def __init__(self, how, whole):
        self.how, self.whole, self.bodiless = how, whole, False
        self.status_line = whole.status_line if whole else f"({how})"
        self.headers, self.body = (whole.headers, whole.body) if whole else ([], b"")

    def header(self, name):
        """Nothing: what the head says of the length is not so."""
        return None


class WeakConnection(testkit.Connection):
    """A connection on which an answer may break off."""

    received = b""

    def _more(self):
        before = len(self.waiting)
        super()._more()
        self.received += self.waiting[before:]

    def exchange(self, request):
        self.received = b""
        try:
            return super().exchange(request)
        except (ConnectionResetError, ssl.SSLEOFError):  # under TLS an end without leave-taking is all that Python tells of a reset
            return Broken("reset", None)
        except AssertionError as problem:
            if "closed in the middle" not in str(problem):
                raise
        head, separator, body = self.received.partition(b"\r\n\r\n")
        return Broken("closed", testkit.Answer(head, body)) if separator else Broken("closed", None)


class Worlds:
    """Servers by world and flags; those that cases may share are kept until the end."""

    def __init__(self, fixtures):
        self.fixtures, self.kept = fixtures, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.kept.values():
            server.stop()

    def shared(self, world, flags):
        key = (world, flags)
        if key not in self.kept:
            self.kept[key] = self.make(world, flags).start()
        return self.kept[key]

    def make(self, world, flags):
        manifests = [] if world == "none" else [self.fixtures / f"worlds/{world}.yaml"]
        return testkit.Server(*manifests, arguments=[flag.replace("FIXTURES", str(self.fixtures)) for flag in flags.split()])


class Late(Exception):
    """This machine was too slow for requests to be as close together as the case says: it proves nothing either way."""


class Run:
    """A case on its way: the server, what was given a name, and the last answers."""

    def __init__(self, server, listener="metadata"):
        self.server, self.listener, self.known, self.answers, self.connection = server, listener, {}, [], None
        self.has_faults = False

    def connect(self):
        url = getattr(self.server, self.listener)
        connection = WeakConnection(*testkit.host_and_port(url))
        if url.startswith("https:"):
            context = ssl.create_default_context(cafile=self.server.ca_file())
            connection.socket = context.wrap_socket(connection.socket, server_hostname="localhost", suppress_ragged_eofs=False)
        return connection

    def exchange(self, step):
        request, bodiless = step.request(self.known), step.method() == "HEAD"

        def asked(connection):
            answer = connection.exchange(request)
            answer.bodiless = bodiless
            return answer

        connections = [self.connect() for _ in range(step.times)] if step.at_once else []
        began = time.monotonic()
        if connections:
            for connection in connections:
                connection.socket.sendall(request)
            spent, limit = time.monotonic() - began, 0.015
            self.answers = [connection.read(bodiless) for connection in connections]
            for connection, answer in zip(connections, self.answers):
                connection.__exit__()
                answer.bodiless = bodiless
        else:
            self.answers = []
            for _ in range(step.times):
                if self.connection:
                    self.answers.append(asked(self.connection))
                else:
                    with self.connect() as connection:
                        self.answers.append(asked(connection))
            spent, limit = time.monotonic() - began, 0.95
        if len(step.replies) > 1 and spent > limit:
            raise Late(f"{step.place}: sending {step.times} took {spent * 1000:.0f} ms, more than {limit * 1000:.0f} ms")
        step.compare(self.answers, self.known)

    def do(self, words):
        wait = re.fullmatch(r"wait ([\d.]+) s", words)
        if wait:
            return time.sleep(float(wait[1]))
        if words == "on one connection":
            self.connection = self.connect()
            return None
        if words.startswith("fault "):
            self.has_faults = True
            return self.server.run("fault", "add", *shlex.split(words)[1:], "--control", self.server.control, check=0)
        raise AssertionError(f"the transcript tells to do what nobody knows: {words!r}")

    def claim(self, words):
        """A comparison of numbers that have names."""
        numbers = {name: int(value) for name, value in self.known.items() if re.fullmatch(r"-?\d+", value)}
        if not eval(words, {"__builtins__": {"abs": abs}}, {**numbers, "now": int(time.time())}):
            raise AssertionError(f"{words}: not so with {numbers}")

    def play(self, case):
        try:
            for step in case.steps:
                if isinstance(step, transcript.Exchange):
                    try:
                        self.exchange(step)
                    except AssertionError as problem:
                        raise AssertionError(f"{step.place}: {step.head[0]}\n{problem}") from None
                elif step[0] == "check":
                    imds_checks.check(step[1], self)
                else:
                    getattr(self, step[0])(step[1])
        finally:
            if self.connection:
                self.connection.__exit__()
            if self.has_faults:
                self.server.run("fault", "clear", "--control", self.server.control, check=0)


def play(case, worlds):
    world, flags, listener = case.fields.get("world", "none"), case.fields.get("flags", ""), case.fields.get("listener", "metadata")
    if not any(isinstance(step, transcript.Exchange) and step.replies for step in case.steps):
        raise AssertionError(f"{case.place}: the case expects nothing")
    if case.fields.get("server") == "own":
        for attempt in range(5):
            with worlds.make(world, flags) as server:
                try:
                    Run(server, listener).play(case)
                    break
                except Late:
                    if attempt == 4:
                        raise
    else:
        Run(worlds.shared(world, flags), listener).play(case)
    return f"ours: {case.fields['ours']}" if "ours" in case.fields else None
