"""What all tests share."""

import gc
import os
from pathlib import Path
from pkgutil import iter_modules

import jaxtyping
import pytest
from beartype.claw import beartype_packages
from chapter_of import chapters_of
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

# Annotations are checked while the tests run: by jaxtyping where they name shapes, and in the packages where none does
# and small functions call each other by the hundred thousand, by beartype alone, which costs little.
FOLDER = Path(__file__).parents[1] / "code/ddpm"
WITHOUT_SHAPES = ["ddpm.derivation", "ddpm.grading", "ddpm.chapters", "ddpm.figures"]
install_import_hook(
    [name for _, name, _ in iter_modules([str(FOLDER)], "ddpm.") if name not in WITHOUT_SHAPES], "beartype.beartype"
)
beartype_packages(WITHOUT_SHAPES)

os.environ.setdefault("JAX_PLATFORMS", "cpu")

# Most of a test's time is the compiler's: it takes as little as it may. Its older emitters are quicker, by a third; and
# all processors are busy, so that it may as well take a program in one piece.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
)

# Nor are the places in Python written into each program.
os.environ.setdefault("JAX_TRACEBACK_IN_LOCATIONS_LIMIT", "0")

# What XLA compiles is kept for later tests and runs. Only here: elsewhere the book times compilation.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(FOLDER.parents[1] / ".pytest_cache/xla"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")

# Python looks for garbage in cycles seldom, and not in what was imported and collected: it was a tenth of its time.
gc.set_threshold(20_000, 20, 20)

# The same examples in every run, and no limit on time: the first call of a jitted function compiles it, and on a busy
# machine drawing an example may take a second of the clock.
settings.register_profile("book", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("book")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark what looks at the built site, and put it last: the site may still be at work. What takes minutes comes
    first, so that in the end no processor waits for it.

    The tests of a file stay in one process, since they share what they compile or build; so do those that read the
    pages of the site, and those of one page that is opened once. Others in a browser fill the gaps. Cases that are
    about a chapter are found by its name (`-k closed_form`).
    """
    for item in items:
        site = "site" in item.fixturenames
        if site:
            item.add_marker("site")
        if "opened" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(item.callspec.params["opened"]))
        elif "page" not in item.fixturenames:
            shared = "parsed" if hasattr(item.module, "parsed") else item.nodeid.partition("::")[0]
            item.add_marker(pytest.mark.xdist_group(shared + "-site" * site))
        if config.option.keyword and hasattr(item, "callspec"):
            item.extra_keyword_matches.update(chapters_of(item.callspec.params.values()))
    items.sort(key=lambda item: (-seconds(item), "site" in item.fixturenames))


def pytest_collection_finish():
    gc.freeze()


def seconds(item) -> float:
    """What the mark `slow` says of a test, if anything."""
    slow = item.get_closest_marker("slow")
    return slow.kwargs.get("seconds", 0) if slow else 0


@pytest.fixture(autouse=True, scope="module")
def full_products():
    """Products of matrices in the precision of their arrays, by which the tolerances are set; a GPU takes fewer
    digits unless told."""
    import jax  # late: it reads the settings above when it is imported

    with jax.default_matmul_precision("highest"):
        yield


@pytest.fixture(params=["float32", pytest.param("float64", marks=pytest.mark.slow)])
def precision(request):
    """Runs the test in both precisions, in double with the long tests; the value is the name of the dtype."""
    import jax

    with jax.enable_x64(request.param == "float64"):
        yield request.param


@pytest.fixture
def unchecked():
    """Switches the run-time check of the annotations off, so that the functions' own checks are reached."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def unsealed(monkeypatch):
    """For answers that replace nothing in the checks: after each call of one, thousands of parts would be looked at."""
    from ddpm.grading import seal

    monkeypatch.setattr(seal, "_columns", [(), (), ()])


@pytest.fixture
def style():
    """The book's style of figures, on no screen."""
    import matplotlib

    matplotlib.use("agg")
    from ddpm import figures

    with matplotlib.rc_context():
        figures.use_style()
        yield
    matplotlib.pyplot.close("all")
