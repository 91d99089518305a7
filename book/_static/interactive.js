// Figures that answer. A cell's record (ddpm.figures.interactive) becomes controls and a live drawing in the place of
// the printed one, under the same caption. The formulas are those of ddpm.schedule, ddpm.process and ddpm.losses.
(() => {
  "use strict";

  // ---- the mathematics: arrays over time have T + 1 entries, and the index is the paper's t ----

  const MAX_BETA = 0.999;

  function fromBetas(betas) {
    let log = 0;
    const beta = [0, ...betas], alphaBar = [1], rest = [0];
    for (const b of betas) {
      log += Math.log1p(-b);
      alphaBar.push(Math.exp(log));
      rest.push(-Math.expm1(log));
    }
    return { T: betas.length, beta, alphaBar, rest };
  }

  function fromCurve(curve) {
    return fromBetas(curve.slice(1).map((value, i) => Math.min(Math.max(1 - value / curve[i], 0), MAX_BETA)));
  }

  const steps = (T, f) => Array.from({ length: T }, (_, i) => f(i));
  const SCHEDULES = {
    constant: (T, first) => fromBetas(steps(T, () => first)),
    linear: (T, first, last) => fromBetas(steps(T, (i) => (T > 1 ? first + ((last - first) * i) / (T - 1) : first))),
    cosine: (T) => fromCurve(steps(T + 1, (t) => Math.cos(((Math.PI / 2) * (t / T + 0.008)) / 1.008) ** 2)),
    sigmoid: (T) => {
      const curve = steps(T + 1, (t) => 1 / (1 + Math.exp(3 - (6 * t) / T)));
      return fromCurve(curve.map((value) => curve[T] - value));
    },
  };

  function noiseWeight(schedule, t, variance) {
    const { beta, alphaBar, rest } = schedule;
    const posterior = (rest[t - 1] / rest[t]) * beta[t];
    return beta[t] ** 2 / (2 * (variance === "beta" ? beta[t] : posterior) * (1 - beta[t]) * rest[t]);
  }

  // ---- drawing and controls ----

  function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function shape(name, attributes = {}, text = "") {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.textContent = text;
    return node;
  }

  const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  function show(value) {
    if (value === Infinity) return "∞";
    if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4)) return String(Number(value.toPrecision(4)));
    const [digits, power] = value.toExponential(2).split("e");
    return `${digits} × 10${[...power.replace("+", "")].map((c) => SUPERSCRIPT[c]).join("")}`;
  }

  let count = 0;

  // A labelled range. `read(position)` is the value at a position of the slider, `show` its text.
  function slider(label, name, { min, max, step = 1, value, read = (v) => v, text = show }, changed) {
    const id = `interactive-${++count}`;
    const input = element("input", { type: "range", id, name, min, max, step, value });
    const output = element("output", { for: id });
    const update = () => {
      output.textContent = text(read(input.valueAsNumber));
      input.setAttribute("aria-valuetext", `${label} ${output.textContent}`);
    };
    input.addEventListener("input", () => { update(); changed(); });
    update();
    const row = element("div", { class: "control" }, element("label", { for: id }, label.length === 1 ? element("i", {}, label) : label), input, output);
    return {
      row, input, update,
      get value() { return read(input.valueAsNumber); },
      set value(position) { input.value = position; update(); },
    };
  }

  function choice(label, name, options, changed) {
    const id = `interactive-${++count}`;
    const select = element("select", { id, name }, ...Object.entries(options).map(([key, text]) => element("option", { value: key }, text)));
    select.addEventListener("change", changed);
    return { row: element("div", { class: "control" }, element("label", { for: id }, label), select), select, get value() { return select.value; } };
  }

  // Named numbers. They change while the reader drags, so they are not announced; the slider's own text is.
  function numbers(names) {
    const list = element("dl", { class: "numbers" }), cells = {};
    for (const [name, label] of Object.entries(names)) {
      cells[name] = element("dd", { "data-name": name });
      list.append(element("div", {}, element("dt", {}, label), cells[name]));
    }
    return { list, set: (name, value) => { cells[name].textContent = show(value); } };
  }

  function picture(width, height, label) {
    return shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  }

  function colour(palette, value, limit) {
    const share = Math.min(Math.max((value / limit + 1) / 2, 0), 1);
    return palette[Math.round(share * (palette.length - 1))];
  }

  function drawImage(svg, image, x, y, size, palette, limit) {
    const rows = image.length, side = size / rows;
    image.forEach((row, i) => row.forEach((value, j) => {
      svg.append(shape("rect", { x: x + j * side, y: y + i * side, width: side, height: side, fill: colour(palette, value, limit), "shape-rendering": "crispEdges" }));
    }));
    svg.append(shape("rect", { x, y, width: size, height: size, fill: "none", stroke: "currentColor" }));
  }

  // Which colour stands for which value, below images.
  function colourBar(svg, x, y, width, palette, limit) {
    const side = width / palette.length;
    palette.forEach((fill, i) => svg.append(shape("rect", { x: x + i * side, y, width: side + 0.5, height: 8, fill, "shape-rendering": "crispEdges" })));
    [-limit, 0, limit].forEach((value, i) => svg.append(shape("text", { x: x + (i * width) / 2, y: y + 21, "text-anchor": "middle" }, String(+value.toPrecision(2)))));
    svg.append(shape("text", { x: x + width / 2, y: y + 36, "text-anchor": "middle" }, "pixel value"));
  }

  // Axes in a frame, for y in [low, high], logarithmic if asked; returns where a point lies.
  function axes(svg, frame, { x: [x0, x1], y: [low, high], log = false, xTicks, yTicks, xLabel, yLabel }) {
    const { left, top, width, height } = frame;
    const scale = log ? Math.log10 : (value) => value;
    const X = (value) => left + (width * (value - x0)) / (x1 - x0 || 1);
    const Y = (value) => top + height - (height * (scale(Math.min(Math.max(value, low), high)) - scale(low))) / (scale(high) - scale(low));
    svg.append(shape("path", { d: `M${left},${top}V${top + height}H${left + width}`, fill: "none", stroke: "currentColor" }));
    for (const tick of xTicks) svg.append(shape("text", { x: X(tick), y: top + height + 16, "text-anchor": "middle" }, String(tick)));
    for (const tick of yTicks) svg.append(shape("text", { x: left - 5, y: Y(tick) + 4, "text-anchor": "end" }, show(tick).replace("1 × ", "").replace("1.00 × ", "")));
    svg.append(shape("text", { x: left + width / 2, y: top + height + 33, "text-anchor": "middle" }, xLabel));
    svg.append(shape("text", { x: left, y: top - 7 }, yLabel));
    return { X, Y };
  }

  const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)},${y.toFixed(2)}`).join("");
  const line = (svg, points, stroke, extra = {}) => svg.append(shape("path", { d: path(points), fill: "none", stroke, "stroke-width": 2, ...extra }));
  const DASHED = { "stroke-dasharray": "5 4" };

  // What the lines mean, from x = `left` on.
  function key(svg, left, ...entries) {
    entries.forEach(([text, stroke, extra], i) => {
      const y = 14 + 17 * i;
      line(svg, [[left, y], [left + 18, y]], stroke, extra);
      svg.append(shape("text", { x: left + 23, y: y + 4 }, text));
    });
  }

  const middle = (T) => (T > 1 ? [0, Math.round(T / 2), T] : [0, T]);

  // The reader's schedule: its kind, T and, where they apply, the first and the last variance.
  function scheduleControls(changed, T, names) {
    const logarithmic = { min: -4, max: 0, step: 0.01, read: (v) => Math.min(10 ** v, MAX_BETA) };
    const all = { linear: "linear", cosine: "cosine", sigmoid: "sigmoid", constant: "constant" };
    const kind = choice("schedule", "schedule", Object.fromEntries(names.map((name) => [name, all[name]])), () => { fit(); changed(); });
    const length = slider("T", "T", { min: 1, max: 200, value: T }, changed);
    const first = slider("first variance", "first", { ...logarithmic, value: -2 }, changed);
    const last = slider("last variance", "last", { ...logarithmic, value: -0.5 }, changed);
    const fit = () => {
      first.row.hidden = !["linear", "constant"].includes(kind.value);
      last.row.hidden = kind.value !== "linear";
    };
    fit();
    return { rows: [kind.row, length.row, first.row, last.row], schedule: () => SCHEDULES[kind.value](length.value, first.value, last.value) };
  }

  // ---- the figures ----

  function scheduleFigure(record) {
    const drawing = element("div", { class: "drawing three" });
    const values = numbers({ beta: "β", alpha_bar: "ᾱ", snr: "SNR", mean: "mean", variance: "variance" });
    const chosen = scheduleControls(update, 20, ["linear", "cosine", "sigmoid", "constant"]);
    const time = slider("t", "t", { min: 0, max: 20, value: 5 }, update);
    const density = (x, m, v) => Math.exp(-((x - m) ** 2) / (2 * v)) / Math.sqrt(2 * Math.PI * v);

    function update() {
      const schedule = chosen.schedule();
      time.input.max = schedule.T;
      time.update();
      const t = Math.min(time.value, schedule.T), signal = Math.sqrt(schedule.alphaBar[t]), spread = Math.sqrt(schedule.rest[t]);
      const snr = schedule.rest[t] === 0 ? Infinity : schedule.alphaBar[t] / schedule.rest[t];
      values.set("beta", schedule.beta[t]);
      values.set("alpha_bar", schedule.alphaBar[t]);
      values.set("snr", snr);
      values.set("mean", signal);
      values.set("variance", schedule.rest[t]);

      const image = record.image.map((row, i) => row.map((value, j) => signal * value + spread * record.noise[i][j]));
      const state = picture(150, 180, `The image at t = ${t}: signal-to-noise ratio ${show(snr)}.`);
      drawImage(state, image, 10, 22, 130, record.palette, 2.5);

      const curve = picture(260, 180, `ᾱ falls from 1 at t = 0 to ${show(schedule.alphaBar[schedule.T])} at t = ${schedule.T}; at t = ${t} it is ${show(schedule.alphaBar[t])}.`);
      const a = axes(curve, { left: 34, top: 22, width: 210, height: 118 }, { x: [0, schedule.T], y: [0, 1], xTicks: middle(schedule.T), yTicks: [0, 0.5, 1], xLabel: "t", yLabel: "ᾱ" });
      line(curve, schedule.alphaBar.map((value, s) => [a.X(s), a.Y(value)]), record.colours[0]);
      curve.append(shape("circle", { cx: a.X(t), cy: a.Y(schedule.alphaBar[t]), r: 5, fill: record.colours[1] }));

      const bell = picture(260, 180, `A pixel that was 1 has mean ${show(signal)} and variance ${show(schedule.rest[t])} at t = ${t}; one that was 0 has mean 0.`);
      const top = 2;
      const b = axes(bell, { left: 34, top: 22, width: 210, height: 118 }, { x: [-3, 3], y: [0, top], xTicks: [-3, 0, 3], yTicks: [0, 1, 2], xLabel: "pixel value", yLabel: "density" });
      key(bell, 138, ["pixel that was 1", record.colours[0], {}], ["pixel that was 0", record.colours[1], DASHED]);
      const grid = Array.from({ length: 241 }, (_, i) => -3 + i / 40), v = Math.max(schedule.rest[t], 1e-4);
      line(bell, grid.map((x) => [b.X(x), b.Y(density(x, signal, v))]), record.colours[0]);
      line(bell, grid.map((x) => [b.X(x), b.Y(density(x, 0, v))]), record.colours[1], DASHED);
      drawing.replaceChildren(state, curve, bell);
    }

    update();
    return [drawing, values.list, time.row, ...chosen.rows];
  }

  function filmFigure(record) {
    const labels = Object.keys(record.rows), T = record.rows[labels[0]].length - 1;
    const drawing = element("div", { class: "drawing" });
    const size = 110;
    // The slider counts the steps taken, so that it runs from left to right as the reverse process does.
    const time = slider("t", "t", { min: 0, max: T, value: 0, read: (step) => T - step, text: String }, update);
    const press = element("button", { type: "button" }, "Play");
    const one = (label, by) => {
      const button = element("button", { type: "button" }, label);
      button.addEventListener("click", () => { stop(); go(time.input.valueAsNumber + by); });
      return button;
    };
    let timer = 0;

    function update() {
      const t = time.value;
      const wide = labels.length * (size + 20);
      const svg = picture(wide, size + 76, labels.map((label) => `${label} at t = ${t}`).join("; "));
      labels.forEach((label, i) => {
        const x = 10 + i * (size + 20);
        svg.append(shape("text", { x: x + size / 2, y: 14, "text-anchor": "middle" }, label));
        drawImage(svg, record.rows[label][t], x, 22, size, record.palette, record.limit);
      });
      colourBar(svg, wide / 2 - size / 2, size + 32, size, record.palette, record.limit);
      drawing.replaceChildren(svg);
    }
    function go(step) {
      time.value = Math.min(Math.max(step, 0), T);
      update();
    }
    function stop() {
      clearInterval(timer);
      timer = 0;
      press.textContent = "Play";
    }
    press.addEventListener("click", () => {
      if (timer) return stop();
      if (time.value === 0) go(0);
      press.textContent = "Pause";
      timer = setInterval(() => {
        go(time.input.valueAsNumber + 1);
        if (time.value === 0) stop();
      }, Math.min(400, 4000 / T));
    });
    time.input.addEventListener("input", stop);
    update();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;  // then the film goes step by step alone
    return [drawing, time.row, element("div", { class: "buttons" }, one("Back", -1), ...(still ? [] : [press]), one("Step", 1))];
  }

  function weightFigure(record) {
    const drawing = element("div", { class: "drawing" });
    const values = numbers({ weight: "weight", first: "at t = 2", last: "at t = T" });
    const chosen = scheduleControls(update, 50, ["cosine", "linear", "sigmoid", "constant"]);
    const variance = choice("variance σ²", "variance", { beta: "β", beta_tilde: "β̃" }, update);
    const time = slider("t", "t", { min: 1, max: 50, value: 10 }, update);

    function update() {
      const schedule = chosen.schedule(), T = schedule.T;
      time.input.max = T;
      time.update();
      const t = Math.min(time.value, T), weights = steps(T, (i) => noiseWeight(schedule, i + 1, variance.value));
      values.set("weight", weights[t - 1]);
      values.set("first", weights[Math.min(1, T - 1)]);
      values.set("last", weights[T - 1]);
      const finite = weights.filter(Number.isFinite);
      const low = 10 ** Math.floor(Math.log10(Math.min(...finite, 0.1))), high = 10 ** Math.ceil(Math.log10(Math.max(...finite, 1)));
      const svg = picture(400, 230, `The weight over t, from ${show(weights[0])} at t = 1 to ${show(weights[T - 1])} at t = ${T}; at t = ${t} it is ${show(weights[t - 1])}.`);
      const a = axes(svg, { left: 52, top: 24, width: 330, height: 160 }, { x: [0, T], y: [low, high], log: true, xTicks: middle(T), yTicks: [low, 10 ** Math.round(Math.log10(low * high) / 2), high], xLabel: "t", yLabel: "weight (logarithmic)" });
      line(svg, weights.flatMap((value, i) => (Number.isFinite(value) ? [[a.X(i + 1), a.Y(value)]] : [])), record.colours[0]);
      if (Number.isFinite(weights[t - 1])) svg.append(shape("circle", { cx: a.X(t), cy: a.Y(weights[t - 1]), r: 5, fill: record.colours[1] }));
      drawing.replaceChildren(svg);
    }

    update();
    return [drawing, values.list, time.row, variance.row, ...chosen.rows];
  }

  const FIGURES = { schedule: scheduleFigure, film: filmFigure, weight: weightFigure };

  function begin() {
    for (const node of document.querySelectorAll(".interactive")) {
      const figure = document.getElementById(node.dataset.figure);
      node.append(...FIGURES[node.dataset.kind](JSON.parse(node.dataset.record)));
      node.setAttribute("role", "group");
      node.setAttribute("aria-label", "Figure with controls");
      figure.classList.add("answers");
      figure.insertBefore(node, figure.querySelector("figcaption"));
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
