// The mathematics of the playground: pure functions of numbers, which know nothing of the page. Points of the plane lie
// one after the other in a Float64Array: x, y, x, y, ... The tests compare them with the package `ddpm`.
// It is one function, so that its text can be handed to a worker (trainer.js).
"use strict";

(globalThis.playground ??= {}).mathematics = function mathematics() {
  const T = 100;

  // Random numbers: mulberry32 (T. Ettinger, public domain), a counter and a mixing of its bits. Each use of a seed
  // has a stream of its own, so that none shifts another. Normal numbers after Box and Muller.
  function mixed(z) {
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }

  function random(seed, stream = 0) {
    let state = mixed(mixed(seed + 0x6d2b79f5) + Math.imul(stream, 0x9e3779b9)), spare = null;
    const uniform = () => mixed((state = (state + 0x6d2b79f5) >>> 0)) / 4294967296;
    const normal = () => {
      if (spare !== null) {
        const kept = spare;
        spare = null;
        return kept;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform())), angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    };
    return { uniform, normal, normals: (count) => Float64Array.from({ length: count }, normal) };
  }

  // The cosine schedule (Nichol and Dhariwal 2021, eq. 17), as ddpm.cosine has it. Arrays over time have T + 1
  // entries, and the index is the paper's t. `signal` and `spread` are the square roots of alpha_bar and the rest.
  function cosine(steps) {
    const f = (t) => Math.cos(((Math.PI / 2) * (t / steps + 0.008)) / 1.008) ** 2;
    const alphaBar = [1], rest = [0];
    for (let t = 1, log = 0; t <= steps; t++) {
      log += Math.log1p(-Math.min(Math.max(1 - f(t) / f(t - 1), 0), 0.999));
      alphaBar.push(Math.exp(log));
      rest.push(-Math.expm1(log));
    }
    return { T: steps, alphaBar, rest, signal: alphaBar.map(Math.sqrt), spread: rest.map(Math.sqrt) };
  }

  // The data: equal Gaussians about the points `means`, all of one variance.
  const list = (count, f) => Array.from({ length: count }, (_, i) => f(i));
  const circle = (angle, radius) => [radius * Math.cos(angle), radius * Math.sin(angle)];
  const ring = (count, radius) => list(count, (i) => circle((2 * Math.PI * i) / count, radius));
  const square = (n) => list(n * n, (i) => [(i % n) - (n - 1) / 2, Math.floor(i / n) - (n - 1) / 2]);
  const moon = list(24, (i) => circle((Math.PI * i) / 23, 1.25)).map(([x, y]) => [x - 0.625, y - 0.3125]);
  const black = square(4).filter(([x, y]) => (x + y) % 2 === 0);
  const DATA = {
    moons: { width: 0.1, points: [...moon, ...moon.map(([x, y]) => [-x, -y])] },
    ring: { width: 0.12, points: ring(40, 1.4) },
    board: { width: 0.14, points: black.flatMap(([x, y]) => square(3).map(([a, b]) => [x + 0.3 * a, y + 0.3 * b])) },
    eight: { width: 0.15, points: ring(8, 1.6) },
    pair: { width: 0.15, points: [[-2, 0], [2, 0]] },
    own: { width: 0.12, points: [] },
  };

  const mixture = (points, width) => ({ means: Float64Array.from(points.flat()), variance: width * width });

  // The distribution of x_t: the means shrink by the signal, and the variance of the noise is added.
  const noised = ({ means, variance }, { alphaBar, rest, signal }, t) => ({
    means: means.map((m) => signal[t] * m),
    variance: alphaBar[t] * variance + rest[t],
  });

  function logDensity({ means, variance }, x, y) {
    const exponent = (k) => -((x - means[k]) ** 2 + (y - means[k + 1]) ** 2) / (2 * variance);
    let top = -Infinity, sum = 0;
    for (let k = 0; k < means.length; k += 2) top = Math.max(top, exponent(k));
    for (let k = 0; k < means.length; k += 2) sum += Math.exp(exponent(k) - top);
    return top + Math.log(sum) - Math.log(means.length / 2) - Math.log(2 * Math.PI * variance);
  }

  // The score, the gradient of log q(x_t), at many points: by Bayes the mean of (m_k - x) / variance over the k that
  // x may have come from.
  function scores({ means, variance }, points) {
    const out = new Float64Array(points.length), share = new Float64Array(means.length / 2);
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i], y = points[i + 1];
      let top = -Infinity, total = 0, u = 0, v = 0;
      for (let k = 0, j = 0; j < means.length; k++, j += 2) {
        const a = x - means[j], b = y - means[j + 1];
        share[k] = -(a * a + b * b) / (2 * variance);
        if (share[k] > top) top = share[k];
      }
      for (let k = 0, j = 0; j < means.length; k++, j += 2) {
        const r = Math.exp(share[k] - top);
        total += r;
        u += r * (means[j] - x);
        v += r * (means[j + 1] - y);
      }
      out[i] = u / total / variance;
      out[i + 1] = v / total / variance;
    }
    return out;
  }

  // The best noise prediction, E[noise | x_t] = -spread times the score.
  function bestNoise(data, schedule, t, points) {
    return scores(noised(data, schedule, t), points).map((s) => -schedule.spread[t] * s);
  }

  // The density on a square grid, rows from above, over [-extent, extent]: a round Gaussian is a product of one in x
  // and one in y, so few exponentials are needed.
  function densityGrid({ means, variance }, size, extent) {
    const grid = new Float64Array(size * size), count = means.length / 2, across = new Float64Array(size);
    const place = (i) => extent * ((2 * i + 1) / size - 1), height = 1 / (2 * Math.PI * variance * count);
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < size; i++) across[i] = height * Math.exp(-((place(i) - means[2 * k]) ** 2) / (2 * variance));
      for (let row = 0; row < size; row++) {
        const down = Math.exp(-((-place(row) - means[2 * k + 1]) ** 2) / (2 * variance));
        if (down < 1e-12) continue;
        for (let i = 0, at = row * size; i < size; i++, at++) grid[at] += down * across[i];
      }
    }
    return grid;
  }

  // Draws from the data, and x_t = signal x_0 + spread noise.
  function draws({ means, variance }, count, { uniform, normal }) {
    const out = new Float64Array(2 * count), width = Math.sqrt(variance);
    for (let i = 0; i < out.length; i += 2) {
      const k = 2 * Math.floor((uniform() * means.length) / 2);
      out[i] = means[k] + width * normal();
      out[i + 1] = means[k + 1] + width * normal();
    }
    return out;
  }

  const mix = (x_0, noise, { signal, spread }, t) => x_0.map((x, i) => signal[t] * x + spread[t] * noise[i]);

  // The times of a sampler: from T to 0 in `steps` steps as even as whole numbers allow.
  const times = (steps) => Array.from({ length: steps + 1 }, (_, i) => Math.round((T * (steps - i)) / steps));

  // From x_t to x_s, s < t. DDIM without noise (Song et al. 2021, eq. 12): the image that the prediction stands for,
  // noised again with the same noise.
  function ddim({ signal, spread }, t, s, x, noise) {
    return x.map((value, i) => (signal[s] / signal[t]) * (value - spread[t] * noise[i]) + spread[s] * noise[i]);
  }

  // The ancestral step (Ho et al. 2020, Algorithm 2) over the gap from t to s as if it were one step of the forward
  // process, with its posterior's variance; z is standard normal.
  function ancestral({ alphaBar, rest, spread }, t, s, x, noise, z) {
    const alpha = alphaBar[t] / alphaBar[s], beta = 1 - alpha, sigma = Math.sqrt((rest[s] / rest[t]) * beta);
    return x.map((value, i) => (value - (beta / spread[t]) * noise[i]) / Math.sqrt(alpha) + sigma * z[i]);
  }

  // Heun's step on the probability-flow ODE d(x / signal) = noise d(spread / signal) (Karras et al. 2022, Algorithm 1):
  // DDIM is Euler's. The prediction is averaged over both ends of the step, but for the last, where no noise is left.
  function heun(schedule, t, s, x, noise, predict) {
    const reached = ddim(schedule, t, s, x, noise);
    if (s === 0) return reached;
    const there = predict(reached, s);
    return ddim(schedule, t, s, x, noise.map((value, i) => (value + there[i]) / 2));
  }

  const SAMPLERS = {
    ancestral: (schedule, t, s, x, predict, { normals }) => {
      return ancestral(schedule, t, s, x, predict(x, t), normals(x.length));
    },
    ddim: (schedule, t, s, x, predict) => ddim(schedule, t, s, x, predict(x, t)),
    heun: (schedule, t, s, x, predict) => heun(schedule, t, s, x, predict(x, t), predict),
  };

  // How far two clouds of points are apart: the sliced Wasserstein distance. In each of 8 directions all points move
  // along that direction alone, in order, onto the other cloud; the mean way. `reference` holds `ratio` times as many.
  const DIRECTIONS = list(8, (i) => circle((Math.PI * i) / 8, 1));
  const each = (points, f) => Float64Array.from(list(points.length / 2, (i) => f(points[2 * i], points[2 * i + 1])));
  const slices = (points) => DIRECTIONS.map(([c, s]) => each(points, (x, y) => c * x + s * y).sort());

  function distance(points, reference) {
    const ratio = reference[0].length / (points.length / 2);
    let sum = 0;
    slices(points).forEach((slice, d) => {
      const other = reference[d];
      for (let j = 0; j < other.length; j++) sum += Math.abs(slice[Math.floor(j / ratio)] - other[j]);
    });
    return sum / (DIRECTIONS.length * reference[0].length);
  }

  // Where fresh draws are rare: the share of the points whose density is lower than that of all but a hundredth of
  // the draws. Of fresh draws it is a hundredth.
  function outside(p, points, fresh) {
    const logs = (cloud) => each(cloud, (x, y) => logDensity(p, x, y));
    const known = logs(fresh).sort(), limit = known[Math.ceil(known.length / 100)];
    return logs(points).filter((value) => value < limit).length / (points.length / 2);
  }

  const meanSquare = (a, b) => a.reduce((sum, value, i) => sum + (value - (b ? b[i] : 0)) ** 2, 0) / a.length;

  return {
    T, DATA, SAMPLERS, random, cosine, mixture, noised, logDensity, scores, bestNoise, densityGrid, draws, mix, times,
    ddim, ancestral, heun, slices, distance, outside, meanSquare,
  };
};
