"""The parts of the supervision of a submission, one by one, with kernels and processes that are none. (What really
runs is in `test_sandbox`.)"""

import ast
import contextlib
import io
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty
from types import SimpleNamespace

import psutil
import pytest

from ddpm.chapters.exercises import PROBLEMS
from ddpm.chapters.grade import main
from ddpm.grading import Status, Verdict, judge, runner
from ddpm.grading.score import child, folder, kernel, sandbox
from ddpm.grading.score.child import Kernel, Lost, Session, Watch
from ddpm.grading.score.folder import Grader, Limits, Score
from ddpm.grading.score.found import Found, find
from ddpm.grading.score.notebook import LARGEST, MOST_CODE, Cell, NoNotebook, Notebook, read
from ddpm.grading.written import problem, typed

CODE = Path(__file__).parents[3] / "code"
WRONG = {"q_sample": Verdict(Status.WRONG, "")}
JOB = {"folder": "/tmp", "memory": 1000, "user": None, "cores": []}


class Process:
    """Of psutil: so many bytes, threads, and processes below it."""

    def __init__(self, rss=0, threads=1, below=(), pid=1):
        self.rss, self.threads_, self.below, self.pid = rss, threads, list(below), pid

    def memory_info(self):
        return SimpleNamespace(rss=self.rss)

    def num_threads(self):
        return self.threads_

    def children(self, recursive=False):
        return self.below + [grand for one in self.below if recursive for grand in one.children(recursive=True)]


@pytest.fixture
def looked(monkeypatch):
    """What a watch says of a kernel and of processes that nobody else has, once it has looked `turns` times."""

    def look(*below, turns=1, **job):
        watch = Watch(SimpleNamespace(pid=1), JOB | job)
        ended, naps = [], []

        def sleep(seconds):
            assert seconds > 0
            naps.append(seconds)
            watch.over = len(naps) >= turns

        monkeypatch.setattr(child.psutil, "Process", lambda: Process(rss=look.here, below=below))
        monkeypatch.setattr(child.time, "sleep", sleep)
        monkeypatch.setattr(child, "end", lambda process, user=None: ended.append(user))
        watch.look()
        assert bool(ended) == bool(watch.fired)
        return watch.fired

    look.here = 0
    return look


def test_a_watch_counts_a_kernel_and_all_that_it_has_started(looked):
    family = Process(400, 3, [Process(300, 2, [Process(300, 5)])])
    assert looked(family) == "" and looked(family, memory=999) == "used more than 9.3e-07 GiB of memory"
    assert looked(Process(5 * 2**29), memory=2**31) == "used more than 2 GiB of memory"
    assert looked(Process(2**30), Process(2**30 + 1), memory=2**31) == "used more than 2 GiB of memory"  # an orphan


def test_a_watch_counts_processes_and_threads(looked, monkeypatch):
    monkeypatch.setattr(child, "PROCESSES", 3)
    monkeypatch.setattr(child, "THREADS", 9)
    assert looked(Process(below=[Process(), Process()])) == ""
    assert looked(Process(below=[Process(below=[Process(), Process()])])) == "started more than 3 processes"
    assert looked(Process(threads=5, below=[Process(threads=4)])) == ""
    assert looked(Process(threads=5, below=[Process(threads=5)])) == "started more than 9 threads"


def test_a_watch_looks_at_files_and_processors_now_and_then(looked, monkeypatch):
    monkeypatch.setattr(child, "FILES", 2**30)
    monkeypatch.setattr(child, "_unseen", lambda family: 2**30 + 1)
    assert looked(Process(), turns=9) == "" and looked(Process(), turns=10) == "wrote more than 1 GiB of files"
    monkeypatch.setattr(child, "_unseen", lambda family: 2**30)
    monkeypatch.setattr(Watch, "size", lambda self: 2**30 + 1)
    assert looked(Process(), turns=39) == "" and looked(Process(), turns=40) == "wrote more than 1 GiB of files"
    monkeypatch.setattr(Watch, "size", lambda self: 2**30)
    monkeypatch.setattr(child, "_cores", lambda family: {0, 1})
    assert looked(Process(), turns=40) == "" and looked(Process(), turns=40, cores=[0, 1, 2]) == ""
    assert looked(Process(), turns=9, cores=[0]) == ""
    assert looked(Process(), turns=10, cores=[0]) == "took processors that are not its own"


def test_a_message_that_fills_the_supervisor_ends_it(looked, monkeypatch, capsys):
    class Exited(Exception):
        pass

    def leave(status):
        raise Exited(status)

    monkeypatch.setattr(child.os, "_exit", leave)
    looked.here = 1000
    assert looked(Process()) == ""
    looked.here = 1001
    with pytest.raises(Exited, match="3"):
        looked(Process())
    assert json.loads(capsys.readouterr().out) == {"problem": "it showed more than fits into memory"}


def test_a_watch_that_cannot_look_ends_the_kernel(monkeypatch):
    watch, ended = Watch(SimpleNamespace(pid=1), JOB | {"user": 7}), []
    monkeypatch.setattr(watch, "look", lambda: 1 / 0)
    monkeypatch.setattr(child, "end", lambda *given: ended.append(given))
    watch.run()
    assert watch.fired == "could not be watched (ZeroDivisionError)" and ended == [(watch.process, 7)]


