// The part of the playground where a network is trained: its controls, its worker, and the curve of its gap. `changed`
// is called at every report of the worker.
"use strict";

playground.learner = (changed, amounts = [100, 200, 500, 1000, 2000, 5000]) => {
  const { math, element, row, button, group, show } = playground;
  let data, seed, weights, losses = [];  // losses: what the worker has reported, { step, gap, zero }
  let worker = null, until = 0, id = 0;  // until: the step to which it trains at the moment
  const graph = element("div", { class: "curve" }), told = element("p", { role: "status" });
  const amount = element("select", {}, ...amounts.map((count) => element("option", { value: count }, String(count))));
  const press = button("Train", () => {
    if (until) halt();
    else {
      train(Number(amount.value));
      changed();
    }
  });

  function draw() {
    const last = losses.at(-1);
    let text = "Not trained yet: the weights are random.";
    if (last) text = `After ${last.step} steps: gap ${show(last.gap)}; of always saying 0: ${show(last.zero)}.`;
    if (!until) told.textContent = text;  // read out when it has come to an end
    press.textContent = until ? "Stop" : "Train";
    const label = `The network’s mean squared distance to the exact noise prediction, over all t. ${text}`;
    graph.replaceChildren(playground.curve(losses, Math.max(until, last?.step ?? 0, 100), label));
  }

  // A network with new weights, for these data.
  function forget(newData, newSeed) {
    worker?.terminate();
    worker = null;
    until = 0;
    [data, seed] = [newData, newSeed];
    weights = math.freshWeights(math.random(seed, 1));
    losses = [];
    press.disabled = data.means.length === 0;
    draw();
  }

  function train(steps) {
    if (press.disabled) return;
    if (losses.length && losses.at(-1).step >= steps) forget(data, seed);  // fewer steps than it has behind it
    until = steps;
    if (amounts.includes(steps)) amount.value = steps;
    if (worker) worker.postMessage({ until });
    else {
      const { mathematics, networkOver, trainer } = playground;
      const program = `"use strict"; (${trainer})((${networkOver})((${mathematics})()));`;
      const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
      worker = new Worker(address);
      URL.revokeObjectURL(address);
      worker.onmessage = heard;
      worker.postMessage({ data, seed, id: ++id, until });
    }
    draw();
  }

  function halt() {
    worker?.postMessage({ until: 0 });
    until = 0;
    draw();
  }

  function heard({ data: report }) {
    if (report.id !== id || !worker) return;
    ({ weights } = report);
    losses.push({ step: report.step, gap: report.gap, zero: report.zero });
    if (report.step >= until) until = 0;
    draw();
    changed();
  }

  const node = group("A network, trained here", row("train", "up to step", amount, press), graph, told);
  return {
    node, forget, train,
    get weights() { return weights; },
    get losses() { return losses; },
    get goal() { return until; },
  };
};
