"""The safe run of a student's function: whatever it does, answers or words come back, and the notebook goes on."""

import contextlib
import dis
import inspect
import io
import random
import sysconfig
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from time import monotonic, process_time  # by name: a reader's function may replace what the module has

import jax
import numpy as np

from ddpm.grading import seal
from ddpm.grading.later import USES, jax_arguments
from ddpm.grading.limit import ASLEEP, Stopped, TooLong, in_time
from ddpm.grading.state import captured, restored, same_precision

CALL_LIMIT = 10.0  # seconds of work for one call; the first may compile
TOTAL_LIMIT = 60.0  # seconds for all cases together
LARGEST = 100_000  # numbers in one answer; the exercises' own have under a hundred, their schedules a few thousand
_FOLDERS = (
    *(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")),
    Path(jax.__file__).parents[1],
    Path(__file__).parents[1],
)
_LIBRARIES = tuple({str(form) for folder in _FOLDERS for form in (folder, Path(folder).resolve())})

_SEEDED = (random.seed, np.random.seed)  # as they are now: a cell may replace them

TO_FILL_IN = "is still to be filled in."
NO_CODE = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}  # of every Python from 3.11 on

NOT_FINITE = (  # in the words of NumPy and of JAX, with debug_nans
    ("(nan) encountered in sqrt", "the square root of a negative number"),
    ("invalid value encountered in sqrt", "the square root of a negative number"),
    ("(nan) encountered in rsqrt", "the square root of a negative number"),
    ("(inf) encountered in rsqrt", "a division by a root that is 0"),
    ("(nan) encountered in pow", "a root (or another power) of a negative number"),
    ("invalid value encountered in power", "a root (or another power) of a negative number"),
    ("(inf) encountered in pow", "a negative power of 0: a division by 0"),
    ("(inf) encountered in integer_pow", "a negative power of 0: a division by 0"),
    ("divide by zero encountered in power", "a negative power of 0: a division by 0"),
    ("(nan) encountered in div", "a division without a value, as 0 / 0"),
    ("(inf) encountered in div", "a division by 0"),
    ("divide by zero encountered in log", "the logarithm of 0"),
    ("divide by zero", "a division by 0"),
    ("invalid value encountered in divide", "a division without a value, as 0 / 0"),
    ("invalid value encountered in scalar divide", "a division without a value, as 0 / 0"),
    ("(inf) encountered in log", "the logarithm of 0"),
    ("(nan) encountered in log", "the logarithm of a negative number"),
    ("invalid value encountered in log", "the logarithm of a negative number"),
)


@dataclass
class Run:
    """What came out of a run.

    Attributes:
        answers: for each case the numbers, as a float64 array, or in words why there are none. Fewer than cases if
            time ran out or nothing was filled in.
        blank: why the exercise counts as not yet answered, as what its function is or does, or "".
        notes: what else the student should know: arguments changed, text printed.
    """

    answers: list[np.ndarray | str] = field(default_factory=list)
    blank: str = ""
    notes: list[str] = field(default_factory=list)


class _Blank(Exception):
    pass


class _Over(Exception):
    pass


def run(student: Callable, cases: Sequence[tuple], names: Sequence[str], later: Sequence[str] = ()) -> Run:
    """Call `student` on every case. Arguments are copies; prints are caught, and what it changes elsewhere is put back.

    Arrays are handed over as NumPy's. Where that raises, or changes an array in place, JAX's are tried: either style
    is right. But where later cells call the function, they are JAX's from the start; and if all cases give numbers, it
    is called as these cells do, with one more answer for each.

    Args:
        names: of the arguments, for the notes.
        later: the uses of later cells, by their names in `later.USES`.
    """
    job = _Job(student, cases, names, later)
    with restored(), captured() as tape:
        precision = same_precision()
        try:
            in_time(job.left, lambda: job.work(precision))
        except TooLong as late:
            job.answers.append(_too_long(job, late.stopped))
    result = Run(job.answers, job.blank)
    result.notes = job.notes + [
        f"It changes its argument {name} in place: the caller's data are gone. Return a new array instead."
        for name in names
        if name in job.changed
    ]
    if tape.text.strip():
        lines = [shorten(line, 66) for line in tape.text.splitlines() if line.strip()]
        more = max(tape.lines, len(lines)) - 3
        rest = f"\n  ... and {more} more lines." if more > 0 else ""
        result.notes.append("It printed:\n  " + "\n  ".join(lines[:3]) + rest)
    return result


def now() -> tuple[float, float]:
    """The time by the clock and by the processor."""
    return monotonic(), process_time()


def spent(since: tuple[float, float]) -> float:
    """Seconds of work since then: a busy machine, on which the clock runs ahead, changes no verdict. Of sleep `ASLEEP`
    seconds count for one."""
    clock, work = now()
    return max((clock - since[0]) / ASLEEP, work - since[1])


