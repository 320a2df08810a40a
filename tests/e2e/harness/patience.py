"""How long a test waits before it gives up: CONSENTGATE_PATIENCE times as long as usual, for builds with a sanitizer and machines with much else to do."""

import os

PATIENCE = float(os.environ.get("CONSENTGATE_PATIENCE", "1"))