def test_bytes_are_counted_below_a_folder_and_in_files_that_no_folder_has(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/file").write_bytes(os.urandom(300_000))
    watch = Watch(SimpleNamespace(pid=1), JOB | {"folder": str(tmp_path)})
    assert watch.size() == 0  # counting has begun
    watch.du.wait()
    assert 300_000 <= watch.size() < 2**20 and watch.counted % 1024 == 0
    watch.du.wait()
    assert watch.size() == 3 * child.BLOCK  # two folders and a file, which may be empty
    watch.du.wait()
    assert watch.size() >= 300_000
    watch.du.communicate()
    here = [psutil.Process()]
    before = child._unseen(here)
    with open(tmp_path / "gone", "wb") as file, open(tmp_path / "kept", "wb") as kept:
        for one, size in ((file, 200_000), (kept, 2**22)):
            one.write(os.urandom(size))  # no file system makes it smaller
            one.flush()
        os.unlink(tmp_path / "gone")
        assert 200_000 <= child._unseen(here) - before < 2**20
        assert child._unseen(here * 2) == child._unseen(here)
    assert child._cores(here) == os.sched_getaffinity(0)


def test_what_a_user_leaves_where_all_may_write_is_counted_and_cleared(tmp_path, monkeypatch):
    own, shared, here = tmp_path / "own", tmp_path / "shared", os.getuid()
    for place in (own, shared / "folder"):
        place.mkdir(parents=True)
        (place / "file").write_bytes(os.urandom(300_000))
    monkeypatch.setattr(child, "SHARED", (str(tmp_path / "not there"), str(shared)))
    removed, run = [], subprocess.run

    def noted(command, **options):
        if command != ["ipcrm", "--all"]:
            return run(command, **options)
        assert options["group"] == options["user"] and options["extra_groups"] == []
        removed.append(options["user"])
        raise FileNotFoundError("some systems have none")

    monkeypatch.setattr(child.subprocess, "run", noted)

    def counted(user):
        watch = Watch(SimpleNamespace(pid=1), JOB | {"folder": str(own), "user": user})
        watch.size()
        watch.du.wait()
        found = watch.size()
        watch.du.communicate()
        return found

    assert counted(here) >= 600_000 > counted(None) and counted(here + 1) == 0
    child.clear(here + 1)
    assert (shared / "folder/file").exists() and removed == [here + 1]
    child.clear(here)
    assert shared.exists() and not any(shared.iterdir()) and (own / "file").exists()
    assert removed == [here + 1, here]


LOCKED = """
import contextlib, os, sys
from pathlib import Path
from ddpm.grading.score import child, folder

if not os.getuid():  # nothing locks root out
    os.setuid(65534)
child.write_connection_file = lambda *_, **__: 1 / 0
top = Path(sys.argv[1])

def lock(where):
    (where / "a/b").mkdir(parents=True)
    (where / "a/b/file").write_text("x")
    (where / "a/b").chmod(0o500)
    (where / "a").chmod(0)

with folder._temporary(dir=top) as one:
    lock(one)
    with contextlib.suppress(ZeroDivisionError):
        child.Kernel({"folder": str(one), "user": None})
    assert not [*one.iterdir()]
    lock(one)
assert not [*top.iterdir()]
"""


@pytest.mark.slow
def test_what_a_submission_has_locked_is_removed():
    top = Path(tempfile.mkdtemp())
    top.chmod(0o777)
    try:
        subprocess.run([sys.executable, "-c", LOCKED, str(top)], check=True, env=os.environ | {"PYTHONPATH": str(CODE)})
    finally:
        subprocess.run(["rm", "-rf", str(top)])


def waits(left, timeout):
    assert timeout > 0


class Child:
    def __init__(self, user=0):
        self.user, self.killed = user, 0

    def kill(self):
        self.killed += 1
        if self.user is None:
            raise psutil.NoSuchProcess(1)

    def uids(self):
        if self.user is None:
            raise psutil.NoSuchProcess(1)
        return SimpleNamespace(real=self.user)


@pytest.mark.parametrize("user", [None, 7])
def test_the_end_takes_all_that_was_started_until_nothing_is_left(monkeypatch, user):
    first, second, orphan, own, other = Child(), Child(None), Child(), Child(7), Child(8)
    rounds, groups, waited = [[first, second], [orphan], []], [], []
    running = [own, other, Child(None)]

    def processes():
        return [one for one in running if not one.killed]

    monkeypatch.setattr(
        child.psutil, "Process", lambda: SimpleNamespace(children=lambda recursive: recursive and rounds.pop(0))
    )
    monkeypatch.setattr(child.psutil, "process_iter", processes)
    monkeypatch.setattr(child.psutil, "wait_procs", lambda left, timeout: timeout > 0 and waited.append(list(left)))
    monkeypatch.setattr(child.os, "killpg", lambda *given: groups.append(given))
    process = SimpleNamespace(pid=11, wait=lambda seconds: groups.append("waited"))
    child.end(process, user)
    assert groups == [(11, child.signal.SIGKILL), "waited"] and rounds == []
    assert first.killed == second.killed == orphan.killed == 1 and own.killed == (user == 7) and not other.killed
    assert [set(left) for left in waited] == [{first, second} | ({own} if user else set()), {orphan}]


def test_what_cannot_be_ended_is_not_waited_for_for_ever(monkeypatch):
    immortal, clock = Child(), iter(range(0, 1000, 3))
    monkeypatch.setattr(child.psutil, "Process", lambda: SimpleNamespace(children=lambda recursive: [immortal]))
    monkeypatch.setattr(child.psutil, "wait_procs", waits)
    monkeypatch.setattr(child.os, "killpg", lambda *given: None)
    monkeypatch.setattr(child.time, "monotonic", lambda: next(clock))
    child.end(SimpleNamespace(pid=11, wait=lambda seconds: None))
    assert immortal.killed == 3  # at 3, 6 and 9 s


@pytest.fixture
def prepared(monkeypatch):
    """What a supervisor returns that has prepared itself, and what it has asked the system for, in order."""

    def prepare(closed=False, same_user=True, unshared=(), networks=("lo", "eth0"), writable=True):
        done, unshared = [], dict.fromkeys(unshared, 0)

        def prctl(option, value, *zeros):
            assert option != NO_RIGHTS[0] or zeros == (0, 0, 0)  # else it is refused
            done.append((option, value))

        def unshare(kinds):
            done.append(("unshare", kinds))
            return unshared.get(kinds, -1)

        class File:
            def __init__(self, name):
                self.name = name

            def write_text(self, text):
                if not writable:
                    raise PermissionError
                done.append((self.name, text))

        monkeypatch.setattr(child.ctypes, "CDLL", lambda name: SimpleNamespace(prctl=prctl, unshare=unshare))
        monkeypatch.setattr(child.os, "getuid", lambda: 7)
        monkeypatch.setattr(child.os, "getgid", lambda: 8)
        monkeypatch.setattr(child.socket, "if_nameindex", lambda: list(enumerate(networks, start=1)))
        monkeypatch.setattr(child.resource, "setrlimit", lambda *limit: done.append(limit))
        monkeypatch.setattr(child, "Path", File)
        return child.prepare(closed, same_user), done

    return prepare


NET, BOTH = 0x40000000, 0x50000000  # CLONE_NEWNET, and CLONE_NEWUSER with it
ADOPTS, SEEN, HIDDEN = (36, 1), (4, 1), (4, 0)  # PR_SET_CHILD_SUBREAPER and PR_SET_DUMPABLE
NO_RIGHTS = (38, 1)  # PR_SET_NO_NEW_PRIVS


def test_a_supervisor_lets_no_program_give_rights_and_leaves_the_network_where_it_can(prepared, monkeypatch):
    begin = [(child.resource.RLIMIT_CORE, (0, 0)), (child.resource.RLIMIT_FSIZE, (child.FILES,) * 2), ADOPTS, HIDDEN]
    assert prepared(closed=True) == (True, begin)
    begin.append(NO_RIGHTS)
    assert prepared(unshared=[NET]) == (True, [*begin, ("unshare", NET)])
    for networks in ((), ("lo",)):
        assert prepared(networks=networks) == (True, [*begin, ("unshare", NET)])
    assert prepared(same_user=False, unshared=[BOTH]) == (False, [*begin, ("unshare", NET)])
    tried = [*begin, ("unshare", NET), SEEN, ("unshare", BOTH)]
    assert prepared() == (False, [*tried, HIDDEN])
    names = [("/proc/self/setgroups", "deny"), ("/proc/self/uid_map", "7 7 1"), ("/proc/self/gid_map", "8 8 1")]
    assert prepared(unshared=[BOTH]) == (True, [*tried, *names, HIDDEN])
    assert prepared(unshared=[BOTH], writable=False) == (True, [*tried, HIDDEN])
    monkeypatch.setattr(child.sys, "platform", "darwin")
    assert prepared() == (False, begin[:2]) and prepared(closed=True) == (True, begin[:2])


# What is said to a kernel


@pytest.mark.parametrize("user", [None, 7])
def test_a_kernel_starts_in_an_empty_folder_without_streams_and_is_watched(tmp_path, monkeypatch, user):
    started, owned, told, real = {}, [], [], subprocess.Popen
    (tmp_path / "left/behind").mkdir(parents=True)

    def start(command, **options):
        if command[0] in ("chmod", "find"):
            return real(command, **options)
        assert [one.name for one in tmp_path.iterdir()] == ["k.json"]
        started.update(options, command=command)
        return SimpleNamespace(pid=1)

    client = SimpleNamespace(load_connection_file=lambda: told.append("load"), start_channels=lambda: told.append("go"))
    monkeypatch.setattr(child.subprocess, "Popen", start)
    monkeypatch.setattr(child.os, "chown", lambda *given: owned.append(given))
    monkeypatch.setattr(child, "of_user", lambda user: [])
    monkeypatch.setattr(child, "clear", lambda user: told.append(user))
    monkeypatch.setattr(child, "BlockingKernelClient", lambda connection_file: told.append(connection_file) or client)
    monkeypatch.setattr(Watch, "start", lambda self: told.append("watched"))
    job = JOB | {"folder": str(tmp_path), "user": user, "command": ["a"], "environment": {"B": "c"}}
    assert Kernel(job).shown == 0
    file, no = tmp_path / "k.json", subprocess.DEVNULL
    wanted = {"command": ["a"], "env": {"B": "c"}, "cwd": tmp_path, "stdin": no, "stdout": no, "stderr": no}
    as_user = {} if user is None else {"user": 7, "group": 7, "extra_groups": []}
    assert started == wanted | {"start_new_session": True} | as_user
    assert owned == ([] if user is None else [(file, 7, 7)])
    assert told == [7] * (user == 7) + [str(file), "load", "go", "watched"]
    connection = json.loads(file.read_text())
    assert connection["transport"] == "ipc" and connection["ip"] == str(tmp_path / "k")


def test_no_kernel_starts_beside_processes_that_its_user_still_has(tmp_path, monkeypatch):
    monkeypatch.setattr(child.psutil, "process_iter", lambda: [Child(6), Child(7)])
    monkeypatch.setattr(child, "clear", lambda user: pytest.fail("something lives there"))
    with pytest.raises(RuntimeError, match="cannot be ended"):
        Kernel(JOB | {"folder": str(tmp_path), "user": 7})


class Client:
    """Answers a question with messages; the last of a cell's is that it is idle."""

    def __init__(self, *messages, idle=True):
        self.messages = [{"parent": "cell", **message} for message in messages]
        self.messages += [{"msg_type": "status", "content": {"execution_state": "idle"}, "parent": "cell"}] * idle

    def execute(self, source, **options):
        assert options == {"allow_stdin": False, "stop_on_error": False}
        return "cell"

    def get_iopub_msg(self, timeout):
        if not self.messages:
            raise Empty
        message = self.messages.pop(0)
        return {"parent_header": {"msg_id": message["parent"]}, **message}


def message(kind, parent="cell", **content):
    return {"msg_type": kind, "content": content, "parent": parent}


def kernel_of(client, ended=None, alive=True, fired=""):
    made = object.__new__(Kernel)
    made.client, made.shown = client, 0
    made.process = SimpleNamespace(poll=lambda: ended)
    made.watch = SimpleNamespace(fired=fired, over=False)
    made.alive = lambda: alive
    return made


def test_what_a_cell_raises_and_shows():
    error = message("error", ename="KeyError", evalue="'" + "k" * 300)
    data = message("display_data", data={child.MIME: "[1]", "text/plain": "1"})
    usage = message("stream", name="stderr", text="UsageError: no such magic\n")
    said = message("stream", name="stdout", text="UsageErrors are told apart by their first letters"[5:])
    other = message("error", parent="another", ename="Other", evalue="")
    assert kernel_of(Client()).execute("", 900.0) == ("", [])
    found, shown = kernel_of(Client(other, error, data, data)).execute("", 900.0)
    assert found.startswith("KeyError: 'kkk") and len(found) == 200 and shown == ["[1]", "[1]"]
    assert kernel_of(Client(usage)).execute("", 900.0) == ("UsageError: no such magic", [])
    assert kernel_of(Client(said)).execute("", 900.0) == ("", [])
    assert kernel_of(Client(message("status", execution_state="busy"), error)).execute("", 900.0)[0][:8] == "KeyError"
    idle = message("status", parent="another", execution_state="idle")
    assert kernel_of(Client(idle, error)).execute("", 900.0)[0][:8] == "KeyError"


def test_a_kernel_that_is_lost_is_told_with_its_reason(monkeypatch):
    with pytest.raises(Lost, match="^ended the kernel$"):
        kernel_of(Client(idle=False), ended=1).execute("", 900.0)
    with pytest.raises(Lost, match="^took too much$"):
        kernel_of(Client(idle=False), ended=1, fired="took too much").execute("", 900.0)
    with pytest.raises(Lost, match="^ended the kernel$"):
        kernel_of(Client(), alive=False).execute("", 900.0)
    with pytest.raises(Lost, match="^did not end within 0.01 s$"):
        kernel_of(Client(idle=False)).execute("", 0.01)
    monkeypatch.setattr(child, "SHOWN", 100)
    loud = [message("stream", text="x" * 60), message("display_data", data={"a": "y" * 20, "b": "z" * 20})]
    assert kernel_of(Client(*loud)).execute("", 900.0) == ("", [])
    with pytest.raises(Lost, match="^printed and showed more than 0.0001 MB$"):
        kernel_of(Client(*loud, message("stream", text="."))).execute("", 900.0)
    quiet = kernel_of(Client(*loud))
    quiet.execute("", 900.0)
    quiet.client = Client(message("stream", text="."))
    with pytest.raises(Lost, match="printed"):  # counted over all cells
        quiet.execute("", 900.0)


def test_a_kernel_answers_what_it_was_asked():
    class Asked:
        def __init__(self, *parents):
            self.parents = list(parents)

        def kernel_info(self):
            return "mine"

        def get_shell_msg(self, timeout):
            if not self.parents:
                raise Empty
            return {"parent_header": {"msg_id": self.parents.pop(0)}}

        get_iopub_msg = get_shell_msg

    assert kernel_of(Asked("other", "mine")).answers() and not kernel_of(Asked("other"), ended=0).answers()
    assert kernel_of(Asked("any")).heard() and not kernel_of(Asked()).heard()
    assert Kernel.alive(kernel_of(Asked("mine", "mine")))


def test_a_kernel_that_ends_at_once_is_tried_three_times(monkeypatch):
    started, stopped = [], []
    monkeypatch.setattr(Kernel, "__init__", lambda self, job: started.append(job))
    monkeypatch.setattr(Kernel, "__exit__", lambda self, *_: stopped.append(1))
    made = kernel_of(Client(), ended=1)
    made.job = {"a": 1}
    begun = time.monotonic()
    with pytest.raises(RuntimeError, match="the kernel does not start"):
        made.__enter__()
    assert started == [{"a": 1}] * 2 and len(stopped) == 3 and time.monotonic() - begun < 30
    made.process = SimpleNamespace(poll=lambda: None)
    made.heard = lambda: True
    assert made.__enter__() is made and len(started) == 2
    answers, shows = iter([False, True, True]), iter([False, True])
    made.alive, made.heard = lambda: next(answers), lambda: next(shows)  # both, in one round
    assert made.__enter__() is made and [*answers, *shows] == []


class Scripted:
    """In the place of a kernel: what each source leads to."""

    def __init__(self, job, leads):
        self.job, self.leads = job, leads

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, source, seconds):
        self.leads["seen"].append((source, seconds))
        for part, outcome in self.leads.items():
            if part != "seen" and part in source:
                if isinstance(outcome, Exception):
                    raise outcome
                return outcome
        return "", []


