// The playground itself: what follows from what the reader does. One frame of the screen does one piece of work at most
// (the next state, the picture, the numbers), and draws the particles; so it keeps its rate on a phone.
"use strict";

(() => {
  const { math, CHOICES, RANGES, EXTENT, MOST, read, written } = playground;
  const { element, select, slider, number, button, group, show } = playground;
  const schedule = math.cosine(math.T), PARTICLES = 400;
  const STEP_MS = [50, 500], RUN_MS = 3200;  // how long one step is shown, and all of them
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");

  function begin(root) {
    let state, data, start;  // start: x_0 and noise of the particles while they follow the slider
    let particles, run = null, moving = false;  // run: their way back, if they are on it; moving: it is being played
    let yardstick, measured;  // what the particles are measured by, and the numbers
    let asked = 0;
    const wanted = new Set(), plane = playground.plane(root), network = playground.learner(heard);

    const level = () => (run ? run.times[run.i] : state.t);
    const density = () => math.noised(data, schedule, level());
    const empty = () => data.means.length === 0;
    const exact = (x, t) => math.bestNoise(data, schedule, t, x);
    const learned = (x, t) => math.networkNoise(network.weights, schedule, t, x);
    const predict = (x, t) => (state.by === "exact" ? exact(x, t) : learned(x, t));

    // Minus the noise prediction, which is the score times the spread. Where no noise is, there is none to predict.
    function field() {
      const t = level();
      if (state.field === "none" || t === 0 || empty()) return null;
      if (state.field === "exact") return exact(playground.LATTICE, t).map((e) => -e);
      const said = learned(playground.LATTICE, t);
      if (state.field === "network") return said.map((e) => -e);
      return exact(playground.LATTICE, t).map((e, i) => e - said[i]);
    }

    function draw() {
      plane.still(empty() ? null : density(), field(), state.field, state.data === "own" ? state.points : []);
    }

    function frame(now) {
      asked = 0;
      let share = 0;
      if (moving) {
        run.began ??= now;
        share = Math.min((now - run.began) / run.pause, 1);
      }
      if (share === 1) {
        arrive();
        share = 0;
      } else if (wanted.delete("picture")) draw();
      else if (wanted.has("numbers") && !empty() && yardstick?.t !== level()) yardstick = prepared();
      else if (wanted.delete("numbers")) measure();
      plane.dots(particles, run?.next, share);
      if (moving || wanted.size) ask();
    }
    const ask = () => { asked ||= requestAnimationFrame(frame); };
    const want = (...what) => {
      what.forEach((name) => wanted.add(name));
      ask();
    };

    // ---- the particles: draws from the data, noised to the slider's level, until they are led back from noise ----

    function next() {
      const { times, i, random } = run;
      return math.SAMPLERS[state.sampler](schedule, times[i], times[i + 1], particles, predict, random);
    }
    const resting = () => !run || run.i === state.steps;

    function fresh() {
      run = { times: math.times(state.steps), i: 0, random: math.random(state.seed, 4), next: null };
      run.pause = Math.min(Math.max(RUN_MS / state.steps, STEP_MS[0]), STEP_MS[1]);
      particles = math.random(state.seed, 3).normals(2 * PARTICLES);
      measured = null;
      time.set(level());
    }

    function arrive() {
      particles = run.next ?? next();
      run.i += 1;
      if (run.i === state.steps) moving = false;
      run.next = moving ? next() : null;
      run.began = null;
      measured = null;
      time.set(level());
      play.textContent = playing();
      want("picture");
      if (!moving || run.pause > 100) want("numbers");
      else tell();
    }

    function pause() {
      moving = false;
      if (run) run.began = null;  // the next state stays: it has its random numbers
      play.textContent = playing();
    }

    const playing = () => (reduced.matches ? "Run" : moving ? "Pause" : "Play");

    function toggle() {
      if (moving) {
        pause();
        return want("numbers");
      }
      if (resting()) fresh();
      if (reduced.matches) {
        while (run.i < state.steps) arrive();
        return;
      }
      moving = true;
      run.next ??= next();
      play.textContent = playing();
      want("picture");
    }

    function one() {
      pause();
      if (resting()) fresh();
      arrive();
    }

    function again() {
      pause();
      fresh();
      want("picture", "numbers");
    }

    function forward() {
      pause();
      run = null;
      particles = empty() ? null : math.mix(start.x_0, start.noise, schedule, state.t);
      time.set(state.t);
      want("picture", "numbers");
    }

    // ---- the numbers ----

    function cloud(t, count, stream) {
      const source = math.random(0, stream);
      return math.mix(math.draws(data, count, source), source.normals(2 * count), schedule, t);
    }

    // Many fresh draws at this t, and how far as many as the particles are from them.
    function prepared() {
      const t = level(), draws = cloud(t, 4 * PARTICLES, 6), reference = math.slices(draws);
      const others = [7, 8, 9, 10].map((stream) => math.distance(cloud(t, PARTICLES, stream), reference));
      return { t, draws, reference, floor: others.reduce((a, b) => a + b) / others.length };
    }

    function measure() {
      const t = level();
      measured = null;
      if (!empty()) {
        const { draws, reference, floor } = yardstick, here = draws.subarray(0, 2 * PARTICLES);
        measured = {
          distance: math.distance(particles, reference),
          floor,
          outside: 100 * math.outside(density(), particles, draws),
          gap: t === 0 ? null : math.meanSquare(learned(here, t), exact(here, t)),
        };
      }
      tell();
    }

    const NUMBERS = {
      distance: "distance", floor: "of fresh draws", outside: "outside", step: "step", alpha_bar: "ᾱ at this t",
      gap: "network’s gap",
    };
    const cells = {}, list = element("dl", { class: "numbers" }), status = element("p", { role: "status" });
    for (const [name, label] of Object.entries(NUMBERS)) {
      cells[name] = element("dd", { "data-name": name });
      list.append(element("div", {}, element("dt", {}, label), cells[name]));
    }

    function tell() {
      const t = level(), { distance = null, floor = null, outside = null, gap = null } = measured ?? {};
      const shown = {
        distance: show(distance), floor: show(floor), gap: show(gap), alpha_bar: show(schedule.alphaBar[t]),
        outside: outside === null ? "–" : `${show(outside)} %`, step: run ? `${run.i} of ${state.steps}` : "–",
      };
      for (const [name, text] of Object.entries(shown)) cells[name].textContent = text;
      if (moving) return;  // read out when it stands still
      let text = `Draws from the data, noised to t = ${t}`;
      const way = `${CHOICES.sampler[state.sampler]} with the ${CHOICES.by[state.by]}`;
      if (run) text = `Step ${shown.step} (${way}), t = ${t}`;
      text += `: distance ${shown.distance}, of fresh draws ${shown.floor}; ${shown.outside} outside.`;
      if (empty()) text = "No points yet.";
      status.textContent = text;
      const arrows = `Arrows: ${CHOICES.field[state.field]}. Dots: ${PARTICLES} particles.`;
      const shade = `Shade: the exact density of x at t = ${t}, ᾱ = ${shown.alpha_bar}.`;
      plane.describe(`The plane from −3 to 3, data: ${CHOICES.data[state.data]}. ${shade} ${arrows} ${text}`);
    }

    // ---- the controls ----

    // Other data, or another seed: everything that hangs on them.
    function renew() {
      const { points, width } = math.DATA[state.data], own = state.data === "own", random = math.random(state.seed, 5);
      data = math.mixture(own ? state.points : points, width);
      start = empty() ? null : { x_0: math.draws(data, PARTICLES, random), noise: random.normals(2 * PARTICLES) };
      yardstick = null;
      typed.hidden = !own;
      plane.node.classList.toggle("open", own);
      for (const node of buttons.children) node.disabled = empty();
      network.forget(data, state.seed);
      forward();
    }

    // The network has something new to say, or has been asked to learn.
    function heard() {
      if (network.goal && network.goal !== state.train) {
        state.train = network.goal;
        save();
      }
      if (moving) return;
      if (["network", "difference"].includes(state.field)) want("picture");
      if (!network.goal) want("numbers");
    }

    // When the reader has come to rest: some browsers refuse more than a hundred new addresses in half a minute.
    let saving = 0;
    function save() {
      clearTimeout(saving);
      saving = setTimeout(() => history.replaceState(null, "", written(state)), 200);
    }

    const changed = (name, then) => (value) => {
      state[name] = value;
      then();
      save();
    };
    const anew = () => {
      state.train = 0;
      renew();
    };
    const restart = () => { if (run) again(); };

    function setPoints(points) {
      state.points = points;
      anew();
      save();
    }

    function add(x, y) {
      const point = [x, y].map((value) => Number(value.toFixed(2)));
      if (Number.isFinite(x + y) && state.points.length < MOST) setPoints([...state.points, point]);
    }

    const time = slider("t", "noise level", changed("t", forward), (t) => `t = ${t}`);
    const chosen = {
      data: select("data", "data", changed("data", anew)),
      field: select("field", "arrows", changed("field", () => want("picture", "numbers"))),
      sampler: select("sampler", "sampler", changed("sampler", restart)),
      steps: slider("steps", "steps", changed("steps", restart)),
      by: select("by", "led by", changed("by", restart)),
      seed: number("seed", "seed", RANGES.seed, 1, changed("seed", anew)),
    };
    const bar = (...nodes) => element("div", { class: "buttons" }, ...nodes);
    const play = button(playing(), toggle), buttons = bar(play, button("Step", one), button("To the start", again));
    const [x, y] = ["x", "y"].map((name) => number(name, name, [-EXTENT, EXTENT, 0], 0.01));
    const plus = button("Add", () => add(x.value(), y.value()));
    const minus = button("Take back", () => setPoints(state.points.slice(0, -1)));
    const none = button("Clear", () => setPoints([]));
    const typed = group("Points: click or tap the plane, or type", x.row, y.row, bar(plus, minus, none));

    plane.node.addEventListener("click", (event) => {
      const box = plane.node.getBoundingClientRect(), at = (value, size) => EXTENT * ((2 * value) / size - 1);
      if (state.data === "own") add(at(event.clientX - box.left, box.width), -at(event.clientY - box.top, box.height));
    });

    function set(next) {
      state = next;
      for (const [name, control] of Object.entries(chosen)) control.set(state[name]);
      renew();
      if (state.train) network.train(state.train);
    }

    root.append(
      element("div", { class: "show" }, plane.node, buttons, list, status),
      element("div", { class: "choose" },
        group("What is shown", chosen.data.row, typed, time.row, chosen.field.row),
        group("Particles", chosen.sampler.row, chosen.steps.row, chosen.by.row, chosen.seed.row),
        network.node),
    );
    set(read(location.hash));

    function fit() {
      plane.fit();
      want("picture");
    }
    new ResizeObserver(fit).observe(plane.node);
    new MutationObserver(fit).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    reduced.addEventListener("change", () => {
      pause();
      want("numbers");
    });
    // What is still to be saved is of the state before, and so is the address where it was saved just now.
    addEventListener("hashchange", ({ newURL }) => {
      const { hash } = new URL(newURL);
      if (!hash.includes("=")) return;
      clearTimeout(saving);
      if (location.hash !== hash) history.replaceState(null, "", hash);
      set(read(hash));
    });
    for (const node of document.querySelectorAll("button[data-state]")) {
      node.hidden = false;
      node.addEventListener("click", () => {
        set(read(node.dataset.state));
        save();
        root.scrollIntoView({ block: "nearest" });
      });
    }
    playground.now = () => ({ state: { ...state }, particles, network: network.weights, losses: network.losses });
  }

  function place() {
    const root = document.querySelector(".playground"), figure = root && document.getElementById(root.dataset.figure);
    if (!root) return;
    if (figure) {  // in the place of the printed picture, over the same caption
      figure.classList.add("answers");
      figure.insertBefore(root, figure.querySelector("figcaption"));
    }
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", "Playground");
    begin(root);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
})();
