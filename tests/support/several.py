"""Programs on eight devices that one processor plays, or in several processes, as the tests of meshes need them."""

import os
import subprocess
import sys
from pathlib import Path

import ddpm

DEVICES = 8


def environment(devices: int) -> dict[str, str]:
    """The tests' own, with so many devices. Programs for several are compiled quickly, not well, since that is most of
    what they cost; one device computes as it does in the tests themselves, bit for bit."""
    flags = os.environ.get("XLA_FLAGS", "") + f" --xla_force_host_platform_device_count={devices}"
    flags += " --xla_backend_optimization_level=0" * (devices > 1)
    return os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(Path(ddpm.__file__).parents[1])}


def on_devices(code: str, *arguments, devices: int = DEVICES) -> str:
    """What `code` prints."""
    command = [sys.executable, "-P", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=environment(devices), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
