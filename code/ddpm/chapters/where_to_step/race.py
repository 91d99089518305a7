"""Runs of many lengths by one compiled program: steps that go nowhere make all of them equally long."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ddpm.predict import convert_at
from ddpm.sample import ddim, ddim_step, dpm_solver

LONGEST = 60


def finish(path, field, x, times, weights=None):
    """Where `dpm_solver` takes each row of x, shape (n, 2), on a grid of at most 60 steps; DDIM without weights.

    Args:
        field: (x, u) -> velocity, which serves here as a prediction of that kind.
        times: falling. weights: one for each step.
    """
    weights = np.zeros(len(times) - 1) if weights is None else np.asarray(weights)
    return _finish(path, field, x, _longest(times), np.pad(weights, (LONGEST - len(weights), 0)))


@eqx.filter_jit
def _finish(path, field, x, times, weights):
    return jax.vmap(lambda x: dpm_solver(path, field, x, times, "velocity", weights)[0])(x)


def noisy_finish(keys, path, field, x, times, eta):
    """Where `ddim` takes each row of x, with its own key, on a grid of at most 60 steps."""
    return _noisy_finish(keys, path, field, x, _longest(times), jnp.asarray(eta))


def _longest(times):
    return np.pad(np.asarray(times), (LONGEST - (len(times) - 1), 0), mode="edge")


@eqx.filter_jit
def _noisy_finish(keys, path, field, x, times, eta):
    return jax.vmap(lambda key, x: ddim(key, path, field, x, times, eta, "velocity")[0])(keys, x)


@eqx.filter_jit
def walk(path, predict_noise, x, asked, held, reached):
    """DDIM by one who may err: in each step the network is asked at the time `asked`, x is taken to be at the level of
    the time `held`, and is moved to that of `reached`. All are arrays, one entry for each step."""

    def step(x, times):
        u, before, after = times
        at, to = (path.level(time) for time in (before, after))
        noise = jax.vmap(predict_noise, (0, None))(x, u)
        x_0 = convert_at(at, x, noise, "noise", "x_0")
        return ddim_step(at, to, x, x_0, jnp.zeros_like(x)), None

    return jax.lax.scan(step, x, (asked, held, reached))[0]


def with_idle_steps(rows, T, steps):
    """Rows of t, asked, held and reached, as u = t / T and `steps` long: idle steps in front hold x where it begins."""
    rows = np.array(rows, float) / T
    return np.concatenate([np.full((3, steps - rows.shape[1]), rows[1, 0]), rows], 1)