def session(monkeypatch, capsys, leads, **job):
    leads["seen"] = []
    monkeypatch.setattr(child, "Kernel", lambda given: Scripted(given, leads))
    job = {"cells": [], "cases": {}, "exercises": "of.a.book", "closed": True, "folder": "/f", "cell_seconds": 7} | job
    Session(job).work()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_cells_and_answers_come_back_in_their_order(monkeypatch, capsys):
    leads = {
        ".go_on('two')": ("", ["shown before", '["NameError: b"]']),
        ".go_on('three')": ("", []),
        "two": ("ImportError: a", []),
        "three": ("ValueError", []),
        "'right'": ("", ["shown by the answer", "data"]),
        "'raises'": ("KeyError", []),
        "'silent'": ("", []),
        "'long'": ("", ["x" * 4_000_001]),
    }
    cases = {"right": [1], "raises": [], "silent": [], "long": []}
    said = session(monkeypatch, capsys, leads, cells=["one", "two", "three"], cases=cases)
    assert said == [
        {"at": 1},
        {"at": 2},
        {"cell": 2, "what": "ImportError: a; NameError: b"},
        {"at": 3},
        {"cell": 3, "what": "ValueError"},
        {"at": "right"},
        {"run": "right", "text": "data"},
        {"at": "raises"},
        {"run": "raises", "broken": "raised KeyError"},
        {"at": "silent"},
        {"run": "silent", "broken": "gave no answer back"},
        {"at": "long"},
        {"run": "long", "broken": "gave far too much back"},
    ]
    seen = dict(leads["seen"])
    assert seen["one"] == 7 and seen[leads["seen"][0][0]] == child.OWN and "'of.a.book', True" in leads["seen"][0][0]
    (asked,) = [source for source in seen if "'right'" in source]
    for source in seen.keys() - {
        "one",
        "two",
        "three",
    }:  # no name of the notebook's is taken: it may have a k of its own
        assert all(isinstance(line, ast.Expr) for line in ast.parse(source).body), source
    assert ".chdir('/f')" in asked and ".loads('[1]')" in asked and seen[asked] == child.OWN


