"""The mathematics of the playground, run by a browser, against `ddpm`, JAX, Optax and a few lines of NumPy."""

from functools import cache, partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from playground_math import CHAIN, TRAIN, caller
from scipy.stats import ks_2samp, kstest, wasserstein_distance

import ddpm
from ddpm.level import at_time
from ddpm.mixture import log_density, mean_variance, mixture, noised, score
from ddpm.nn import MLP
from ddpm.oracle import best_noise
from ddpm.sample import ancestral_step

T = 100
NAMES = ["moons", "ring", "board", "eight", "pair"]
POINTS = np.random.default_rng(0).normal(0, 1.5, (40, 2))
FLAT = POINTS.ravel()
close = partial(np.testing.assert_allclose, rtol=1e-8, atol=1e-9)


@pytest.fixture(scope="module")
def run(browser):
    page = browser.new_page()
    yield caller(page)
    page.close()


@pytest.fixture(scope="module")
def trained(run):
    """What training gives, once for each data set, seed and number of steps."""
    return cache(lambda name, seed, steps: run(TRAIN, name=name, seed=seed, steps=steps))


@pytest.fixture(scope="module", autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def data_of(run, name):
    """A data set of the page as a mixture of the package."""
    found = run(f"return m.DATA.{name};")
    return mixture(np.array(found["points"]), found["width"] ** 2)


@pytest.mark.slow
def test_random_numbers_are_those_of_the_published_generator_and_are_random(run):
    def mulberry32(state):
        """One step in Python's integers: the new state and 32 bits."""
        state = (state + 0x6D2B79F5) % 2**32
        z = (state ^ state >> 15) * (state | 1) % 2**32
        z = z ^ (z + (z ^ z >> 7) * (z | 61)) % 2**32
        return state, z ^ z >> 14

    seed, stream, expected = 5, 3, []
    state = mulberry32((mulberry32(seed)[1] + stream * 0x9E3779B9 - 0x6D2B79F5) % 2**32)[1]
    for _ in range(5):
        state, bits = mulberry32(state)
        expected.append(bits / 2**32)
    code = "return Array.from({ length: a.count }, m.random(a.seed, a.stream)[a.kind]);"
    assert run(code, seed=seed, stream=stream, count=5, kind="uniform") == expected
    drawn = [np.array(run(code, seed=s, stream=k, count=4000, kind="normal")) for s, k in [(1, 0), (1, 1), (2, 0)]]
    for values in drawn:
        assert kstest(values, "norm").pvalue > 0.01 and abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 0.05
    assert abs(np.corrcoef(drawn)[np.triu_indices(3, 1)]).max() < 0.05
    assert kstest(run(code, seed=7, stream=7, count=4000, kind="uniform"), "uniform").pvalue > 0.01


@pytest.mark.parametrize("steps", [1, 2, 100])
def test_the_schedule(run, steps):
    found, schedule = run("return m.cosine(a.steps);", steps=steps), ddpm.cosine(steps)
    close(found["alphaBar"], schedule.alpha_bar, rtol=1e-12, atol=0)
    close(found["rest"], schedule.one_minus_alpha_bar, rtol=1e-12, atol=0)
    close(found["signal"], np.sqrt(schedule.alpha_bar), rtol=1e-12, atol=0)
    close(found["spread"], np.sqrt(schedule.one_minus_alpha_bar), rtol=1e-12, atol=0)


@jax.jit
def exact(schedule, data, x, t):
    """At the points x: the log-density at t, the score of the data, the best noise prediction at t."""
    p = noised(data, at_time(schedule, t))
    each = partial(log_density, p), partial(score, data), lambda x: best_noise(schedule, data, x, t)
    return [jax.vmap(function)(x) for function in each]


step_back = jax.jit(ancestral_step, static_argnums=5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("t", [1, 5, 40, 100])
def test_density_score_and_best_noise(run, name, t):
    schedule, data = ddpm.cosine(T), data_of(run, name)
    log_p, of_data, noise_there = map(np.asarray, exact(schedule, data, POINTS, t))
    code = "const p = m.noised(set(a.name), cosine, a.t); return a.x.map(([x, y]) => m.logDensity(p, x, y));"
    here = run(code, name=name, t=t, x=POINTS)
    close(here, log_p)
    clean = run("return m.scores(set(a.name), typed(a.x));", name=name, x=FLAT)
    close(clean, of_data.ravel())
    noise = run("return m.bestNoise(set(a.name), cosine, a.t, typed(a.x));", name=name, t=t, x=FLAT)
    close(noise, noise_there.ravel())


def test_the_shade_is_the_density(run):
    size, extent, means, width = 24, 3.0, [[1.5, 0.5], [-1.0, 1.0], [0.5, 2.0]], 0.4
    code = "return m.densityGrid(m.noised(m.mixture(a.means, a.width), cosine, 30), a.size, a.extent);"
    grid = run(code, means=means, width=width, size=size, extent=extent)
    middles = extent * ((2 * np.arange(size) + 1) / size - 1)
    places = np.stack(np.meshgrid(middles, -middles), axis=-1).reshape(-1, 2)
    close(grid, np.exp(exact(ddpm.cosine(T), mixture(means, width**2), places, 30)[0]), atol=1e-11)


@pytest.mark.parametrize("steps", [1, 3, 8, 100])
def test_the_times_of_a_sampler(run, steps):
    expected = [int(T * (steps - i) / steps + 0.5) for i in range(steps + 1)]
    assert run("return m.times(a.steps);", steps=steps) == expected


@pytest.mark.parametrize("t, s", [(100, 99), (100, 50), (37, 12), (1, 0), (100, 0)])
def test_the_ancestral_step_is_that_of_the_schedule_with_these_two_times(run, t, s):
    noise, z = np.random.default_rng(t).normal(size=(2, 40, 2))
    schedule = ddpm.cosine(T)
    ratio = schedule.alpha_bar[t] / schedule.alpha_bar[s]
    short = ddpm.Schedule.from_betas(np.array([1 - schedule.alpha_bar[s], 1 - ratio] if s else [1 - ratio]))
    code = "return m.ancestral(cosine, a.t, a.s, typed(a.x), typed(a.noise), typed(a.z));"
    found = run(code, t=t, s=s, x=FLAT, noise=noise.ravel(), z=z.ravel())
    close(found, np.ravel(step_back(short, POINTS, short.T, noise, z, "beta_tilde")), rtol=1e-6)
    if s == t - 1:
        close(found, np.ravel(step_back(schedule, POINTS, t, noise, z, "beta_tilde")), rtol=1e-6)


@pytest.mark.parametrize("t, s", [(100, 99), (100, 50), (37, 12), (1, 0)])
def test_the_steps_of_ddim_and_heun(run, t, s):
    schedule, data = ddpm.cosine(T), data_of(run, "moons")
    a_t, a_s = (float(schedule.alpha_bar[u]) for u in (t, s))
    noise = np.array(exact(schedule, data, POINTS, t)[2])
    # Song et al. (2021), equation 12, with their sigma = 0; their alpha is the book's alpha_bar
    reached = np.sqrt(a_s) * (POINTS - np.sqrt(1 - a_t) * noise) / np.sqrt(a_t) + np.sqrt(1 - a_s) * noise
    found = run("return m.ddim(cosine, a.t, a.s, typed(a.x), typed(a.noise));", t=t, s=s, x=FLAT, noise=noise.ravel())
    close(found, reached.ravel())
    # Karras et al. (2022), Algorithm 1 with no noise: their x is x_t over the signal, their sigma the spread over it
    sigma_t, sigma_s, y = np.sqrt((1 - a_t) / a_t), np.sqrt((1 - a_s) / a_s), POINTS / np.sqrt(a_t)
    there = y + (sigma_s - sigma_t) * noise
    if s > 0:
        there = y + (sigma_s - sigma_t) * (noise + exact(schedule, data, np.sqrt(a_s) * there, s)[2]) / 2
    code = """const predict = (x, t) => m.bestNoise(set('moons'), cosine, t, x), x = typed(a.x);
        return m.heun(cosine, a.t, a.s, x, predict(x, a.t), predict);"""
    close(run(code, t=t, s=s, x=FLAT), np.ravel(np.sqrt(a_s) * there), rtol=1e-7)


@pytest.mark.parametrize("sampler", ["ancestral", "ddim", "heun"])
@pytest.mark.parametrize("name", [pytest.param("moons", marks=pytest.mark.slow), "eight"])
def test_a_long_run_with_the_exact_prediction_has_the_moments_of_the_data(run, sampler, name):
    count = 4000
    found = run(CHAIN, name=name, steps=100, sampler=sampler, seed=3, count=count)
    mean, variance = (np.array(value) for value in mean_variance(data_of(run, name)))
    x = np.reshape(found["x"], (-1, 2))
    assert (abs(x.mean(0) - mean) < 4 * np.sqrt(variance / count)).all()
    error = np.std((x - mean) ** 2, axis=0) / np.sqrt(count)
    assert (abs(np.mean((x - mean) ** 2, 0) - variance) < 4 * error + 0.01 * variance).all()
    assert found["outside"] < 0.02


def test_the_distance_is_the_mean_of_wasserstein_distances_along_directions(run):
    rng = np.random.default_rng(1)
    here, there = rng.normal(size=(50, 2)), rng.normal(0.3, 1.2, size=(150, 2))
    found = run("return m.distance(typed(a.x), m.slices(typed(a.y)));", x=here.ravel(), y=there.ravel())
    angles = np.pi * np.arange(8) / 8
    along = np.stack([np.cos(angles), np.sin(angles)])
    expected = [wasserstein_distance(u, v) for u, v in zip((here @ along).T, (there @ along).T, strict=True)]
    close(found, np.mean(expected))


def test_draws_follow_the_mixture_and_one_in_a_hundred_lies_outside(run):
    draws = np.reshape(run("return m.draws(set('ring'), 4000, m.random(1));"), (-1, 2))
    reference = np.array(data_of(run, "ring").sample(jax.random.key(0), 4000))
    for axis in (0, 1):
        assert ks_2samp(draws[:, axis], reference[:, axis]).pvalue > 0.01
    code = """const d = set('ring'), cloud = seed => m.draws(d, 20000, m.random(seed));
        return m.outside(d, cloud(1), cloud(2));"""
    assert 0.0075 < run(code) < 0.0125


def network(weights) -> MLP:
    """`ddpm.nn.MLP` with the weights of the page."""
    made, arrays, at = MLP(jax.random.key(0), [2, 48, 48], T), [], 0
    for n, m in [(34, 48), (48, 48), (48, 2)]:
        arrays += [jnp.reshape(weights[at : at + n * m], (m, n)), jnp.asarray(weights[at + n * m : at + n * m + m])]
        at += n * m + m
    leaves, structure = jax.tree.flatten(eqx.filter(made, eqx.is_array))
    assert at == len(weights) and [leaf.shape for leaf in leaves] == [array.shape for array in arrays]
    return eqx.combine(jax.tree.unflatten(structure, arrays), made)


def test_the_network_is_that_of_the_package_and_its_gradient_that_of_jax(run):
    rng = np.random.default_rng(4)
    weights = np.array(run("return m.freshWeights(m.random(1, 1));"))
    weights += rng.normal(0, 0.05, len(weights))
    schedule, times, wanted = ddpm.cosine(T), rng.integers(1, T + 1, 40), rng.normal(size=(40, 2))
    at = jax.jit(lambda t: (at_time(schedule, t), jax.vmap(network(weights), (0, None))(POINTS, t)))
    for t in (1, 50, 100):
        level, v = at(t)
        close(run("return m.forward(typed(a.w), typed(a.x), a.t);", w=weights, x=FLAT, t=t), v.ravel())
        noise = run("return m.networkNoise(typed(a.w), cosine, a.t, typed(a.x));", w=weights, x=FLAT, t=t)
        close(noise, np.ravel(level.spread * POINTS + level.signal * v))

    def loss(weights):
        return jnp.mean((jax.vmap(network(weights))(POINTS, times) - wanted) ** 2)

    value, gradient = jax.jit(jax.value_and_grad(loss))(jnp.array(weights))
    code = "return m.lossAndGradient(typed(a.w), typed(a.x), a.t, typed(a.y));"
    found = run(code, w=weights, x=FLAT, t=times, y=wanted.ravel())
    close(found["loss"], value)
    close(found["gradient"], gradient, atol=1e-12)


def test_fresh_weights_are_uniform_within_glorots_bound(run):
    weights, at = np.array(run("return m.freshWeights(m.random(3, 1));")), 0
    for n, m in [(34, 48), (48, 48), (48, 2)]:
        bound = np.sqrt(6 / (n + m))
        assert kstest(weights[at : at + n * m], "uniform", (-bound, 2 * bound)).pvalue > 0.01
        assert (weights[at + n * m : at + n * m + m] == 0).all()
        at += n * m + m


def test_adam(run):
    rng = np.random.default_rng(6)
    start, gradients = rng.normal(size=50), rng.normal(size=(20, 50))
    code = """const state = { weights: typed(a.start), step: 0 };
        state.mean = new Float64Array(50);
        state.square = new Float64Array(50);
        for (const gradient of a.gradients) state.step = m.adam(state, typed(gradient));
        return state.weights;"""
    optimiser = optax.adam(lambda count: 0.01 / (1 + count / 500), b1=0.9, b2=0.99)
    state, weights = optimiser.init(start), jnp.array(start)
    for gradient in gradients:
        updates, state = optimiser.update(gradient, state)
        weights = optax.apply_updates(weights, updates)
    close(run(code, start=start, gradients=gradients), weights, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_training_comes_nearer_to_the_exact_prediction_and_what_the_page_says_of_it_holds(run, trained, seed):
    few, many = (trained("moons", seed, steps) for steps in (200, 1000))
    assert many["gap"] < many["zero"] / 10 and many["gap"] < many["first"] / 2

    # after 200 steps, at t = 20: far from the data the network is more than ten times as wrong
    data, level = data_of(run, "moons"), at_time(ddpm.cosine(T), 20)
    net = network(np.array(few["weights"]))

    @jax.jit
    def gap(x):
        noise = level.spread * x + level.signal * jax.vmap(net, (0, None))(x, 20)
        return jnp.mean((noise - jax.vmap(lambda x: best_noise(ddpm.cosine(T), data, x, 20))(x)) ** 2)

    angle = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    draws = noised(data, level).sample(jax.random.key(seed), 2000)
    assert (np.linalg.norm(draws, axis=1) > 2.8).mean() < 0.001  # hardly any x_t is there
    assert gap(2.8 * np.stack([np.cos(angle), np.sin(angle)], axis=1)) > 10 * gap(draws)

    # after 1000 steps: more steps of the sampler change little, and with the exact prediction 20 of them suffice
    chain = partial(run, CHAIN, sampler="ddim", seed=seed, count=400)
    assert chain(name="moons", steps=20)["outside"] < 0.02
    outside = [chain(name="moons", steps=steps, weights=many["weights"])["outside"] for steps in (20, 100)]
    assert min(outside) > 0.2 and abs(outside[0] - outside[1]) < 0.05


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_heun_is_the_worst_with_three_steps_and_level_with_ddim_at_fifty(run, seed):
    chain = partial(run, CHAIN, name="pair", seed=seed, count=400)
    three = {name: chain(sampler=name, steps=3) for name in ("ancestral", "ddim", "heun")}
    assert three["heun"]["distance"] > 10 * max(three[name]["distance"] for name in ("ancestral", "ddim"))
    assert np.median(np.abs(three["heun"]["x"][::2])) > 3, "they fly past the modes, which are at 2"
    ddim, heun = (chain(sampler=name, steps=50)["distance"] for name in ("ddim", "heun"))
    assert abs(ddim - heun) < 0.02


@pytest.mark.parametrize("name, seed", [("moons", 1), ("eight", 2), ("pair", 3)])
def test_the_error_of_ddim_falls_with_the_step_and_with_small_steps_that_of_heun_is_a_fraction(run, name, seed):
    code = """const fine = m.cosine(1600), d = set(a.name), exact = (x, t) => m.bestNoise(d, fine, t, x);
        const way = (sampler, n) => {
            let x = m.random(a.seed, 3).normals(200);
            for (let i = n; i > 0; i--) x = m.SAMPLERS[sampler](fine, 1600 * i / n, 1600 * (i - 1) / n, x, exact);
            return x;
        };
        const end = way('heun', 1600);
        return ['ddim', 'heun'].map(name => [400, 800].map(n => m.meanSquare(way(name, n), end) ** 0.5));"""
    ddim, heun = run(code, name=name, seed=seed)
    assert 1.8 < ddim[0] / ddim[1] < 2.2 and heun[1] < ddim[1] / 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fewer_particles_stay_outside_when_the_network_is_trained_on(run, trained, seed):
    outside = []
    for steps in (1000, 3000):
        weights = trained("moons", seed, steps)["weights"]
        found = run(CHAIN, name="moons", sampler="ddim", seed=seed, count=400, steps=20, weights=weights)
        outside.append(found["outside"])
    assert outside[1] < outside[0] - 0.03


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES[1:])
def test_training_on_all_data(trained, name, seed):
    found = trained(name, seed, 1000)
    assert found["gap"] < found["zero"] / 10 and found["gap"] < found["first"] / 2
