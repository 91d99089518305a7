"""Submissions for the tests of grading: honest, broken, and hostile ones."""

import nbformat

MEAN = "import numpy as np\ndef forward_mean(x_prev, beta):\n    return np.sqrt(1 - beta) * x_prev"
COVARIANCE = "def forward_covariance(x_prev, beta):\n    return beta * np.eye(x_prev.size)"
SAMPLE = """
def q_sample(schedule, x_0, t, noise):
    a = np.asarray(schedule.alpha_bar)[t]
    return a**0.5 * x_0 + (1 - a) ** 0.5 * noise
""".strip()
SYMBOLS = (
    "from ddpm.derivation.symbols import *\nfrom ddpm.derivation.densities import p, p_theta, q\n"
    "from ddpm.derivation.expectation import E_q\nx_t = x[t]\n"
    "L = E_q(-log(p_theta(x[0:T]) / q(x[1:T] | x[0])))"
)
WRITTEN = [
    SYMBOLS,
    "steps = Product(p_theta(x[t - 1] | x[t]), (t, 1, T)), Product(q(x[t] | x[t - 1]), (t, 1, T))\n"
    "answer_2_1 = [L, E_q(-log(p(x[T]) * steps[0] / steps[1])),\n"
    "              E_q(-log(p(x[T])) - Sum(log(p_theta(x[t - 1] | x[t]) / q(x[t] | x[t - 1])), (t, 1, T)))]",
    "answer_3_1 = (x_t + beta[t] / sqrt(1 - alpha_bar[t]) * epsilon) / sqrt(alpha[t])",
    "answer_3_2 = lambda: 1 / 0",
]
SPEEDS = {"mean_first": 500, "noise_first": 0.5, "eager": 1.3, "jit_small": 1, "jit_large": 1.5, "gradient": 1}
TITLE = "# Assignment {}"


def notebook(cells, assignment="", exercises=()):
    """A notebook with these code cells, which states its assignment if one is given."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    if assignment:
        made.metadata["ddpm"] = {"assignment": assignment, "exercises": list(exercises)}
    return made


THIEF = """
import ctypes, gc, glob, importlib.util, os, pathlib, subprocess, sys
seen = {}
seen["classmates"] = [p for p in glob.glob("FOLDER/*")] + [p for p in glob.glob("FOLDER/../*/*")]
processes = [p for p in os.listdir("/proc") if p.isdigit()]
seen["processes"] = [p for p in processes if b"child.py" in pathlib.Path("/proc", p, "cmdline").read_bytes()]
seen["files"] = [p for p in ("/etc/shadow", "ROOT/book", "ROOT/code") if os.path.exists(p)]
import ddpm
try:
    pathlib.Path(ddpm.__file__).write_text("raise SystemExit")
    seen["package"] = "written"
except OSError:
    seen["package"] = ""
import ddpm.chapters.closed_form.exercises.q_sample, ddpm.chapters.likelihood_to_kl.exercises.problem_2_2b as bound
seen["formulas"] = importlib.util.find_spec("ddpm.derivation.formulas")
seen["kl"] = hasattr(bound, "_kl_form") or hasattr(bound, "KL_TARGET")
from ddpm.grading import Compared
exercises = [o for o in gc.get_objects() if isinstance(o, Compared)]
seen["references"] = [e.name for e in exercises if "stored" not in e.reference.__code__.co_filename]
ctypes.CDLL(None).kill(os.getppid(), 9)
ctypes.CDLL(None).kill(-1, 9) if os.getpid() == 1 else None
for i in range(20):
    subprocess.Popen(["sleep", "3141"], start_new_session=True)
