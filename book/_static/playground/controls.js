// The controls of the playground, and how the state that they set stands in the address:
// #data=moons&t=40&field=exact&sampler=ddim&steps=8&by=exact&seed=3&train=0 and, for own points, &points=1,0.5;-1,0.
// What is left out or makes no sense is as usual.
"use strict";

(() => {
  const { T } = playground.math;

  const CHOICES = {  // the first is the usual one
    data: {
      moons: "two moons", ring: "ring", board: "checkerboard", eight: "eight Gaussians", pair: "two far clouds",
      own: "own points",
    },
    field: { exact: "exact score", network: "network’s score", difference: "difference of the two", none: "none" },
    sampler: { ddim: "DDIM", ancestral: "ancestral", heun: "Heun" },
    by: { exact: "exact prediction", network: "network" },
  };
  const RANGES = { t: [0, T, 40], steps: [1, T, 20], seed: [0, 9999, 1], train: [0, 5000, 0] };  // and the usual value
  const EXTENT = 3, MOST = 60;  // the plane goes from -EXTENT to EXTENT; the number of own points

  function read(hash) {
    const given = new URLSearchParams(hash.replace(/^#/, "")), state = { points: [] };
    for (const [name, options] of Object.entries(CHOICES)) {
      const value = given.get(name) ?? "";
      state[name] = Object.hasOwn(options, value) ? value : Object.keys(options)[0];
    }
    for (const [name, [low, high, usual]] of Object.entries(RANGES)) {
      const value = /^\d{1,4}$/.test(given.get(name) ?? "") ? Number(given.get(name)) : usual;
      state[name] = value >= low && value <= high ? value : usual;
    }
    for (const point of (given.get("points") ?? "").split(";")) {
      const pair = point.split(",").map((value) => (value.trim() === "" ? NaN : Number(value)));
      if (pair.length === 2 && pair.every((value) => Math.abs(value) <= EXTENT)) state.points.push(pair);
    }
    state.points.splice(MOST);
    return state;
  }

  function written(state) {
    const parts = [...Object.keys(CHOICES), ...Object.keys(RANGES)].map((name) => `${name}=${state[name]}`);
    if (state.data === "own") parts.push(`points=${state.points.map((point) => point.join(",")).join(";")}`);
    return `#${parts.join("&")}`;
  }

  function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function row(name, label, input, ...more) {
    input.id = `playground-${name}`;
    input.name = name;
    return element("div", { class: "control" }, element("label", { for: input.id }, label), input, ...more);
  }

  function select(name, label, changed) {
    const options = Object.entries(CHOICES[name]).map(([value, text]) => element("option", { value }, text));
    const input = element("select", {}, ...options);
    input.addEventListener("change", () => changed(input.value));
    return { row: row(name, label, input), set: (value) => { input.value = value; } };
  }

  function slider(name, label, changed, text = String) {
    const [min, max] = RANGES[name];
    const input = element("input", { type: "range", min, max, step: 1 });
    const output = element("output", { for: `playground-${name}` });
    const set = (value) => {
      if (input.valueAsNumber !== value) input.value = value;
      output.textContent = text(value);
      input.setAttribute("aria-valuetext", `${label} ${output.textContent}`);
    };
    input.addEventListener("input", () => {
      set(input.valueAsNumber);
      changed(input.valueAsNumber);
    });
    return { row: row(name, label, input, output), set };
  }

  function number(name, label, [min, max, usual], step, changed = () => {}) {
    const input = element("input", { type: "number", min, max, step, value: usual, inputmode: "decimal" });
    const valid = () => input.value !== "" && input.checkValidity();
    input.addEventListener("change", () => { if (valid()) changed(input.valueAsNumber); });
    const value = () => (valid() ? input.valueAsNumber : NaN);
    return { row: row(name, label, input), value, set: (given) => { input.value = given; } };
  }

  function button(label, press) {
    const node = element("button", { type: "button" }, label);
    node.addEventListener("click", press);
    return node;
  }

  const group = (label, ...rows) => element("fieldset", {}, element("legend", {}, label), ...rows);

  function show(value) {
    if (value === null) return "–";
    return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  }

  Object.assign(playground, {
    CHOICES, RANGES, EXTENT, MOST, read, written, element, row, select, slider, number, button, group, show,
  });
})();
