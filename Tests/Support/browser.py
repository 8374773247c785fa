"""A headless Chromium, driven over its debugging pipe. Standard library only.

    with Browser() as browser:
        page = browser.page()
        page.show("file:///…", width=360, height=800, dark=True)
        page.run("document.title")
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time


class Browser:
    """A browser of its own, without a profile, which is gone at the end."""

    def __init__(self):
        self.program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not self.program:
            raise RuntimeError("there is no chromium; Tests/prepare --tests installs it")

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="understudy-browser-")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def as_browser_reads():
            # It reads commands from descriptor 3 and answers on 4; either may be in the other's way.
            first, second = os.dup(commands), os.dup(answers)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.log = open(os.path.join(self.profile.name, "log"), "wb")
        # No sandbox, for root has none; it opens nothing but pages of ours.
        self.process = subprocess.Popen(
            [self.program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
             "--disable-extensions", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={self.profile.name}/profile",
             "--remote-debugging-pipe", "about:blank"],
            preexec_fn=as_browser_reads, close_fds=False, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            start_new_session=True)
        os.close(commands)
        os.close(answers)
        self.waiting, self.events, self.number = b"", [], 0
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.log.close()
        for _ in range(50):  # its children may still be writing
            try:
                return self.profile.cleanup()
            except OSError:
                time.sleep(0.1)

    def send(self, method, session=None, timeout=30, **parameters):
        """One command; its result. Events that come meanwhile are kept."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while True:
            answer = self.read(deadline)
            if answer is None:
                raise RuntimeError(f"the browser does not answer {method}")
            if answer.get("id") != number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def read(self, deadline):
        """The next message; None when there is none in time."""
        while b"\0" not in self.waiting:
            ready, _, _ = select.select([self.answers], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return None
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has ended")
            self.waiting += piece
        message, self.waiting = self.waiting.split(b"\0", 1)
        return json.loads(message)

    def page(self):
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        return Page(self, self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])


class Page:
    """A tab: what it shows, what it asked for, what it complained of."""

    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method, **parameters):
        return self.browser.send(method, session=self.session, **parameters)

    def show(self, url, width, height=900, dark=False):
        """Loads a page in a window of that size and theme."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.browser.events.clear()
        self.send("Page.navigate", url=url)
        deadline = time.monotonic() + 30
        while not any(event.get("method") == "Page.loadEventFired" for event in self.browser.events):
            event = self.browser.read(deadline)
            if event is None:
                raise RuntimeError(f"{url} is not loaded after 30 s")
            self.browser.events.append(event)

    def events(self, method):
        return [event["params"] for event in self.browser.events if event.get("method") == method]

    def requested(self):
        """The addresses of all that was asked for since `show`."""
        return [event["request"]["url"] for event in self.events("Network.requestWillBeSent")]

    def complaints(self):
        """What stands in the console: refused styles, broken links to files, and the like."""
        return [event["entry"]["text"] for event in self.events("Log.entryAdded")]

    def run(self, expression):
        """The value of an expression in the page."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"in the page: {result['exceptionDetails']}")
        return result["result"].get("value")

    def picture(self, path, whole=True):
        """A picture of the window, or of the whole page."""
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]))
