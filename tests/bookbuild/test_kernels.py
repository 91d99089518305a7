"""Kernels that are copies show what kernels of their own show, know nothing of each other, and their end is seen."""

import json
import os
import subprocess
import sys

import pytest

from bookbuild.notebook import kernels

pytestmark = [
    pytest.mark.slow,  # each build has its chapters run by copies
    pytest.mark.skipif(not kernels.CAN_COPY, reason="copied on Linux only"),
]
# in a process of its own, which is not left with the process that is copied
RUN = """
import json, os, sys
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from bookbuild.notebook import kernels

def outputs(cells, **options):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    try:
        NotebookClient(notebook, kernel_name="python3", **options).execute(cwd=sys.argv[1], env=dict(os.environ))
    except DeadKernelError:
        return "dead"
    return [{name: value for name, value in output.items() if name != "metadata"}
            for cell in notebook.cells for output in cell.outputs]

if __name__ == "__main__":
    kernels.begin(dict(os.environ))
    copied = {"kernel_manager_class": kernels.CopyManager}
    found = [outputs(cells, **copied) if copy else outputs(cells) for cells, copy in json.loads(sys.argv[2])]
    print(json.dumps(found))
"""


PLAIN = [
    "import matplotlib.pyplot as plt\nfrom ddpm import figures\n\nfigures.use_style()\nplt.plot([1, 3]);",
    "import os\nimport jax\n\nprint(os.getcwd(), jax.random.normal(jax.random.key(0), 3))\n2**9",
]
KNOWN = "import sys\n\nprint('jax' in sys.modules, 'optax' in sys.modules, 'there' in dir(), hasattr(sys, 'there'))"
LEAVE = "import sys\n\nthere = sys.there = 1"
# cells, and whether a copy runs them or a kernel of its own
RUNS = {
    "copy": (PLAIN, True),
    "own": (PLAIN, False),
    "left": ([LEAVE, KNOWN], True),
    "found": ([KNOWN], True),
    "killed": (["import os\nos.kill(os.getpid(), 9)"], True),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture(scope="module")
def shown(folder):
    """The outputs of each of `RUNS`, one after the other: what is copied has to import much."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), json.dumps(list(RUNS.values()))],
        env={**os.environ, "IPYTHONDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    return dict(zip(RUNS, json.loads(done.stdout.splitlines()[-1]), strict=True))


def test_a_copy_shows_what_a_kernel_of_its_own_shows(shown, folder):
    copy = shown["copy"]
    assert copy == shown["own"]
    assert "image/svg+xml" in copy[0]["data"] and str(folder) in copy[1]["text"] and len(copy) == 3


def test_copies_begin_with_the_imports_done_know_nothing_of_each_other_and_their_death_is_seen(shown):
    assert shown["left"][0]["text"] == "True True True True\n"
    assert shown["found"][0]["text"] == "True True False False\n"
    assert shown["killed"] == "dead"
