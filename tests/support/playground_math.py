"""The mathematics of the playground, called from Python, in a page of a real browser that holds nothing else."""

import numpy as np
from built_site import ROOT

FOLDER = ROOT / "book/_static/playground"
SCRIPTS = [FOLDER / f"{name}.js" for name in ("mathematics", "network", "controls", "picture", "learner", "page")]

# `m` is the mathematics, `cosine` the schedule, `set` a data set of the page as a mixture. Lists come back.
CALL = """a => {
    const m = playground.math, cosine = m.cosine(100), typed = list => Float64Array.from(list);
    const set = name => m.mixture(m.DATA[name].points, m.DATA[name].width);
    const plain = value => {
        if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value, plain);
        if (!value || typeof value !== 'object') return value;
        return Object.fromEntries(Object.keys(value).map(key => [key, plain(value[key])]));
    };
    return plain((() => { CODE })());
}"""

# A run of a sampler as the page makes it, led by the exact prediction or by a network with the weights given.
CHAIN = """
    const d = set(a.name), times = m.times(a.steps), random = m.random(a.seed, 4);
    const weights = a.weights && typed(a.weights);
    const exact = (x, t) => m.bestNoise(d, cosine, t, x), learned = (x, t) => m.networkNoise(weights, cosine, t, x);
    let x = m.random(a.seed, 3).normals(2 * a.count);
    for (let i = 0; i < a.steps; i++)
        x = m.SAMPLERS[a.sampler](cosine, times[i], times[i + 1], x, weights ? learned : exact, random);
    const draws = m.draws(d, 4 * a.count, m.random(0, 6));
    return { x, distance: m.distance(x, m.slices(draws)), outside: m.outside(d, x, draws) };"""

TRAIN = """
    const run = m.training(set(a.name), a.seed), first = run.gap();
    while (run.state.step < a.steps) run.step();
    return { first, gap: run.gap(), zero: run.zero, weights: run.state.weights };"""


def plain(value):
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def caller(page):
    """`run(code, **a)`: what JavaScript returns that uses the mathematics and the arguments `a`; arrays as lists."""
    for script in SCRIPTS[:2]:
        page.add_script_tag(path=script)
    return lambda code, **a: page.evaluate(
        CALL.replace("CODE", code), {name: plain(value) for name, value in a.items()}
    )
