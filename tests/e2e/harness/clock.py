"""A wall clock for a gate that a test sets. Time stands still between two settings; what measures durations goes on as usual."""

import os
import pathlib

import pytest

from .gate import sanitized

LIBRARY = next((p for p in pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


class Clock:
    """Skips the test where libfaketime is not installed. A gate must not see it go back by more than an hour."""

    def __init__(self, folder, at):
        if LIBRARY is None:
            pytest.skip("libfaketime is not installed")
        if sanitized():
            pytest.skip("the preloaded library and a sanitizer do not go together")
        self.file = pathlib.Path(folder) / "clock"
        self.environment = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
        self.set(at)

    def set(self, at):
        """UTC: 2024-11-13 20:59:59"""
        unfinished = self.file.with_suffix(".new")
        unfinished.write_text(at + "\n")
        os.replace(unfinished, self.file)


class JumpingClock(Clock):
    """A clock that runs, ahead of the real one or behind it: set("+50m")."""

    def __init__(self, folder):
        super().__init__(folder, "+0")
        # Looked up once a second, as under load no file can be read at each look at the clock.
        del self.environment["FAKETIME_NO_CACHE"]
        self.environment["FAKETIME_CACHE_DURATION"] = "1"
