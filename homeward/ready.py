"""A process says that it is ready by touching the file it was given."""

import os
from pathlib import Path


def announce_ready() -> None:
    if path := os.environ.get("HOMEWARD_READY_FILE"):
        Path(path).touch()
