"""What is taken where nothing is said: a promise, since such a call must go on meaning the same."""

import inspect

import pytest

import ddpm
from ddpm import bound, boxes, data, evaluate, inverse, likelihood, nn, oracle, path, sample, scale, train
from ddpm.bound import exact, terms
from ddpm.measure import roofline, timing
from ddpm.pretrained import judged

PIXELS = dict(values=256, low=-1.0, high=1.0)
TO_NOISE = dict(start=0.0, end=1.0, tolerance=None)
NETWORK = dict(shape=(8, 8), classes=10, dropout=0.0)
GAUSS = {function: dict(points=64) for function in (exact.step_terms, exact.kl_terms, terms.prior_term)}
ON_A_GRID = dict(points=512)
DEFAULTS = {
    # of papers
    ddpm.linear: dict(T=1000, beta_1=1e-4, beta_T=0.02),  # Ho et al. 2020, section 4
    ddpm.cosine: dict(s=0.008),  # Nichol and Dhariwal 2021
    ddpm.sigmoid: dict(start=-3.0, end=3.0, tau=1.0),  # Jabri et al. 2023
    path.vp: dict(beta_min=0.1, beta_max=20.0),  # Song et al. 2021, appendix C
    path.ve: dict(sigma_min=0.01, sigma_max=50.0),
    path.edm: dict(sigma_max=80.0),  # Karras et al. 2022, table 1
    path.cosine_path: dict(s=0.008),
    sample.karras: dict(rho=7.0),
    train.logit_normal_times: dict(mean=0.0, deviation=1.0),  # Esser et al. 2024
    train.labelled: dict(untold=0.1, reach=0.0, cell=0.0),  # Ho and Salimans 2022
    evaluate.precision: dict(k=3),  # Kynkaanniemi et al. 2019
    evaluate.coverage: dict(k=5),  # Naeem et al. 2020
    evaluate.expected_coverage: dict(k=5),
    boxes.checkerboard: dict(scale=0.45),  # Lipman et al. 2024
    # an interval of 95%
    bound.variance_ratio: dict(z=1.96),
    evaluate.confidence_interval: dict(z=1.96),
    # how exact, and how long
    **GAUSS,
    terms.denoising_term: dict(points=64),
    exact.negative_log_likelihood: ON_A_GRID,
    exact.entropy: ON_A_GRID,
    exact.fit_model_first: ON_A_GRID,
    oracle.optimal_loss: dict(draws=10_000),
    oracle.excess_loss: dict(draws=10_000),
    evaluate.held_out_bits: dict(start=1e-3, steps=64),
    evaluate.bootstrapped: dict(draws=100),
    evaluate.sliced_wasserstein: dict(directions=200),
    roofline.race: dict(seconds=0.2),
    timing.compare: dict(repetitions=51, seconds=1.0),
    timing.measure: dict(repetitions=51, seconds=1.0),
    # of samplers and of training
    sample.ddim: dict(eta=0.0),
    sample.ddim_step: dict(eta=0.0),
    sample.encode: TO_NOISE,
    sample.decode: TO_NOISE,
    sample.fit_grid: dict(updates=400, rate=0.05, fit_weights=True),
    sample.labelled_sample: dict(steps=100, guidance=None, eta=1.0, interval=None),
    inverse.replacement: dict(eta=1.0),
    train.train: dict(batch=128, average=None, chunk=1000, mesh=None),
    train.program_text: dict(batch=128, mesh=None),
    scale.fit: dict(every=1000, batch=128, average=None, mesh=None),
    scale.Images: dict(seed=0),
    # of data and networks
    data.digits: dict(seed=0),
    judged.court: dict(seed=0),
    judged.Court.floor: dict(seed=0),
    likelihood.dequantise: PIXELS,
    likelihood.offset: PIXELS,
    likelihood.bits_per_dimension: PIXELS,
    nn.ConvUNet: NETWORK | dict(widths=(32, 64)),
    nn.ResidualMLP: NETWORK | dict(width=256, depth=4),
    nn.PatchTransformer: NETWORK | dict(width=96, depth=4, heads=4),
}


@pytest.mark.parametrize("function", DEFAULTS, ids=lambda function: function.__name__)
def test_what_is_left_out(function):
    parameters = inspect.signature(function).parameters
    assert {name: parameters[name].default for name in DEFAULTS[function]} == DEFAULTS[function]