def test_what_ends_the_kernel_is_left_out_and_the_rest_runs_again(monkeypatch, capsys):
    leads = {"bad": Lost("ended the kernel"), "'wild'": Lost("used more"), "'right'": ("", ["data"])}
    cases = {"wild": [], "right": []}
    said = session(monkeypatch, capsys, leads, cells=["good", "bad", "after"], cases=cases)
    assert [line for line in said if "at" not in line] == [
        {"cell": 2, "what": "ended the kernel"},
        {"run": "wild", "broken": "used more"},
        {"run": "right", "text": "data"},
    ]
    assert [source for source, _ in leads["seen"]].count("good") == 3
    assert [source for source, _ in leads["seen"]].count("after") == 2


def test_after_six_starts_what_is_left_is_not_called(monkeypatch, capsys):
    leads = {"bad": Lost("ended the kernel")}
    said = session(monkeypatch, capsys, leads, cells=[f"bad {i}" for i in range(9)], cases={"right": []})
    assert said[-1] == {"run": "right", "broken": "was not called: 6 cells or calls ended the kernel"}
    assert len([line for line in said if "cell" in line]) == 6
    with pytest.raises(Lost, match="the kernel does not begin: ImportError"):
        session(monkeypatch, capsys, {".begin(": ("ImportError", [])})


@pytest.fixture
def begun(monkeypatch, capsys):
    """What a supervisor says whose job comes on its stdin, and what it asks for; `error` is raised by its session."""

    def begin(error=None, **job):
        asked = []
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"cores": [], "user": None, "closed": False} | job)))
        monkeypatch.setattr(child.os, "sched_setaffinity", lambda *given: asked.append(given))
        monkeypatch.setattr(child.signal, "signal", lambda *given: asked.append(given))
        monkeypatch.setattr(child, "prepare", lambda *given: asked.append(given) or "prepared")
        monkeypatch.setattr(child, "Session", lambda given: SimpleNamespace(work=lambda: work(given)))

        def work(given):
            asked.append(given)
            if error:
                raise error

        child.main()
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()], asked

    return begin


def test_a_supervisor_prepares_itself_works_and_tells_what_fails(begun):
    said, asked = begun()
    prepared, (told, leave), job = asked
    assert said == [{"closed": "prepared"}] and job == {"cores": [], "user": None, "closed": "prepared"}
    assert prepared == (False, True) and told == child.signal.SIGTERM
    with pytest.raises(SystemExit, match="^0$"):
        leave()
    _, asked = begun(cores=[1], user=7, closed=True)
    assert asked[:2] == [(0, [1]), (True, False)]
    for error, words in (
        (MemoryError(), "it showed more than fits into memory"),
        (RuntimeError("no kernel"), "RuntimeError: no kernel"),
        (KeyError("x" * 900), "KeyError: '" + "x" * 289),
    ):
        assert begun(error)[0][1:] == [{"problem": words}]


# In the kernel


def of_the_package(place):
    """Functions of a module of the package that is none: `outer` calls `inner`."""
    made = {}
    text = "def outer():\n    return inner()\ndef inner():\n    return 1\ndef _own():\n    return 2\n"
    exec(compile(text, os.path.join(kernel.PACKAGE, *place), "exec"), made)
    return made


def test_calls_of_the_package_from_an_answer_are_noted():
    used, process, schedule = set(), of_the_package(("process", "made_up.py")), of_the_package(("schedule.py",))

    def student(n):
        schedule["outer"]()  # an answer may use it
        process["_own"]()
        thread = threading.Thread(target=process["outer"])
        thread.start()
        thread.join()
        return n + 1

    watched = kernel._watched(student, used)
    assert watched(1) == 2 and watched.__name__ == "student" and used == {"ddpm.process.made_up.outer"}
    assert sys.getprofile() is None
    used.clear()
    assert kernel._watched(lambda n: process["inner"]() + n, used)(1) == 2 and used == {"ddpm.process.made_up.inner"}


def test_before_the_first_cell_exercises_are_there_and_nothing_ends_the_kernel(monkeypatch):
    hooks, unobserved, known = [], [], {}
    shell = SimpleNamespace(kernel=SimpleNamespace(), unobserve_all=unobserved.append)
    monkeypatch.setattr(kernel, "get_ipython", lambda: shell)
    monkeypatch.setattr(kernel, "_EXERCISES", known)
    monkeypatch.setattr(kernel, "problems", lambda module: SimpleNamespace(exercises={module: 1}))
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    kernel.begin("a.module", True)
    assert known == {"a.module": 1} and unobserved == ["exit_now"] and hooks == []
    for leave in (shell.ask_exit, shell.kernel.do_shutdown):
        with pytest.raises(RuntimeError, match="ends the kernel"):
            leave(False)
    kernel.begin("a.module", False)
    assert hooks == [kernel._no_network]


