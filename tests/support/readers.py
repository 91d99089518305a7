"""Python as readers have it, without what the tests set for XLA: how it rounds and counts depends on that."""

import os
import subprocess
import sys
from pathlib import Path

import ddpm


def printed(code: str) -> str:
    """What `code` prints, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    environment |= {"JAX_PLATFORMS": "cpu", "PYTHONPATH": str(Path(ddpm.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
