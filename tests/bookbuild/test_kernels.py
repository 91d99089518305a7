"""Kernels that are copies show what kernels of their own show, know nothing of each other, and their end is seen."""

import json
import os
import subprocess
import sys

import pytest

from bookbuild.notebook import kernels

pytestmark = pytest.mark.skipif(not kernels.CAN_COPY, reason="copied on Linux only")
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


def shown(folder, *runs):
    """The outputs of lists of cells, each run in a copy or in a kernel of its own."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), json.dumps(runs)],
        env={**os.environ, "IPYTHONDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_a_copy_shows_what_a_kernel_of_its_own_shows(tmp_path):
    cells = [
        "import matplotlib.pyplot as plt\nfrom ddpm import figures\n\nfigures.use_style()\nplt.plot([1, 3]);",
        "import os\nimport jax\n\nprint(os.getcwd(), jax.random.normal(jax.random.key(0), 3))\n2**9",
    ]
    copy, own = shown(tmp_path, (cells, True), (cells, False))
    assert copy == own
    assert "image/svg+xml" in copy[0]["data"] and str(tmp_path) in copy[1]["text"] and len(copy) == 3


def test_copies_begin_with_the_imports_done_know_nothing_of_each_other_and_their_death_is_seen(tmp_path):
    known = "import sys\n\nprint('jax' in sys.modules, 'optax' in sys.modules, 'there' in dir(), hasattr(sys, 'there'))"
    leave = ["import sys\n\nthere = sys.there = 1", known]
    left, found, dead = shown(tmp_path, (leave, True), ([known], True), (["import os\nos.kill(os.getpid(), 9)"], True))
    assert left[0]["text"] == "True True True True\n"
    assert found[0]["text"] == "True True False False\n"
    assert dead == "dead"