assert not any(seen.values()), seen
"""
HOSTILE = {
    "wild": [
        MEAN,
        "import os\nos._exit(1)",
        "import time\nwhile True:\n    time.sleep(0.01)",
        "hog = [b'1' * 2**27 + bytes([i]) for i in range(200)]",
        COVARIANCE,
        "import socket\nsocket.create_connection(('1.1.1.1', 53), 5)",
        "import ctypes\nlibc = ctypes.CDLL(None)\ns = libc.socket(2, 1, 0)\n"
        "assert libc.connect(s, b'\\x02\\x00\\x00\\x35\\x01\\x01\\x01\\x01' + bytes(8), 16) == 0",
        "def q_sample(*arguments):\n    import os\n    os._exit(1)",
    ],
    "quits": [
        MEAN,
        "y = 1\nexit()",
        "quit()\nz = 2",
        COVARIANCE,
        "get_ipython().kernel.do_shutdown(False)",
        "import asyncio\nasyncio.get_running_loop().stop()",
        SAMPLE,
    ],
    "elsewhere": [
        "import google.colab, torch\nfrom google.colab import drive\nimport numpy as np\n%matplotlib nothing\n"
        "import math\ndef half(x):\n    return x / 2",
        "%tensorflow_version 2.x\nimport random",
        MEAN.partition("\n")[2] + "\nassert half(2) == 1 and random and math",
        COVARIANCE,
        "import pandas_of_mine\ndef q_sample(schedule, x_0, t, noise):\n    return pandas_of_mine.mix(x_0, noise)",
    ],
    "thief": [MEAN, THIEF, COVARIANCE],
    "crowd": [
        MEAN,
        "import subprocess, time\nchildren = [subprocess.Popen(['sleep', '3141']) for _ in range(400)]\ntime.sleep(30)",
        COVARIANCE,
    ],
    "orphans": [
        MEAN,
        "import os, subprocess, time\nopen(f'/tmp/ddpm-left-{os.getuid()}', 'w').close()\n"
        "assert 'NoNewPrivs:\\t1' in open('/proc/self/status').read(), 'a program may give it rights'",
        "many = 'i=0; while [ $i -lt 400 ]; do sleep 3141 & i=$((i+1)); done; wait'\n"
        "subprocess.run(['sh', '-c', f'({many}) &'])\ntime.sleep(30)",
        COVARIANCE,
    ],
    "loud": [MEAN, "for _ in range(1000):\n    print('x' * 10**6)", COVARIANCE],
    "full": [
        MEAN,
        "import itertools\nfor i in itertools.count():\n    open(f'f{i}', 'wb').write(bytes(10**8))",
        COVARIANCE,
    ],
    "hidden": [
        MEAN,
        "import os, time\nheld = [os.memfd_create('m') for _ in range(3)]\nfor m in held:\n    for _ in range(9):\n"
        "        os.write(m, bytes(10**8))\ntime.sleep(30)",
        "import os, time\nheld = [open(f'f{i}', 'wb') for i in range(3)]\n"
        "for i, file in enumerate(held):\n    os.unlink(f'f{i}')\n"
        "    for _ in range(9):\n        file.write(bytes(10**8))\ntime.sleep(30)",
        COVARIANCE,
    ],
    "deep": [
        MEAN,
        "import os\nfor i in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\nos.chdir(os.environ['HOME'])",
        "import os\nos._exit(0)",
        COVARIANCE,
    ],
    "nested": [
        MEAN,
        "import ctypes, os\nchild = os.fork()\n"
        "if not child:\n    os._exit(ctypes.CDLL(None).unshare(0x10020000) == 0)\n"
        "assert os.waitpid(child, 0)[1] == 0, 'it has namespaces of its own'",
        COVARIANCE,
    ],
    "greedy": [MEAN, "import os, time\nos.sched_setaffinity(0, range(os.cpu_count()))\ntime.sleep(30)", COVARIANCE],
    "unwatched": [
        "import sys, ddpm.arrays as g, ddpm.process as f\n" + MEAN,
        "def q_sample(schedule, x_0, t, noise):\n    sys.setprofile(None)\n"
        "    return getattr(f, 'q_' + 'sample')(schedule, x_0, t, noise)",
        "import threading\ndef forward_covariance(x_prev, beta):\n"
        "    worker = threading.Thread(target=lambda: getattr(g, 'check_' + 'same_shape')('a', x_prev, 'b', x_prev))\n"
        "    worker.start()\n    worker.join()\n    return beta * np.eye(x_prev.size)",
    ],
    "forger": [
        MEAN,
        "import json\nfrom ddpm.grading.score import kernel\nreal = json.dumps\nprint(kernel.MIME)\n"
        "def forged(data, **options):\n"
        "    return '[' * 10**5 if isinstance(data, dict) and 'used' in data else real(data, **options)\n"
        "json.dumps = forged",
        COVARIANCE,
    ],
    "patcher": [
        MEAN,
        "from ddpm.grading.score import kernel\n"
        "kernel._show = lambda data: kernel.display({kernel.MIME: '[' * 10**5}, raw=True)",
        COVARIANCE,
    ],
    "borrowed": [
        "import ddpm.process as f\nfrom ddpm.process import q_sample as ready\nimport numpy as np\n"
        + MEAN.partition("\n")[2],
        "def q_sample(schedule, x_0, t, noise):\n    return getattr(f, 'q_' + 'sample')(schedule, x_0, t, noise)",
    ],
}
