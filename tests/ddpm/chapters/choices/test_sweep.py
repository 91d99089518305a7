"""The sweep: what is stored is found, refused when stale, and gone on with; kinds and weights are the package's."""

import json
import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import ddpm
from ddpm.chapters.choices import __main__ as command
from ddpm.chapters.choices import plan, said, stored
from ddpm.chapters.choices.digits import RECIPE as OF_DIGITS
from ddpm.chapters.choices.glyphs import (
    RECIPE,
    SaysNoise,
    _draw_evenly,
    names_of,
    nats_lost,
    path_of,
    schedule_of,
    shares_off,
)
from ddpm.chapters.choices.networks import Small
from ddpm.chapters.choices.settings import BASE, all_of, on_digits, on_glyphs
from ddpm.chapters.choices.variances import losses, mean_place, terms, variance_of
from ddpm.data import glyphs
from ddpm.level import noised
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path
from ddpm.predict import convert_at
from ddpm.train import start, train


def test_all_that_is_planned_is_stored_with_how_it_was_made():
    entries = stored.load()
    assert entries.keys() == {stored.key_of(job.place, job.setting, job.recipe) for job in plan.jobs()}
    for entry in entries.values():
        made = entry["made"]
        assert made.keys() - {"seconds"} == {"date", "device", "jax", "numpy", "python"} and made.get("seconds", 1) > 0
        assert all(math.isfinite(x) for values in entry["measured"].values() for x in values)


def test_what_is_stale_is_refused_in_words(tmp_path):
    file = tmp_path / "results.json"
    with pytest.raises(ValueError, match="has no result of .* but none. .*`make choices` makes what is missing"):
        stored.read("glyphs", {"kind": "v"}, {"steps": 2}, file)
    stored.add({}, "glyphs", {"kind": "v"}, {"steps": 1}, {"nats": [1.0]}, 2.0, file)
    assert stored.read("glyphs", {"kind": "v"}, {"steps": 1}, file) == {"nats": [1.0]}
    with pytest.raises(ValueError, match="made with {'steps': 2}, but one made with {'steps': 1}"):
        stored.read("glyphs", {"kind": "v"}, {"steps": 2}, file)


def test_the_command_measures_what_is_missing_and_drops_what_nobody_asks_for(tmp_path, monkeypatch, capsys):
    file, measured = tmp_path / "results.json", []

    def job(n):
        return plan.Job("place", {"n": n}, {}, f"number {n}", lambda: measured.append(n) or {"value": [float(n)]})

    for wanted in ([1, 2], [2, 3]):
        monkeypatch.setattr(command, "jobs", lambda wanted=wanted: [job(n) for n in wanted])
        assert command.main(file) == 0
    assert measured == [1, 2, 3] and [e["setting"]["n"] for e in json.loads(file.read_text())] == [2, 3]
    assert "1 of 2 settings are there" in capsys.readouterr().out


def test_each_setting_differs_from_its_base_in_what_it_is_named_for():
    for contexts in on_glyphs().values():
        for base, others in contexts.values():
            assert all(sum(a != b for a, b in zip(vars(base).values(), vars(s).values())) == 1 for s in others.values())
    assert all_of(on_glyphs())[0] == all_of(on_digits())[0] == BASE and BASE.label() == "base"
    left_out = {*all_of(on_glyphs())} - {*all_of(on_digits())}
    assert on_digits().keys() == on_glyphs().keys() and {s.average for s in left_out} == {0.999}


def test_on_the_digits_the_longest_average_would_be_that_of_the_base():
    """The weights wander; the average of the last of so few steps is the same, and with a shorter one it is not."""

    def draw(key, batch):
        return jax.random.normal(key, (batch,))

    begun = start(jax.random.key(0), jnp.zeros(()), optax.sgd(0.1))
    options = dict(steps=OF_DIGITS["steps"], batch=1)
    ends = [
        float(
            train(begun, lambda x, key, batch: x * batch.mean(), draw, optax.sgd(0.1), average=average, **options)[
                0
            ].average
        )
        for average in (0.9, BASE.average, 0.999)
    ]
    assert ends[1] == ends[2] != ends[0]


def test_kinds_are_those_of_the_package():
    path, u, rng = cosine_path(), jnp.asarray(0.4), np.random.default_rng(0)
    x_0, noise = jnp.asarray(rng.normal(size=(2, 3)), jnp.float32)
    level = path.level(u)
    x = noised(level, x_0, noise)

    @jax.jit
    def there_and_back(i):
        value = said.target(i, level, x_0, noise)
        return value, said.noise_said(i, level, x, value)

    for i, kind in enumerate(said.KINDS):
        value, back = there_and_back(i)
        np.testing.assert_allclose(value, convert_at(level, x, noise, "noise", kind), rtol=1e-4)
        np.testing.assert_allclose(back, noise, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ["cosine", "linear", "sigmoid"])