def test_an_answer_is_collected_from_the_notebooks_variables_and_watched_if_it_is_called(monkeypatch):
    class Exercise:
        def collect(self, namespace, cases):
            value = namespace["mine"]
            return [value(*case) if callable(value) else value for case in cases or [()]]

    shown = []
    monkeypatch.setattr(kernel, "_EXERCISES", {"mine": Exercise()})
    monkeypatch.setattr(kernel, "display", lambda data, raw: shown.append((raw, json.loads(data[kernel.MIME]))))
    process = of_the_package(("process", "made_up.py"))

    def ask(value, cases):
        monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(mine=value))
        kernel.answer("mine", cases)
        return shown.pop()

    used = ["ddpm.process.made_up.outer"]
    assert ask(lambda n: process["outer"]() + n, [[1], [2]]) == (True, {"data": [2, 3], "used": used})
    assert ask(5, [[1]]) == (True, {"data": [5], "used": []})
    assert ask(process["outer"], []) == (True, {"data": [1], "used": []})  # not an exercise in code


class Unnamed:
    @property
    def __name__(self):
        raise ValueError("no name")

    def __call__(self, n):
        return n + 1


def test_what_has_no_name_is_watched_all_the_same():
    assert kernel._watched(Unnamed(), set())(1) == 2


def test_no_network_and_no_exit():
    for event in ("socket.getaddrinfo", "socket.gethostbyname"):
        with pytest.raises(PermissionError, match=event):
            kernel._no_network(event, ())
    for event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        with pytest.raises(PermissionError, match="no network while notebooks are graded"):
            kernel._no_network(event, (None, ("host", 80)))
        kernel._no_network(event, (None, "/a/local/socket"))
    kernel._no_network("open", (None, ("host", 80)))
    with pytest.raises(RuntimeError, match="ends the kernel"):
        kernel._refuse_exit(True)


def gone_on(monkeypatch, source):
    """What is shown of a cell that has failed, and its variables once it has gone on."""
    names, shown = {}, []
    shell = SimpleNamespace(user_global_ns=names, user_ns=names, transform_cell=lambda text: text)
    monkeypatch.setattr(kernel, "get_ipython", lambda: shell)
    monkeypatch.setattr(kernel, "_show", shown.append)
    with pytest.raises((ImportError, ZeroDivisionError)) as raised:
        exec(compile(source, "cell", "exec"), names)
    monkeypatch.setattr(sys, "last_traceback", raised.tb, raising=False)
    kernel.go_on(source)
    return shown, names


def test_a_cell_goes_on_below_an_import_that_has_failed(monkeypatch):
    shown, names = gone_on(monkeypatch, "a = 1\nimport math, no_such, json\nb = a + 1\nc = nothing\nd = math.pi\n")
    assert names["b"] == 2 and names["d"] > 3 and names["json"] is json
    assert [line.partition(":")[0] for line in shown[0]] == ["ModuleNotFoundError", "NameError"]
    shown, names = gone_on(monkeypatch, "import no_such\ne = 1\n")  # known already: not tried again
    assert shown == [[]] and names["e"] == 1
    shown, names = gone_on(monkeypatch, "from no_such import x\nf = 1\nimport neither\ng = 1\n")
    assert names["f"] == names["g"] == 1 and len(shown[0]) == 1 and len(shown[0][0]) < 200
    shown, names = gone_on(monkeypatch, "a = 1 / 0\nb = 2\n")  # an error of the student's own ends the cell
    assert shown == [[]] and "b" not in names
    assert kernel._brings_something(kernel.ast.parse("get_ipython().run_line_magic('a', 'b')").body[0])


# The grader's side


SUPERVISORS = {
    "speaks": "print('{\"at\": 1}'); print('no json'); print('{\"b\": 2}', flush=True)",
    "fails": "sys.exit('first\\nsecond\\nlast words')",
    "fails in silence": "sys.exit(3)",
    "never ends": """
def end(*_):
    print('{"last": 1}', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
open("ready", "w").close()
time.sleep(600)
""",
    "leaves one": "subprocess.Popen(['sleep', '79'], start_new_session=True)",
    "leaves one of its own": """
one = subprocess.Popen(['sleep', '60'], stdout=2)
print(f'{{"pid": {one.pid}}}', flush=True)
""",
}


@pytest.fixture
def supervised(tmp_path, monkeypatch):
    def run(name, level=sandbox.USER, seconds=300, over=False):
        path = tmp_path / "child.py"
        path.write_text(f"import signal, subprocess, sys, time\nassert sys.stdin.read() == 'job'\n{SUPERVISORS[name]}")
        monkeypatch.setattr(folder, "CHILD", path)

        class Of:
            limits, top, box = Limits(seconds), tmp_path, SimpleNamespace(level=level)
            over = property(lambda self: over and (tmp_path / "ready").exists())

        return Grader._supervised(Of(), "job")

    return run


def test_what_a_supervisor_says_is_taken_down(supervised, monkeypatch):
    assert supervised("speaks") == ([{"at": 1}, {"b": 2}], "", True)
    monkeypatch.setattr(folder, "MOST_LINES", 1)
    assert supervised("speaks") == ([{"at": 1}], "", True)
    assert supervised("fails") == ([], "last words", True)
    assert supervised("fails in silence") == ([], "status 3", True)


def test_a_supervisor_that_does_not_end_is_told_to_end(supervised):
    assert supervised("never ends", over=True) == ([{"last": 1}], "", False)
    assert not supervised("never ends", seconds=0.05)[2]


def test_what_a_supervisor_leaves_in_its_own_session_goes(supervised):
    ((line,), *_), until = supervised("leaves one of its own"), time.monotonic() + 10
    while runs(line["pid"]) and time.monotonic() < until:
        time.sleep(0.01)
    assert not runs(line["pid"])


def runs(number) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    return False