class _Job:
    def __init__(self, student, cases, names, later):
        self.student, self.cases, self.names, self.later = student, cases, names, later
        self.answers, self.blank, self.notes, self.changed, self.over = [], "", [], set(), False
        self.begun = self.started = now()

    def work(self, precision):
        """In the thread: all cases, one after the other."""
        try:
            with precision:
                for case in self.cases:
                    self.take(lambda: self.answer(case))
                for name in self.later:
                    if any(isinstance(answer, str) for answer in self.answers):
                        break
                    self.take(lambda: self.call((self.student, self.cases), USES[name].made))
                if reason := self.reason():
                    self.notes.append(reason)
        except _Blank as blank:
            if not self.answers and not self.over:
                self.blank = TO_FILL_IN if untouched(self.student) else str(blank)
            elif not self.over:
                self.answers.append(str(blank))
        except (Stopped, _Over):
            pass
        except BaseException as error:  # between two calls: what it has put into its arguments may raise anything
            if not self.over:
                self.answers.append(f"raised {_text(error)}")

    def take(self, answer):
        """Append what `answer()` gives, unless the time was up before."""
        self.started = now()
        found = answer()
        if self.over:
            raise _Over
        self.answers.append(found)

    def left(self) -> float:
        """In the caller: the seconds that are left; after the last of them no answer counts any more."""
        seconds = min(CALL_LIMIT - spent(self.started), TOTAL_LIMIT - spent(self.begun))
        self.over = seconds <= 0
        return seconds

    def answer(self, case):
        if self.later:
            return self.call(jax_arguments(case))
        arguments = [_copy(value) for value in case]
        answer = self.call(arguments)
        changed = {name for name, given, now in zip(self.names, case, arguments, strict=True) if not _same(given, now)}
        self.changed |= changed
        if (changed or isinstance(answer, str)) and any(isinstance(value, np.ndarray) for value in case):
            other = self.call([_copy(value) for value in jax_arguments(case)])
            if not isinstance(other, str) or (isinstance(answer, str) and "immutable" not in other):
                return other
        return answer

    def call(self, arguments, function=None):
        for seeded in _SEEDED:  # so that what a function draws from here is the same each time
            seeded(0)
        try:
            try:
                answer = (function or self.student)(*arguments)
            finally:
                seal.restore()  # before anything is done with the answer
            return as_numbers(answer)
        except (_Blank, Stopped):
            raise
        except BaseException as error:  # a student's function may raise anything
            if isinstance(error, NotImplementedError) or "ellipsis" in _text(error).lower():
                raise _Blank(
                    f"raises {type(error).__name__}."
                    if isinstance(error, NotImplementedError)
                    else "still has a ... in it."
                ) from None
            return f"raised {_text(error)}{_place(error)}"

    def reason(self) -> str:
        """Where the first value that is not finite comes from, in words; "" if there is none or it cannot be told."""
        bad = next(
            (
                case
                for case, answer in zip(self.cases, self.answers)
                if isinstance(answer, np.ndarray) and not np.isfinite(answer).all()
            ),
            None,
        )
        if bad is None:
            return ""
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                np.errstate(divide="raise", invalid="raise"),
                jax.debug_nans(True),
                jax.debug_infs(True),
            ):  # JAX prints when it finds one
                as_numbers(self.student(*jax_arguments(bad)))
        except FloatingPointError as error:
            what = next((words for part, words in NOT_FINITE if part in str(error)), "")
            return f"The first value that is not finite comes from {what}{_place(error)}." if what else ""
        except (Exception, _Blank):
            pass
        return ""


def untouched(function) -> bool:
    """Whether there is no code in a Python function: dots, a description, or `pass`."""
    with contextlib.suppress(Exception):  # a reader's object may raise anything
        return {step.opname for step in dis.get_instructions(inspect.unwrap(function))} <= NO_CODE
    return False


def as_numbers(answer) -> np.ndarray | str:
    """The answer as a float64 array, or in words what it is instead."""
    kind = type(answer).__name__
    if answer is None or answer is Ellipsis:
        raise _Blank("returns None. Is its return missing?" if answer is None else "still returns a ..., no answer.")
    if isinstance(answer, (list, tuple)) and any(part is None or part is Ellipsis for part in answer):
        return f"returned a {kind} with {None if None in answer else '...'} in it"
    try:
        array = np.asarray(answer)
    except ValueError:
        return f"returned a {kind} whose parts differ in shape; expected one array"
    except Exception:
        return f"returned {kind}; expected numbers"
    if array.size > LARGEST:
        return f"returned the shape {array.shape}, far more numbers than asked for"
    if array.dtype.kind == "c":
        if np.any(array.imag != 0):
            return "returned complex numbers. Is there a root of a negative number?"
        array = array.real
    if array.dtype.kind == "b":
        return "returned True or False; expected numbers"
    if array.dtype.kind not in "USmM":
        try:
            return array.astype(np.float64)
        except (TypeError, ValueError):
            pass
    return f"returned {kind}; expected numbers" + (": wrap it in list(...)" if hasattr(answer, "__next__") else "")


def _copy(value):
    return value.copy() if isinstance(value, (np.ndarray, list)) else value


def _same(given, now) -> bool:
    if isinstance(given, np.ndarray):
        return given.shape == now.shape and np.array_equal(given, now, equal_nan=True)
    return not isinstance(given, list) or given == now


def _too_long(job, stopped) -> str:
    alone = spent(job.begun) < TOTAL_LIMIT
    text = f"did not return within {CALL_LIMIT:g} s" if alone else f"needs more than {TOTAL_LIMIT:g} s for all cases"
    text += ". Does one of its loops never end?"
    return text if stopped else text + " It could not be stopped and still runs: restart the kernel once it is mended."


def _text(error) -> str:
    if type(error).__module__ == "jax.errors" or type(error).__module__.startswith("jax._src.errors"):
        return type(error).__name__  # its words are for the authors of libraries
    try:
        words = shorten(str(error), 240, placeholder=" ...")
    except Exception:
        words = ""
    return f"{type(error).__name__}: {words}".removesuffix(": ")


def _place(error) -> str:
    """The line of the student's own code in which it happened."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<frozen", *_LIBRARIES)) or frame.filename.startswith("<ipython")
    ]
    if not frames:
        return ""
    line = f": {frames[-1].line}" if frames[-1].line else ""
    return shorten(f", at line {frames[-1].lineno} of {frames[-1].name}{line}", 160, placeholder=" ...")
