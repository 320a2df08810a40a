"""A file system of a test's own, where root may mount."""

import os
import pathlib
import shutil
import subprocess

import pytest


class MountedDisk:
    def __init__(self, folder, *arguments):
        self.folder, self.arguments = pathlib.Path(folder), arguments
        self.folder.mkdir()
        self.mount()

    def mount(self):
        self._mount(*self.arguments)

    def _mount(self, *arguments):
        done = subprocess.run(["mount", *arguments, self.folder], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"may not mount a file system here: {done.stderr.strip()}")

    def unmount(self):
        if os.path.ismount(self.folder):
            subprocess.run(["umount", "-l", self.folder], check=True)

    @property
    def room(self):
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, leaving=0):
        with open(self.folder / "ballast", "ab") as ballast:
            try:
                while self.room > leaving:
                    ballast.write(bytes(min(1 << 16, self.room - leaving)))
                    ballast.flush()
            except OSError:
                pass  # full

    def empty(self):
        (self.folder / "ballast").unlink()

    def abort(self):
        """What the kernel does after an error of the device: everything is read-only from now on, open files too."""
        self._mount("-o", "remount,abort")


def memory_disk(folder, octets):
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    return MountedDisk(folder, "-t", "tmpfs", "-o", f"size={octets},mode=0700", "consentgate-test")


def ext4_disk(folder, octets):
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("this needs root and mkfs.ext4")
    image = pathlib.Path(folder).with_suffix(".image")
    with open(image, "wb") as file:
        file.truncate(octets)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    return MountedDisk(folder, "-o", "loop,errors=remount-ro", image)
