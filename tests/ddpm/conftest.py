"""What the tests of the numeric core share."""

import jax
import jaxtyping
import pytest


@pytest.fixture(autouse=True, scope="module")
def full_products():
    """Products of matrices in the precision of their arrays, by which the tolerances are set; a GPU takes fewer
    digits unless told."""
    with jax.default_matmul_precision("highest"):
        yield


@pytest.fixture(params=["float32", "float64"])
def precision(request):
    """Runs the test in both precisions; the value is the name of the dtype."""
    with jax.enable_x64(request.param == "float64"):
        yield request.param


@pytest.fixture
def unchecked():
    """Switches the run-time check of the annotations off, so that the functions' own checks are reached."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


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
