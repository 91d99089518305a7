"""ddpm.path: what the paths are by their papers, what follows from them, and the book's schedules as points on them."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm import Schedule, cosine, linear, sigmoid
from ddpm.path import Path, check_ends, check_times, cosine_path, edm, path_through, schedule_on, straight, ve, vp
from ddpm.precision import enable_x64


def all_paths():
    through = path_through(linear(20, 0.005, 0.5))
    return {"vp": vp(), "ve": ve(), "edm": edm(), "straight": straight(), "cosine": cosine_path(), "through": through}


# c_u and r_u as the papers have them, in many digits. The schedule's come from products of alpha.
def vp_by_paper(u):
    c = mpmath.exp(-u * u * (20 - mpmath.mpf("0.1")) / 4 - u * mpmath.mpf("0.1") / 2)
    return c, mpmath.sqrt(1 - c * c)


def cosine_by_paper(u):
    f = [mpmath.cos((v + mpmath.mpf("0.008")) / mpmath.mpf("1.008") * mpmath.pi / 2) for v in (u, 0)]
    return f[0] / f[1], mpmath.sqrt(1 - (f[0] / f[1]) ** 2)


BY_PAPER = {
    "vp": vp_by_paper,
    "ve": lambda u: (mpmath.mpf(1), mpmath.mpf("0.01") * (50 / mpmath.mpf("0.01")) ** u),
    "edm": lambda u: (mpmath.mpf(1), 80 * u),
    "straight": lambda u: (1 - u, u),
    "cosine": cosine_by_paper,
}


@jax.jit
def all_of(path, u):
    """As one program: c, r, their rates, f, g^2, the log of the ratio."""
    level = path.level(u)
    return level.signal, level.spread, *path.rates(u), path.drift(u), path.diffusion_squared(u), path.log_snr(u)


level_at = jax.jit(lambda path, u: path.level(u))
time_of = jax.jit(lambda path, level: path.time(level.spread / level.signal))
NEAR_THE_ENDS = (1e-6, 1e-3, 0.25, 0.5, 0.75, 0.999)


@pytest.mark.parametrize("name", BY_PAPER)
def test_levels_and_rates_are_those_of_the_papers_also_near_the_ends(name, precision):
    rtol = {"float32": 5e-6, "float64": 1e-13}[precision]
    path, us = all_paths()[name], np.asarray(NEAR_THE_ENDS, precision)
    with mpmath.workdps(40):
        rows = []
        for u in us:
            u, (c, r) = mpmath.mpf(float(u)), BY_PAPER[name](mpmath.mpf(float(u)))
            f = mpmath.diff(lambda v: mpmath.log(BY_PAPER[name](v)[0]), u)
            variance_rate = mpmath.diff(lambda v: BY_PAPER[name](v)[1] ** 2, u)
            rows.append([float(x) for x in (c, r, f * c, variance_rate, f, variance_rate - 2 * f * r * r)])
            rows[-1].append(float(2 * mpmath.log(c / r)))
    for got, exact in zip(all_of(path, us), np.array(rows).T, strict=True):
        # Near 1 the angle of the cosine is pi/2 less a thousandth, known to rounding of pi/2, not of the thousandth;
        # the log of the ratio passes through 0.
        np.testing.assert_allclose(got, exact, rtol=rtol, atol=rtol)
        assert got.dtype == precision


@pytest.mark.parametrize("name", ["vp", "cosine", "straight", "edm", "through"])
def test_little_noise_keeps_its_digits(name):
    """At u = 1e-6 one would otherwise subtract numbers that are 1 in float32."""
    single = level_at(all_paths()[name], np.float32(1e-6)).spread
    with enable_x64(True):
        double = level_at(all_paths()[name], np.float64(np.float32(1e-6))).spread
    assert single > 0 and float(single) == pytest.approx(float(double), rel=1e-5)


@pytest.mark.parametrize("name", all_paths())
def test_the_time_of_a_level_is_found_again(name, precision):
    path, us, atol = all_paths()[name], jnp.linspace(0, 1, 23), {"float32": 2e-5, "float64": 1e-12}[precision]
    np.testing.assert_allclose(time_of(path, level_at(path, us)), us, atol=atol)


def test_schedules_are_points_on_paths():
    with enable_x64(True):
        steep = Schedule.from_betas(np.resize([0.3, 1e-3, 0.9, 0.0], 30))
        for schedule in (linear(30), cosine(30), sigmoid(30), steep):
            path, t = path_through(schedule), np.arange(31)
            signal, spread, *_ = all_of(path, t / 30)
            np.testing.assert_allclose(signal**2, schedule.alpha_bar, rtol=1e-12)
            np.testing.assert_allclose(spread**2, schedule.one_minus_alpha_bar, rtol=1e-12)
            np.testing.assert_allclose(schedule_on(path, 30).beta, schedule.beta, rtol=1e-9, atol=1e-14)
            # between its points noise is only ever added, and the slope from the left is the one from the right
            assert np.all(np.diff(all_of(path, np.linspace(0, 1, 1201))[0]) <= 0)
            left, right = (np.asarray(all_of(path, t[1:-1] / 30 + side)[3]) for side in (-1e-12, 1e-12))
            np.testing.assert_allclose(left, right, rtol=1e-6, atol=1e-8)
        assert schedule_on(path_through(Schedule.from_betas([0.3])), 1).beta[1] == pytest.approx(0.3)


@pytest.mark.slow
def test_known_schedules_on_known_paths():
    with enable_x64(True):
        np.testing.assert_allclose(schedule_on(cosine_path(), 50).beta[:-1], cosine(50).beta[:-1], rtol=1e-10)
        assert schedule_on(cosine_path(), 50).beta[-1] == 1  # where `cosine` keeps 0.001
        # T small steps of the linear schedule come to the path as 1 / T
        apart = [
            np.max(np.abs(schedule_on(vp(), T).beta / linear(T, 0.1 / T, 20 / T).beta - 1)[T // 2 :])
            for T in (500, 1000)
        ]
        assert apart[0] == pytest.approx(2 * apart[1], rel=0.1) and apart[1] < 0.02
        # on a path with c = 1 the levels are scaled: what counts is the ratio of signal and noise
        np.testing.assert_allclose(schedule_on(edm(3.0), 7).snr[1:], 1 / (3 * np.arange(1, 8) / 7) ** 2, rtol=1e-12)


@given(beta_min=st.floats(1e-3, 5), more=st.floats(0, 30), u=st.floats(0.01, 1), v=st.floats(0.01, 1))
def test_the_drift_and_the_diffusion_are_those_of_the_sde(beta_min, more, u, v):
    """c and r solve c' = f c and (r^2)' = 2 f r^2 + g^2: seen by integrals from v to u, not by the derivatives."""
    with enable_x64(True):
        nodes, weights = np.polynomial.legendre.leggauss(20)
        s = np.array([v, *(v + (u - v) * (nodes + 1) / 2), u])
        c, r, _, _, f, g_2, _ = map(np.asarray, all_of(vp(beta_min, beta_min + more), s))
        np.testing.assert_allclose(g_2, beta_min + s * more, rtol=1e-9)
        weights = np.array([0, *weights, 0]) * (u - v) / 2
        assert np.log(c[-1] / c[0]) == pytest.approx(np.sum(weights * f), rel=1e-9, abs=1e-12)
        grown = np.sum(weights * (2 * f * r**2 + g_2))
        assert r[-1] ** 2 - r[0] ** 2 == pytest.approx(grown, rel=1e-9, abs=1e-9)


def test_paths_are_data():
    """Under jit one program serves all paths of a kind; u may be an array; out of range is NaN there."""
    programs = jax.jit(lambda path, u: path.diffusion_squared(u))
    np.testing.assert_allclose(programs(vp(), 0.5), 10.05, rtol=1e-6)
    np.testing.assert_allclose(programs(vp(0.2, 10), 0.5), 5.1, rtol=1e-6)
    assert programs._cache_size() == 1
    assert np.isnan(programs(vp(), 1.1)) and np.isnan(programs(vp(), -0.1))
    assert jax.jit(jax.vmap(vp().level))(jnp.linspace(0, 1, 5)).signal.shape == (5,)

    def there_and_back(u):
        return straight().time(straight().level(u).spread / straight().level(u).signal)

    derivative = jax.jit(jax.grad(there_and_back))(0.3)
    assert derivative == pytest.approx(1, rel=1e-5)


def test_what_is_wrong_is_said(unchecked):
    for u in (-0.1, 1.001, 2, np.nan, [0.5, 1.5]):
        for method in ("level", "rates", "drift", "diffusion_squared", "log_snr"):
            with pytest.raises(ValueError, match=r"u must lie in \[0, 1\], from the data to the noise"):
                getattr(vp(), method)(u)
    for path in (straight(), cosine_path()):
        with pytest.raises(ValueError, match="nothing is left of x_0 at u = 1.*drift is infinite"):
            path.drift(1)
    with pytest.raises(ValueError, match="is 0.01 to 50 on this path; there is no u at which it is 60"):
        ve().time(60.0)
    assert np.isnan(jax.jit(lambda sigma: ve().time(sigma))(60.0)) and vp().time(0.0) == 0
    for wrong, said in [
        (lambda: vp(0.0, 1.0), "0 < beta_min <= beta_max"),
        (lambda: vp(0.1, np.inf), "beta_max=inf"),
        (lambda: vp(20, 0.1), "beta_min=20"),
        (lambda: ve(1.0, 1.0), "0 < sigma_min < sigma_max"),
        (lambda: ve(0.0, 1.0), "sigma_min=0.0"),
        (lambda: ve(0.1, np.inf), "sigma_max=inf"),
        (lambda: edm(0.0), "sigma_max > 0"),
        (lambda: edm(np.inf), "sigma_max > 0"),
        (lambda: cosine_path(-0.1), "s >= 0"),
        (lambda: cosine_path(np.inf), "s >= 0"),
        (lambda: path_through(Schedule.from_betas([0.5, 1.0])), "alpha_bar_2 = 0"),
        (lambda: schedule_on(ve(), 10), "begins at the data, and this path with noise of variance 0.0001"),
        (lambda: schedule_on(vp(), 0), "at least 1"),
        (lambda: check_times(np.array([0.0])), "at least two"),
        (lambda: check_times(np.array([0.0, 0.5, 0.5])), "all rise.*or all fall"),
        (lambda: check_times(np.array([0.5, 0.5, 0.0])), "all rise.*or all fall"),
        (lambda: check_times(np.array([0.0, 1.0]), rising=False), "must all fall, towards the data"),
        (lambda: check_times(np.array([0.0, 1.1])), r"\[0, 1\]"),
    ]:
        with pytest.raises(ValueError, match=said):
            wrong()
    with pytest.raises(TypeError, match=r"path_through\(schedule\)"):
        check_ends(linear(10))


def test_what_is_just_right():
    assert (vp(2.0, 2.0).beta_max, edm(0.5).sigma_max, cosine_path(0.0).b) == (2.0, 0.5, 0.0)
    assert cosine_path(1.0).b == pytest.approx(np.pi / 4)
    assert schedule_on(straight(), 1).alpha_bar.tolist() == [1.0, 0.0]


def test_a_path_must_run_from_data_to_noise():
    for path in (vp(), ve(), edm(), straight(), cosine_path(), path_through(linear())):
        check_ends(path)
        jax.jit(check_ends)(path)
    with pytest.raises(ValueError, match="does not end at noise.*0.22"):
        check_ends(path_through(linear(300)))  # alpha_bar_300 = 0.047
    with pytest.raises(ValueError, match="does not begin at the data.*0.1"):
        check_ends(ve(0.1))


def test_a_path_of_ones_own():
    class Square(Path):
        def moments(self, u):
            return 1 - u**2, u**4

        def clock(self, sigma):
            return jnp.sqrt(sigma / (1 + sigma))

    assert Square().drift(0.5) == pytest.approx(-1 / 0.75) and Square().time(1.0) == pytest.approx(0.5**0.5)


def test_a_path_of_ones_own_has_both_methods():
    class Levels(Path):
        def moments(self, u):
            return 1 - u, u**2

    class Clock(Path):
        def clock(self, sigma):
            return sigma / (1 + sigma)

    for kind in (Path, Levels, Clock):
        with pytest.raises(TypeError, match="abstract"):
            kind()


def test_the_ends_of_a_path_are_seen_at_any_scale():
    class Scaled(Path):
        scale: float
        noise_of_data: float
        data_of_noise: float

        def moments(self, u):
            return self.scale * (1 - u + self.data_of_noise * u), (self.scale * (self.noise_of_data * (1 - u) + u)) ** 2

        def clock(self, sigma):
            return (sigma - self.noise_of_data) / (1 - self.noise_of_data + sigma * (1 - self.data_of_noise))

    for scale in (0.1, 10.0):
        path = Scaled(scale, 0.04, 0.04)
        check_ends(path)
        assert path.time(1.0) == pytest.approx(0.5)
        for wrong, said in (((0.06, 0.04), "does not begin at the data.*0.06"), ((0.04, 0.06), "end at noise.*0.06")):
            with pytest.raises(ValueError, match=said):
                check_ends(Scaled(scale, *wrong))
