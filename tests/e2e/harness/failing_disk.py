"""A disk that is slow, fails, is full or read-only whenever a test says so, for the store of one gate: a library that is preloaded into it."""

import pathlib
import shutil
import subprocess

import pytest

from .gate import sanitized

SOURCE = pathlib.Path(__file__).parents[2] / "faults" / "slow_fsync.c"


class FailingDisk:
    def __init__(self, folder):
        if sanitized():
            pytest.skip("the preloaded library and a sanitizer do not go together")
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            pytest.skip("no C compiler to build the preloaded library")
        library = folder / "slow_fsync.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
        self.control = folder / "fault"
        self.environment = {"LD_PRELOAD": str(library), "FAULT_CONTROL": str(self.control), "FAULT_FOLDER": str(folder / "store")}
        self.set("ok")

    def set(self, fault):
        """ok, slow MILLISECONDS, fail, full or readonly"""
        temporary = self.control.with_suffix(".new")
        temporary.write_text(fault + "\n")
        temporary.rename(self.control)
