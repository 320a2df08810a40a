"""Whether there is time: `tests/run.sh --long`."""

import os

import pytest

LONG = os.environ.get("CONSENTGATE_LONG") == "1"
long = pytest.mark.skipif(not LONG, reason="takes long: tests/run.sh --long")
