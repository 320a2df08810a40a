"""This machine, to install things on and break: an overlay over its root file system, in memory, that is gone afterwards."""

import os
import pathlib
import subprocess

import pytest

from .mounts import memory_disk


class Machine:
    """Shares processes and network with the real one; what it writes stays in memory."""

    def __init__(self, folder):
        if os.geteuid() != 0:
            pytest.skip("only root may mount an overlay")
        self._mounted = [memory_disk(pathlib.Path(folder) / "layers", 600_000_000)]
        layers = self._mounted[0].folder
        self.root = layers / "root"
        for name in ("upper", "work", "root"):
            (layers / name).mkdir(mode=0o755)
        layers.chmod(0o755)
        self._mount("-t", "overlay", "-o", f"lowerdir=/,upperdir={layers / 'upper'},workdir={layers / 'work'}", "overlay", self.root)
        self._mount("--bind", "/dev", self.root / "dev")
        self._mount("-t", "proc", "proc", self.root / "proc")

    def _mount(self, *arguments):
        done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            self.close()
            pytest.skip(f"may not mount here: {done.stderr.strip()}")
        self._mounted.append(arguments[-1])

    def command(self, *arguments):
        """What runs `arguments` there."""
        return ["chroot", str(self.root), *map(str, arguments)]

    def run(self, *arguments, check=0, **more):
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=300, **more)
        assert check is None or done.returncode == check, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    def path(self, absolute):
        return self.root / absolute.lstrip("/")

    def make_read_only(self, but, owner):
        """The whole file system, except `but`, which is empty from now on."""
        self._mount("-t", "tmpfs", "-o", "size=100M,mode=0700", "store", self.path(but))
        self.run("chown", f"{owner}:", but)
        subprocess.run(["mount", "-o", "remount,ro", self.root], check=True)

    def close(self):
        for mounted in reversed(self._mounted):
            target = mounted.folder if hasattr(mounted, "folder") else mounted
            subprocess.run(["umount", "-l", target], check=True)
