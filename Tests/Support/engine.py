"""podman and buildah with a store of their own, for tests that need real containers: no engine of the machine is touched.

An `Engine` keeps images and containers below one folder. It needs root, podman, runc and netavark; `missing` tells what is not here.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

import testkit

# Where netavark and aardvark-dns note networks and a process number, whatever the engine's own folders are.
NAMES = pathlib.Path("/run/containers/networks")

CONFIGURATION = """[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
"""


def missing(*tools):
    """Why containers cannot run here, or None. `tools` are wanted besides podman's own."""
    if os.geteuid() != 0:
        return "needs root"
    absent = [tool for tool in ("podman", "runc", *tools) if not shutil.which(tool)]
    if not os.path.exists("/usr/lib/podman/netavark"):
        absent.append("netavark")
    return f"needs {', '.join(absent)}" if absent else None


class Engine:
    """podman, and buildah on the same images, below `folder`; `close` ends every container and network that was made."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "containers.conf"
        configuration.write_text(CONFIGURATION)
        self.environment = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot", "CONTAINERS_CONF": str(configuration)}
        self.store = ["--root", str(self.folder / "root"), "--runroot", str(self.folder / "run")]
        self.globals = [*self.store, "--network-config-dir", str(self.folder / "networks")]
        self.socket = str(self.folder / "podman.sock")
        if testkit.in_namespace():
            # Its own, for a server of names that an earlier run left behind would be taken for this one's, from a network that is gone.
            NAMES.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(NAMES)], check=True)
        self.service = None
        # Which addresses are given away is noted in one place for the whole machine, and a killed run leaves its own behind.
        if testkit.in_namespace():
            os.makedirs("/run/containers/networks", exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "none", "/run/containers/networks"], check=True)

    def __call__(self, *arguments, check=True, limit=120, **named):
        """`podman ARGUMENTS`, with its output as text."""
        return self._run(["podman", *self.globals, *arguments], check, limit, **named)

    def build(self, *arguments, limit=1800, **named):
        """`buildah bud ARGUMENTS`. The format is Docker's, for only that one keeps a health check."""
        return self._run(["buildah", *self.store, "bud", "--format", "docker", "--ulimit", "nofile=1024:1024", *arguments], True, limit,
                         **named)

    def _run(self, command, check, limit, **named):
        result = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=limit, **named)
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(command[:1] + command[len(self.globals) + 1:])[:200]}: exit status {result.returncode}\n"
                                 f"{result.stdout[-2500:]}{result.stderr[-1000:]}")
        return result

    def serve(self):
        """The API on `socket`, which podman and Docker speak alike."""
        pathlib.Path(self.socket).unlink(missing_ok=True)
        self.service = subprocess.Popen(["podman", *self.globals, "system", "service", "--time=0", f"unix://{self.socket}"],
                                        env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        testkit.wait_until(lambda: os.path.exists(self.socket), 20, 0.05)

    def stop_serving(self):
        self.service.terminate()
        self.service.wait(timeout=20)
        self.service = None

    def command(self):
        """A script that is podman on this store, for programs that call podman themselves."""
        script = self.folder / "bin/podman"
        script.parent.mkdir(exist_ok=True)
        settings = " ".join(f"{name}={self.environment[name]}" for name in ("STORAGE_DRIVER", "CONTAINERS_CONF"))
        script.write_text(f"#!/bin/sh\nexec env {settings} {shutil.which('podman')} {' '.join(self.globals)} \"$@\"\n")
        script.chmod(0o755)
        return script

    def close(self):
        containers = self("ps", "-aq", check=False).stdout.split()
        if containers:
            self("rm", "-f", "-t", "0", *containers, check=False)
        self("network", "prune", "-f", check=False)
        self("volume", "prune", "-f", check=False)
        if self.service:
            self.stop_serving()
        if testkit.in_namespace():
            with contextlib.suppress(OSError, ValueError):
                os.kill(int((NAMES / "aardvark-dns/aardvark.pid").read_text()), signal.SIGTERM)
