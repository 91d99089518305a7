// The network of the playground and its training: pure functions again, over those of mathematics.js; and the program
// of the worker that trains. A worker is made from the text of the functions, so that it also runs in a page that was
// opened from a file.
"use strict";

playground.networkOver = function networkOver(math) {
  const { T, random, cosine, draws, mix, bestNoise, meanSquare } = math;
  const FEATURES = 32, HIDDEN = 48, SIZES = [2 + FEATURES, HIDDEN, HIDDEN, 2];

  // The network, ddpm.nn.MLP: x_t and sines and cosines of t / T in, two hidden layers with SiLU, and out a value v.
  // The noise is spread x_t + signal v (Salimans and Ho 2022): at t = T, where x_t is nearly all noise, that is nearly
  // x_t whatever v may be. The weights of a layer are its matrix, row after row, and its biases, layer after layer.
  const zeros = (length) => new Float64Array(length);
  const silu = (h) => h / (1 + Math.exp(-h));
  const weightsOf = SIZES.slice(1).map((outputs, i) => outputs * (SIZES[i] + 1));
  const FREQUENCIES = Array.from({ length: FEATURES / 2 }, (_, i) => 100 ** (i / (FEATURES / 2 - 1)));
  const timeFeatures = (u) => [...FREQUENCIES.map((f) => Math.sin(f * u)), ...FREQUENCIES.map((f) => Math.cos(f * u))];
  const FEATURE_TABLE = Array.from({ length: T + 1 }, (_, t) => Float64Array.from(timeFeatures(t / T)));

  // Uniform within sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010); the biases are 0.
  function freshWeights({ uniform }) {
    return Float64Array.from(SIZES.slice(1).flatMap((outputs, i) => {
      const bound = Math.sqrt(6 / (SIZES[i] + outputs));
      const matrix = Array.from({ length: outputs * SIZES[i] }, () => bound * (2 * uniform() - 1));
      return [...matrix, ...new Array(outputs).fill(0)];
    }));
  }

  // v at many points of one time.
  function forward(weights, points, t) {
    const out = new Float64Array(points.length), [first, h, g] = [HIDDEN, HIDDEN, HIDDEN].map(zeros);
    const inputs = SIZES[0], second = weightsOf[0], last = second + weightsOf[1], features = FEATURE_TABLE[t];
    for (let j = 0; j < HIDDEN; j++) {  // what the time brings is the same for all points
      let sum = weights[HIDDEN * inputs + j];
      for (let i = 0; i < FEATURES; i++) sum += weights[j * inputs + 2 + i] * features[i];
      first[j] = sum;
    }
    for (let p = 0; p < points.length; p += 2) {
      for (let j = 0, at = 0; j < HIDDEN; j++, at += inputs) {
        h[j] = silu(first[j] + weights[at] * points[p] + weights[at + 1] * points[p + 1]);
      }
      for (let j = 0, at = second; j < HIDDEN; j++) {
        let sum = weights[second + HIDDEN * HIDDEN + j];
        for (let i = 0; i < HIDDEN; i++, at++) sum += weights[at] * h[i];
        g[j] = silu(sum);
      }
      for (let j = 0, at = last; j < 2; j++) {
        let sum = weights[last + 2 * HIDDEN + j];
        for (let i = 0; i < HIDDEN; i++, at++) sum += weights[at] * g[i];
        out[p + j] = sum;
      }
    }
    return out;
  }

  function networkNoise(weights, { signal, spread }, t, points) {
    return forward(weights, points, t).map((v, i) => spread[t] * points[i] + signal[t] * v);
  }

  // The mean squared error of v over a batch, each point with its own time, and its gradient by the chain rule.
  function lossAndGradient(weights, points, at, wanted) {
    const batch = at.length, gradient = new Float64Array(weights.length), last = SIZES.length - 2;
    const starts = weightsOf.map((_, i) => weightsOf.slice(0, i).reduce((a, b) => a + b, 0));
    const values = SIZES.map(zeros), slopes = SIZES.map(zeros), deltas = SIZES.map(zeros);
    let loss = 0;
    for (let p = 0; p < batch; p++) {
      values[0][0] = points[2 * p];
      values[0][1] = points[2 * p + 1];
      values[0].set(FEATURE_TABLE[at[p]], 2);
      for (let l = 0; l <= last; l++) {
        const input = values[l], output = values[l + 1], slope = slopes[l + 1], n = input.length;
        const bias = starts[l] + n * output.length;
        for (let j = 0, w = starts[l]; j < output.length; j++) {
          let sum = weights[bias + j];
          for (let i = 0; i < n; i++, w++) sum += weights[w] * input[i];
          if (l === last) output[j] = sum;
          else {
            const gate = 1 / (1 + Math.exp(-sum));
            output[j] = sum * gate;
            slope[j] = gate * (1 + sum * (1 - gate));
          }
        }
      }
      for (let j = 0; j < 2; j++) {
        const error = values[last + 1][j] - wanted[2 * p + j];
        loss += (error * error) / (2 * batch);
        deltas[last + 1][j] = error / batch;
      }
      for (let l = last; l >= 0; l--) {
        const input = values[l], delta = deltas[l + 1], before = deltas[l], n = input.length;
        const bias = starts[l] + n * delta.length;
        before.fill(0);
        for (let j = 0, w = starts[l]; j < delta.length; j++) {
          const d = delta[j];
          gradient[bias + j] += d;
          for (let i = 0; i < n; i++, w++) {
            gradient[w] += d * input[i];
            before[i] += d * weights[w];
          }
        }
        if (l > 0) for (let i = 0; i < n; i++) before[i] *= slopes[l][i];
      }
    }
    return { loss, gradient };
  }

  // Adam (Kingma and Ba 2015) with a rate that falls with the steps taken, whatever their number will be.
  const rate = (step) => 0.01 / (1 + step / 500);

  function adam({ weights, mean, square, step }, gradient) {
    const now = step + 1, root = Math.sqrt(1 - 0.99 ** now), size = (rate(step) * root) / (1 - 0.9 ** now);
    for (let i = 0; i < weights.length; i++) {
      mean[i] += 0.1 * (gradient[i] - mean[i]);
      square[i] += 0.01 * (gradient[i] * gradient[i] - square[i]);
      weights[i] -= (size * mean[i]) / (Math.sqrt(square[i]) + 1e-8 * root);
    }
    return now;
  }

  // Training, one step at a time; `gap` is the mean squared distance from the network's noise to the best one, over
  // the same `CHECKED` draws at every time in turn, and `zero` that of a predictor that always says 0.
  const BATCH = 128, CHECKED = 10 * T;

  function training(data, seed) {
    const schedule = cosine(T), { signal, spread } = schedule, source = random(seed, 1), weights = freshWeights(source);
    const state = { weights, mean: zeros(weights.length), square: zeros(weights.length), step: 0 };
    const fresh = random(seed, 2), x_0 = draws(data, CHECKED, fresh), noise = fresh.normals(2 * CHECKED);
    const checks = Array.from({ length: T }, (_, i) => {
      const part = [20 * i, 20 * i + 20], points = mix(x_0.slice(...part), noise.slice(...part), schedule, i + 1);
      return { t: i + 1, points, best: bestNoise(data, schedule, i + 1, points) };
    });
    const average = (f) => checks.reduce((sum, check) => sum + f(check), 0) / T;
    return {
      state,
      zero: average(({ best }) => meanSquare(best)),
      gap: () => average(({ t, points, best }) => meanSquare(networkNoise(weights, schedule, t, points), best)),
      step() {
        const x = draws(data, BATCH, source), e = source.normals(2 * BATCH);
        const at = Array.from({ length: BATCH }, () => 1 + Math.floor(T * source.uniform()));
        const points = x.map((value, i) => signal[at[i >> 1]] * value + spread[at[i >> 1]] * e[i]);
        const wanted = x.map((value, i) => signal[at[i >> 1]] * e[i] - spread[at[i >> 1]] * value);
        const { loss, gradient } = lossAndGradient(weights, points, at, wanted);
        state.step = adam(state, gradient);
        return loss;
      },
    };
  }

  return { SIZES, BATCH, freshWeights, forward, networkNoise, lossAndGradient, adam, rate, training };
};

// The worker's program: it trains until a number of steps, and reports every 25.
playground.trainer = function trainer({ training }) {
  let run = null, id = 0, until = 0, busy = false;
  function report() {
    const { step, weights } = run.state;
    postMessage({ id, step, weights, gap: run.gap(), zero: run.zero });
  }
  const work = () => {
    for (let i = 0; i < 25 && run.state.step < until; i++) run.step();
    report();
    busy = run.state.step < until;
    if (busy) setTimeout(work);
  };
  onmessage = ({ data: message }) => {
    if (message.data) {
      run = training(message.data, message.seed);
      id = message.id;
    }
    until = message.until;
    if (run.state.step === 0) report();
    if (!busy && (busy = run.state.step < until)) setTimeout(work);
  };
};

playground.math = playground.mathematics();
Object.assign(playground.math, playground.networkOver(playground.math));