def test_the_rate_of_the_log_snr_is_its_slope(name):
    path, h = path_of(name), 1e-3
    for u in (0.2, 0.5, 0.8):
        slope = float(path.log_snr(u - h) - path.log_snr(u + h)) / (2 * h)
        assert float(said.log_snr_rate(path, jnp.asarray(u))) == pytest.approx(slope, rel=0.02)
        schedule = schedule_of(name)(200)  # which the path is sampled with
        assert float(path.level(u).signal) ** 2 == pytest.approx(float(schedule.alpha_bar[round(200 * u)]), abs=0.03)
    on_cosine = said.as_on_cosine(cosine_path(0), jnp.asarray(0.3))
    assert float(on_cosine) == pytest.approx(1, rel=1e-5)


def test_drawn_evenly_the_bound_weighs_errors_of_the_noise_alike():
    """Its factor at uniform times, times how much of [0, 1] a share of the draws takes: 23 / 2 at every level."""
    shares, path = jnp.linspace(0.02, 0.98, 25), path_of("even")

    noise, bound = (jnp.asarray(i) for i in (said.KINDS.index("noise"), said.WEIGHTS.index("bound")))

    @jax.jit
    @jax.vmap
    def of(share):
        u, slope = jax.value_and_grad(lambda s: _draw_evenly(path, lambda *_: (None, s, None), None, 1)[1])(share)
        return path.log_snr(u), said.factor(noise, bound, path, u) * slope

    log_snr, factors = of(shares)
    np.testing.assert_allclose(log_snr, 13 - 23 * shares, atol=1e-3)
    np.testing.assert_allclose(factors[5:-8], 11.5, rtol=1e-3)  # where neither the factor nor the signal is cut
    assert names_of(replace(BASE, path="even", weight="bound")) == ("v", "simple")


def test_the_place_is_found_again_in_the_nats():
    schedule, place = ddpm.cosine(5), 0.3
    loss = place * np.asarray(schedule.alpha_bar)
    nats = terms(schedule, loss, variance_of("beta_tilde", schedule, loss), 4).sum()
    assert mean_place(schedule, nats, 4) == pytest.approx(place, rel=1e-3)
    nats = terms(schedule, loss * np.arange(6), variance_of("beta_tilde", schedule, loss), 4).sum()
    more = np.asarray(schedule.beta / schedule.posterior_variance - 1)[2:]
    assert mean_place(schedule, nats, 4) == pytest.approx(place * np.average(np.arange(2, 6), weights=more), rel=1e-3)


class Best(Small):
    """The best predictor of the glyphs in the place of a network; off by a constant."""

    best: PathOracle
    off: jax.Array

    def __init__(self, off):
        self.layers, self.features, self.off = (), "none", off
        best = PathOracle(cosine_path(), glyphs())
        self.best = jax.tree.map(lambda a: jnp.broadcast_to(a, (*off.shape, *a.shape)), best)  # one for each

    def __call__(self, x, u):
        return self.best(x, u) + self.off


@pytest.mark.slow
def test_the_nats_of_known_predictors():
    """0 of the best; of one that is off by 0.1 in every pixel, half of 9 * 0.01 over a range of 12."""
    networks = SaysNoise(Best(jnp.array([0.0, 0.1])), jnp.asarray(said.KINDS.index("noise")), cosine_path())
    found = nats_lost(networks, RECIPE["range"], RECIPE["levels"], 10)
    np.testing.assert_allclose(found, [0, 0.54], atol=1e-5)
    exact = SaysNoise(Best(jnp.zeros(())), jnp.asarray(said.KINDS.index("noise")), cosine_path())
    assert shares_off(exact, ddpm.cosine(50)) < 0.05


def test_the_terms_are_kl_divergences_on_average():
    """Drawn: the divergence of two Gaussians, its mean over errors of the noise of a known size."""
    schedule, rng = ddpm.cosine(5), np.random.default_rng(0)
    loss = np.array([0, 0.3, 0.2, 0.25, 0.15, 0.1])
    for name in ("beta", "optimal"):
        sigma_2 = variance_of(name, schedule, loss)
        found = terms(schedule, loss, sigma_2, 4)
        for t in range(2, 6):
            error = rng.normal(0, np.sqrt(loss[t]), (20_000, 4))
            b, a, total = float(schedule.beta[t]), float(schedule.alpha[t]), float(schedule.one_minus_alpha_bar[t])
            tilde = float(schedule.posterior_variance[t])
            means = (b / np.sqrt(a * total) * error) ** 2
            drawn = 0.5 * (np.log(sigma_2[t] / tilde) + (tilde + means) / sigma_2[t] - 1).sum(1)
            assert abs(found[t - 2] - drawn.mean()) < 5 * drawn.std() / np.sqrt(len(drawn)) + 1e-3 * drawn.mean()
    assert (losses(schedule, draws=20)[1:] > 0).all()
