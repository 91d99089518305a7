"""The exercises in code of the chapter `fewer_steps` are the package's steps."""

import jax.numpy as jnp
import numpy as np

from ddpm.chapters.fewer_steps.exercises.in_code import FAMILY_STEP, SECOND_ORDER_STEP
from ddpm.level import Level
from ddpm.sample import ddim_step


def test_the_step_of_the_family_is_the_packages():
    for x, noise, c, r, c_next, r_next, sigma, z in FAMILY_STEP.cases(3)[:4]:
        eta = sigma / (r_next * np.sqrt(1 - (r_next * c / (c_next * r)) ** 2))
        x_0 = jnp.asarray((x - r * noise) / c)
        before, after = (Level(jnp.asarray(a), jnp.asarray(b)) for a, b in ((c, r), (c_next, r_next)))
        ours = ddim_step(before, after, jnp.asarray(x), x_0, jnp.asarray(z), eta)
        np.testing.assert_allclose(
            FAMILY_STEP.reference(x, noise, c, r, c_next, r_next, sigma, z), ours, rtol=1e-4, atol=1e-5
        )


def test_the_second_order_step_is_exact_for_an_image_that_is_linear_in_the_log_snr():
    """The integral of (a + b s) d(e^(s/2)) over the step, by quadrature; one step is off by the third power of h."""
    a, b, x, sigma = 0.4, -0.3, 1.7, 1.1
    errors = []
    for h in (0.2, 0.1):
        before, after = sigma * np.exp(h / 2), sigma * np.exp(-h / 2)
        s = np.linspace(0, h, 10_001)
        gained = np.trapezoid((a + b * s) * np.exp(s / 2) / (2 * sigma), s)
        exact = after * (x / sigma + gained)
        errors.append(abs(SECOND_ORDER_STEP.reference(x, a, a - b * h, before, sigma, after) - exact))
    assert 6 < errors[0] / errors[1] < 10 and errors[0] < 1e-3