def test_without_a_sandbox_what_is_left_goes_and_what_was_there_stays(supervised):
    child.ctypes.CDLL(None).prctl(child.SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    shell = subprocess.Popen(["sh", "-c", "sleep 80 & echo .; wait"], stdout=subprocess.PIPE)
    try:
        shell.stdout.readline()
        supervised("leaves one", sandbox.NONE)
        left = [one.cmdline()[-1] for one in psutil.Process().children(recursive=True) if runs(one.pid)]
        assert "80" in left and "79" not in left
    finally:
        child.ctypes.CDLL(None).prctl(child.SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        for one in psutil.Process(shell.pid).children():
            one.kill()
        shell.kill()
        shell.communicate()


def test_what_a_submission_leaves_and_nobody_can_end_is_not_waited_for_for_ever(monkeypatch):
    immortal, clock = Child(None), iter(range(0, 1000, 7))
    monkeypatch.setattr(folder.psutil, "wait_procs", waits)
    monkeypatch.setattr(folder.time, "monotonic", lambda: next(clock))
    folder._end_all(lambda: [immortal])
    assert immortal.killed == 2  # at 7 and 14 s


@pytest.fixture
def grader(tmp_path):
    """A grader whose supervisor says `grader.lines` and whose judge takes all for right."""
    made = object.__new__(Grader)
    made.module, made.top, made.limits, made.over = "a.module", tmp_path, Limits(60), False
    made.box = SimpleNamespace(level=sandbox.NONE, command=lambda a, f: a, environment=lambda f: {})
    made.cases = {"forward_mean": [], "q_sample": []}
    made.free = folder.queue.SimpleQueue()
    made.free.put([])
    made.judge = lambda name, data: Verdict(Status.BLANK if data is None else Status.RIGHT, "judged")
    made.lines, made.words, made.in_time = [], "", True
    made._supervised = lambda job: (made.lines, made.words, made.in_time)
    return made


def graded(grader, cells=("def q_sample(): pass",), asked=("forward_mean", "q_sample"), **stated):
    stated = SimpleNamespace(**{"assignment": "diffusion", "exercises": asked, "rule": ""} | stated)
    found = Found("x", Notebook([Cell(cell) for cell in cells], [], encoding=stated.__dict__.pop("encoding", "")))
    return grader.grade(0, "x", found, stated, asked)


def test_what_was_said_becomes_a_score(grader):
    grader.lines = [
        {"closed": False},
        {"at": 1},
        {"cell": 1, "what": "first"},
        {"cell": 1, "what": "second"},
        {"cell": 1, "what": "first"},
        {"run": "forward_mean", "text": json.dumps({"data": 1, "used": [f"u{i}" for i in range(9)]})},
        {"run": "q_sample", "broken": "raised KeyError"},
    ]
    found = graded(grader)
    assert found.points == 1 and found.cells == {1: "first; second"} and not found.closed and not found.problem
    assert found.remarks == ["forward_mean called the package's own u0, u1, u2, u3, u4"]
    assert str(found.verdicts["q_sample"]) == "Not right: when q_sample was called, it raised KeyError."
    assert grader.free.get() == []


@pytest.mark.parametrize("level", [sandbox.NONE, sandbox.USER, sandbox.BUBBLEWRAP])
def test_a_job_has_what_a_submission_needs_and_no_more(grader, monkeypatch, level):
    jobs, owned = [], []
    user = sandbox.FIRST_USER + 2 if level == sandbox.USER else None

    left, cleared = [Child(user)], []
    monkeypatch.setattr(folder.psutil, "wait_procs", waits)
    monkeypatch.setattr(folder, "of_user", lambda given: [one for one in left if given == user and not one.killed])
    monkeypatch.setattr(folder, "clear", lambda given: cleared.append((given, left[0].killed)))

    def supervised(job):
        jobs.append(json.loads(job))
        assert Path(jobs[-1]["folder"]).parent == grader.top.resolve()
        return [], "", True

    grader.box = SimpleNamespace(level=level, command=lambda a, f: [*a, str(f)], environment=lambda f: {"HOME": str(f)})
    grader._supervised = supervised
    monkeypatch.setattr(folder.os, "chown", lambda *given: owned.append(given[1:]))
    stated = SimpleNamespace(assignment="diffusion", exercises=("q_sample",), rule="")
    found = Found("x", Notebook([Cell("a = 1"), Cell("b")], []))
    grader.grade(2, "x", found, stated, ("q_sample",))
    (job,) = jobs
    home = job.pop("folder")
    assert owned == ([] if user is None else [(user, user)]) and not Path(home).exists()
    assert cleared == ([] if user is None else [(user, 1)])
    assert job.pop("command") == ["-m", "ipykernel_launcher", "-f", f"{home}/k.json", home]
    assert job == {
        "environment": {"HOME": home},
        "user": user,
        "closed": level == sandbox.BUBBLEWRAP,
        "cells": ["a = 1", "b"],
        "exercises": "a.module",
        "cases": {"q_sample": []},
        "cores": [],
        "cell_seconds": 100,
        "memory": 4 * 2**30,
    }


def test_what_was_not_said_is_not_graded_and_says_why(grader):
    found = graded(grader)
    assert str(found.verdicts["q_sample"]) == "Not graded: the notebook was stopped before." and found.closed
    for lines, where in (([], "the start"), ([{"at": 3}], "code cell 3"), ([{"at": "q_sample"}], "q_sample")):
        grader.lines, grader.in_time = lines, False
        found = graded(grader)
        assert found.problem == f"did not end within 60 s; it was at {where}"
        assert str(found.verdicts["q_sample"]) == f"Not graded: {found.problem}."
    grader.lines, grader.in_time, grader.words = [], True, "last words"
    assert graded(grader).problem == "could not be run to the end: last words"
    grader.lines = [{"problem": "too much"}]
    assert graded(grader).problem == "too much"


@pytest.mark.parametrize("text", ["no json", "[]", json.dumps({"data": 1}), json.dumps({"data": 1, "used": 3})])
def test_what_cannot_be_read_earns_nothing(grader, text):
    grader.lines = [{"run": "q_sample", "text": text}]
    found = graded(grader, asked=("q_sample",))
    assert "the answer q_sample cannot be read (" in str(found.verdicts["q_sample"]) and found.points == 0


def test_a_blank_whose_cell_has_failed_is_told(grader):
    blank = json.dumps({"data": None, "used": []})
    grader.lines = [{"run": "q_sample", "text": blank}, {"cell": 2, "what": "KeyError"}, {"cell": 1, "what": "E"}]
    found = graded(grader, ["a = 1", "def q_sample(): pass"], ("q_sample",))
    why = "Not yet answered: q_sample is not there: code cell 2, which makes it, failed (KeyError)"
    assert " ".join(str(found.verdicts["q_sample"]).split()) == why
    assert str(graded(grader, ["def q_sample(): pass", "b"], ("q_sample",)).verdicts["q_sample"]) != why
    grader.lines = grader.lines[:1]
    assert str(graded(grader, asked=("q_sample",)).verdicts["q_sample"]) == "judged"


def test_what_a_notebook_states_is_remarked(grader):
    assert graded(grader).remarks == []
    odd = graded(grader, rule="by its title", exercises=("q_sample",), encoding="cp1252")
    assert odd.remarks == [
        "read as cp1252; notebooks are UTF-8",
        "taken for the assignment diffusion by its title",
        "states other exercises than most notebooks of this assignment",
    ]
    assert graded(grader, asked=()).problem == "a notebook, but no exercise of this book is in it"
    none = grader.grade(0, "x", Found("x", None, "why"), SimpleNamespace(assignment=""), ())
    assert (none.problem, none.verdicts) == ("why", {})
    assert Score("x", verdicts={"a": Verdict(Status.RIGHT, ""), "b": Verdict(Status.OTHER_FORM, "")}).points == 1


def test_processors_are_shared_out(monkeypatch):
    for cores, count in ((1, 1), (2, 2), (3, 2), (4, 2), (9, 4)):
        monkeypatch.setattr(folder.os, "sched_getaffinity", lambda pid: set(range(64 if pid else cores)))
        found = folder.shares(sandbox.USER)
        assert len(found) == count and sorted(sum(found, [])) == list(range(cores))
        assert max(map(len, found)) - min(map(len, found)) <= 1 and folder.shares(sandbox.NONE) == [[]]


def test_the_sandbox_is_the_best_that_works(tmp_path, monkeypatch):
    reasons = {sandbox.BUBBLEWRAP: "not there", sandbox.USER: ""}
    monkeypatch.setattr(sandbox, "problem", lambda box, scratch, module: reasons[box.level])
    assert sandbox.choose(tmp_path, tmp_path, "m") == sandbox.Sandbox("user", tmp_path, "bubblewrap: not there")
    reasons[sandbox.BUBBLEWRAP] = ""
    assert sandbox.choose(tmp_path, tmp_path, "m").words == sandbox.WORDS["bubblewrap"]
    reasons = {sandbox.BUBBLEWRAP: "a", sandbox.USER: "b"}
    assert sandbox.choose(tmp_path, tmp_path, "m").words.endswith("(bubblewrap: a; user: b)")
    assert sandbox.as_user(sandbox.Sandbox("none", tmp_path), 7) == {}
    assert sandbox.as_user(sandbox.Sandbox("user", tmp_path), 7) == {"user": 7, "group": 7, "extra_groups": []}


@pytest.mark.parametrize("level, adopts", [(sandbox.NONE, [(36, 1)]), (sandbox.USER, []), (sandbox.BUBBLEWRAP, [])])
def test_a_grader_shares_out_processors_and_without_a_sandbox_adopts_what_is_left(monkeypatch, level, adopts):
    asked = []
    monkeypatch.setattr(folder.os, "sched_getaffinity", lambda pid: {0, 1})
    monkeypatch.setattr(folder.ctypes, "CDLL", lambda name: SimpleNamespace(prctl=lambda *of: asked.append(of[:2])))
    exercise = SimpleNamespace(cases=lambda seed: [(seed, 0.5)])
    problems = SimpleNamespace(module="a.module", exercises={"one": exercise})
    made = Grader(problems, SimpleNamespace(level=level), "top", 3, Limits(9), "judge")
    assert asked == adopts and not made.over and made.cases == {"one": [[3, 0.5]]}
    free = [made.free.get_nowait() for _ in made.shares]
    assert free == made.shares == ([[]] if level == sandbox.NONE else [[0], [1]]) and made.free.empty()
    monkeypatch.setattr(folder.sys, "platform", "darwin")
    Grader(problems, SimpleNamespace(level=level), "top", 3, Limits(9), "judge")
    assert asked == adopts


def test_why_a_sandbox_does_not_work(tmp_path, monkeypatch):
    box = sandbox.Sandbox(sandbox.NONE, tmp_path)
    why = "it may not enter the folder of temporary files (TMPDIR)"  # though the whole package could be imported
    assert sandbox.problem(box, tmp_path, "m") == why
    monkeypatch.setattr(sandbox, "TRIAL", "import time; time.sleep(600)  # {}")
    monkeypatch.setattr(sandbox, "SECONDS", 0.1)
    assert sandbox.problem(box, tmp_path, "m") == "TimeoutExpired"
    monkeypatch.setattr(sandbox, "SECONDS", 600)
    monkeypatch.setattr(sandbox, "TRIAL", "import no_such_{}")
    assert sandbox.problem(box, tmp_path, "m") == "ModuleNotFoundError: No module named 'no_such_m'"
    monkeypatch.setattr(sandbox, "TRIAL", "import os; os._exit(5)  # {}")
    assert sandbox.problem(box, tmp_path, "m") == "status 5"
    monkeypatch.setattr(sandbox, "TRIAL", "pass  # {}")
    assert sandbox.problem(box, tmp_path, "m") == ""
    monkeypatch.setattr(sandbox.sys, "executable", str(tmp_path / "no python"))
    assert sandbox.problem(box, tmp_path, "m") == f"No such file or directory: {tmp_path}/no python"
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    assert sandbox.problem(sandbox.Sandbox(sandbox.BUBBLEWRAP, tmp_path), tmp_path, "m") == "it is not installed"
    monkeypatch.setattr(sandbox.os, "getuid", lambda: 1000)
    assert sandbox.problem(sandbox.Sandbox(sandbox.USER, tmp_path), tmp_path, "m").startswith("only root can")


def pairs(command, option="--ro-bind") -> list[tuple]:
    return [tuple(command[i + 1 : i + 3]) for i, word in enumerate(command) if word == option]


def test_bubblewrap_shows_programs_and_two_folders_and_no_reference(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_options", lambda: "--disable-userns")
    package, own = tmp_path / "package", tmp_path / "own"
    command = sandbox.Sandbox(sandbox.BUBBLEWRAP, package).command(["-c", "x"], own)
    assert command[:2] == ["bwrap", "--unshare-all"] and "--disable-userns" in command
    assert command[-7:] == ["--chdir", str(own), "--", sys.executable, "-P", "-c", "x"]
    shown, writable = pairs(command), pairs(command, "--bind")
    assert writable == [(str(own), str(own))] and (str(package), str(package)) in shown
    inside = {Path(there) for _, there in shown}
    for place in (Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent):
        assert place.is_relative_to("/usr") or any(place.is_relative_to(seen) for seen in inside)
    code = Path(sandbox.ddpm.__file__).parent
    for place in inside:  # the package with its references is nowhere to be seen
        assert not code.is_relative_to(place) or (str(package / "ddpm"), str(code)) in shown
    monkeypatch.setattr(sandbox, "_pythons", lambda: [code.parent])
    assert (str(package / "ddpm"), str(code)) in pairs(sandbox.Sandbox(sandbox.BUBBLEWRAP, package).command([], own))
    monkeypatch.setattr(sandbox, "_pythons", lambda: [])
    if not code.is_relative_to("/usr"):
        assert str(code) not in sandbox.Sandbox(sandbox.BUBBLEWRAP, package).command([], own)
    monkeypatch.setattr(sandbox, "_options", lambda: "")
    assert "--disable-userns" not in sandbox.Sandbox(sandbox.BUBBLEWRAP, package).command([], own)


def test_no_secret_of_the_graders_is_handed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET", "x")
    monkeypatch.setenv("LANG", "C.UTF-8")
    box = sandbox.Sandbox(sandbox.NONE, tmp_path / "package")
    found = box.environment(tmp_path)
    assert "A_SECRET" not in found and found["LANG"] == "C.UTF-8" and found["HOME"] == found["TMPDIR"] == str(tmp_path)
    assert found["PYTHONPATH"] == str(tmp_path / "package") and box.command(["a"], tmp_path) == [
        sys.executable,
        "-P",
        "a",
    ]


def interrupted_at_once(*_):
    raise KeyboardInterrupt


def test_an_interrupt_says_where_the_scores_are(tmp_path, monkeypatch, capsys):
    (tmp_path / "torn.ipynb").write_text("{")

    def interrupted(problems, found, seed, limits, done):
        assert (limits.seconds, limits.cell_seconds, limits.memory) == (180, 30, 2**31) and seed == 5
        done(Score("torn.ipynb", verdicts=WRONG, problem="broken"))
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "score", interrupted)
    assert main([str(tmp_path), "--minutes", "3", "--gigabytes", "2", "--seed", "5"]) == 130
    said = capsys.readouterr()
    assert "torn.ipynb: 0 of 1 (broken)" in said.out
    assert f"Graded until then: see {tmp_path / 'scores.part.csv'}." in said.err
    assert "torn.ipynb" in (tmp_path / "scores.part.csv").read_text() and not (tmp_path / "scores.csv").exists()
    monkeypatch.setattr(folder, "score", interrupted_at_once)
    assert main([str(tmp_path)]) == 130 and capsys.readouterr().err == "Stopped. Graded until then: nothing.\n"


def test_what_is_kept_meanwhile_goes_in_the_end_wherever_it_is(tmp_path, monkeypatch):
    (tmp_path / "torn.ipynb").write_text("{")
    (tmp_path / "scores.part.csv").mkdir()  # somebody's folder
    kept, terminal = tmp_path / "graded-scores.part.csv", io.TextIOWrapper(io.BytesIO(), "ascii")

    def score(problems, found, seed, limits, done):
        for i, name in enumerate(("\xfc.ipynb", "o.ipynb"), start=1):
            done(Score(name, verdicts=WRONG))
            assert name.encode() in kept.read_bytes() and terminal.buffer.getvalue().count(b"\n") == i
        return folder.Class([], [], "ran")

    monkeypatch.setattr(folder, "score", score)
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main([str(tmp_path)]) == 0 and not kept.exists() and (tmp_path / "scores.part.csv").is_dir()
    terminal.flush()
    assert terminal.buffer.getvalue().startswith(b"\\xfc.ipynb: 0 of 1\no.ipynb: 0 of 1\nran\n")


def test_an_interrupt_ends_what_runs_and_begins_nothing_more(monkeypatch):
    begun, told = [], []

    class Patient(Grader):
        def __init__(self, *_):
            self.shares, self.over = [[], []], False

        def grade(self, i, name, *_):
            begun.append(i)
            until = time.monotonic() + 20
            while i and not self.over and time.monotonic() < until:
                time.sleep(0.01)
            told.append(self.over)
            return Score(name)

    def interrupted(_):
        raise KeyboardInterrupt

    written = []
    monkeypatch.setattr(folder, "Grader", Patient)
    monkeypatch.setattr(folder.lean, "write", lambda *given, **options: written.append((given[1], options)))
    with pytest.raises(KeyboardInterrupt):
        folder.score(PROBLEMS, [Found(f"{i}", None) for i in range(50)], 3, done=interrupted, level=sandbox.NONE)
    assert all(told[1:]) and len(begun) < 25 and written == [(PROBLEMS.module, {"judged_elsewhere": True})]


def test_what_fails_in_one_submission_ends_the_grading_of_no_other(monkeypatch):
    class Fails(Grader):
        def __init__(self, *_):
            self.shares = [[]]

        def grade(self, i, name, *_):
            return Score(name) if i else {}["x" * 900]

    monkeypatch.setattr(folder, "Grader", Fails)
    monkeypatch.setattr(folder.lean, "write", lambda *_, **__: None)
    scores = folder.score(PROBLEMS, [Found("a", None), Found("b", None)], 3, level=sandbox.NONE).scores
    assert [one.name for one in scores] == ["a", "b"] and not scores[1].problem
    assert scores[0].problem.startswith("could not be graded (KeyError: 'xxx") and len(scores[0].problem) == 300


def test_without_room_for_temporary_files_nothing_is_graded_and_why_is_said(tmp_path, monkeypatch, capsys):
    (tmp_path / "torn.ipynb").write_text("{")

    def full(*_, **__):
        raise OSError(28, "No space left on device", "a file")

    monkeypatch.setattr(folder.lean, "write", full)
    assert main([str(tmp_path)]) == 2
    said, where = capsys.readouterr().err, Path(tempfile.gettempdir()).resolve()
    assert f"Nothing is graded: No space left on device in {where}, where temporary" in said and "TMPDIR" in said
    assert not (tmp_path / "scores.csv").exists()


def test_all_users_may_read_the_package_for_submissions_whatever_is_kept_from_them_else(monkeypatch):
    modes = {}

    class Looks(Grader):
        def __init__(self, problems, box, top, *_):
            self.shares = [[]]
            modes.update({path.relative_to(top).as_posix(): path.stat().st_mode for path in top.rglob("package*/**/*")})
            modes["top"] = top.stat().st_mode

    monkeypatch.setattr(folder, "Grader", Looks)
    before = os.umask(0o077)
    try:
        folder.score(PROBLEMS, [], 3, level=sandbox.NONE)
    finally:
        os.umask(before)
    assert modes.pop("top") & 0o777 == 0o711 and len(modes) > 50
    assert all(mode & 0o044 == 0o044 and mode & 0o011 == 0o011 * stat.S_ISDIR(mode) for mode in modes.values())


def test_no_thread_keeps_the_graders_process_alive(supervised, monkeypatch):
    begun, start = [], threading.Thread.start

    def noted(thread):
        begun.append(thread.daemon)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    supervised("speaks")
    made = judge.Judge(PROBLEMS.module)
    process = SimpleNamespace(stdout=io.StringIO("ready\n"), pid=1)
    monkeypatch.setattr(judge.subprocess, "Popen", lambda *_, **__: process)
    made._start()
    assert begun == [True, True] and Watch(process, JOB).daemon


def test_a_kernel_that_is_left_takes_its_processes_along(monkeypatch):
    told, made = [], kernel_of(SimpleNamespace(stop_channels=lambda: told.append("channels")))
    made.job = {"user": 7}
    monkeypatch.setattr(child, "end", lambda *given: told.append(given))
    made.__exit__()
    assert told == ["channels", (made.process, 7)] and made.watch.over


def test_a_folder_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    (tmp_path / "x.ipynb").write_text("{")
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def closed(place):
        if Path(place).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(place)

    monkeypatch.setattr("ddpm.grading.score.found.os.scandir", closed)
    problems = {one.name: one.problem for one in find(tmp_path)[0]}
    assert problems["closed/"] == "a folder that cannot be opened: Permission denied" and len(problems) == 2


def test_a_file_that_is_too_large_says_how_large_one_may_be(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_bytes(b" " * 2**20 + b"{")
    monkeypatch.setattr("ddpm.grading.score.notebook.LARGEST", 2**20)
    with pytest.raises(NoNotebook, match="^larger than 1 MB$"):
        read(path)
    path.write_bytes(b" " * 2**20)
    with pytest.raises(NoNotebook, match="^an empty file$"):
        read(path)


def test_a_judge_that_is_asked_nothing_ends_at_once():
    made = judge.Judge(PROBLEMS.module)
    assert made.close() is None
    assert "could not be judged (TypeError)" in str(made("answer_1_4", {1, 2}))  # nothing JSON can say
    round_and_round, deep = [], []
    round_and_round.append(round_and_round)
    for _ in range(5_000):
        deep = [deep]
    assert "could not be judged (ValueError)" in str(made("answer_1_4", round_and_round))
    assert "could not be judged (RecursionError)" in str(made("answer_1_4", deep))
    assert made.process is None


def test_limits_leave_room_for_honest_work_and_end_what_is_none():
    for value, least, most in (
        (judge.MEMORY, 2**31, 2**34),
        (Limits().memory, 2**31, 2**34),
        (Limits().seconds, 300, 1200),
        (Limits().cell_seconds, 50, 200),
        (child.FILES, 2**28, 2**31),
        (child.PROCESSES, 50, 1000),
        (child.THREADS, 1000, 20_000),
        (child.SHOWN, 10**7, 10**9),
        (child.OWN, 60, 300),
        (sandbox.TEMPORARY, 2**28, 2**32),
        (sandbox.SECONDS, 30, 600),
        (LARGEST, 2**24, 2**28),
        (MOST_CODE, 2**19, 2**23),
        (runner.TOTAL_LIMIT, 20, 300),
        (runner.CALL_LIMIT, 5, 60),
        (problem.SECONDS, 5, 60),
        (typed.BITS, 10**5, 10**7),
    ):
        assert least <= value <= most
