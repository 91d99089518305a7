"""Programs on eight devices that one processor plays, or in several processes, as the tests of meshes need them."""

import os
import subprocess
import sys
from pathlib import Path

import ddpm

DEVICES = 8


def environment(devices: int) -> dict[str, str]:
    """The tests' own, with so many devices; nothing that another program has compiled for fewer."""
    flags = os.environ.get("XLA_FLAGS", "") + f" --xla_force_host_platform_device_count={devices}"
    return os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(Path(ddpm.__file__).parents[1])}


def on_devices(code: str, *arguments, devices: int = DEVICES) -> str:
    """What `code` prints."""
    command = [sys.executable, "-P", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=environment(devices), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
