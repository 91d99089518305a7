// What the playground draws: the plane with the density as a shade, the field as arrows and the particles as dots, and
// the curve of the training.
"use strict";

(() => {
  const { EXTENT, element, show } = playground, { math } = playground;
  const COLOURS = {  // those of the book's figures, lighter on dark pages
    light: { density: [4, 106, 186], dots: "#ca3c00", network: "#008561", difference: "#a34286" },
    dark: { density: [30, 120, 200], dots: "#ff9b6a", network: "#2fd6a6", difference: "#f0a3d3" },
  };
  const GRID = 96, ARROWS = 15, RADIUS = 2.6;
  const colours = () => COLOURS[document.documentElement.dataset.theme] ?? COLOURS.light;

  // The points at which arrows stand, row after row from above.
  const LATTICE = Float64Array.from({ length: 2 * ARROWS * ARROWS }, (_, i) => {
    const at = i % 2 === 0 ? (i / 2) % ARROWS : ARROWS - 1 - Math.floor(i / 2 / ARROWS);
    return EXTENT * ((2 * at + 1) / ARROWS - 1);
  });

  function arrow(path, x, y, u, v) {
    const length = Math.hypot(u, v), head = Math.min(5, length / 2);
    if (length < 1) return;
    const a = (u / length) * head, b = (v / length) * head, tip = [x + u / 2, y + v / 2];
    path.moveTo(x - u / 2, y - v / 2);
    path.lineTo(...tip);
    path.moveTo(tip[0] - a - 0.6 * b, tip[1] - b + 0.6 * a);
    path.lineTo(...tip);
    path.lineTo(tip[0] - a + 0.6 * b, tip[1] - b - 0.6 * a);
  }

  // Two canvases, one over the other: the dots move on the upper one, and the lower one stays. Call `fit` when the size
  // or the colours of the page have changed.
  function plane(root) {
    const back = element("canvas", { role: "img" }), front = element("canvas", { "aria-hidden": "true" });
    const node = element("div", { class: "stage" }, back, front);
    const brush = back.getContext("2d"), pen = front.getContext("2d");
    const image = element("canvas", { width: GRID, height: GRID }), dot = element("canvas");
    let side = 0, scale = 1, ink = "", ground = "";
    const place = (x) => ((x + EXTENT) / (2 * EXTENT)) * side;

    function fit() {
      side = Math.round(node.clientWidth);
      scale = Math.min(devicePixelRatio || 1, 2);
      ink = getComputedStyle(root).color;
      ground = getComputedStyle(document.body).backgroundColor;
      for (const canvas of [back, front]) canvas.width = canvas.height = Math.round(side * scale);
      brush.setTransform(scale, 0, 0, scale, 0, 0);
      const radius = RADIUS * scale, context = dot.getContext("2d");
      dot.width = dot.height = Math.ceil(2 * radius + 2);
      for (const [r, fill] of [[radius, ground], [radius - 0.8 * scale, colours().dots]]) {
        context.fillStyle = fill;
        context.beginPath();
        context.arc(dot.width / 2, dot.width / 2, r, 0, 2 * Math.PI);
        context.fill();
      }
    }

    function shade(p) {
      const grid = math.densityGrid(p, GRID, EXTENT), context = image.getContext("2d");
      const pixels = context.createImageData(GRID, GRID), filled = pixels.data, [r, g, b] = colours().density;
      let top = 0;
      for (let i = 0; i < grid.length; i++) if (grid[i] > top) top = grid[i];
      for (let i = 0, at = 0; i < grid.length; i++, at += 4) {
        filled[at] = r;
        filled[at + 1] = g;
        filled[at + 2] = b;
        filled[at + 3] = 215 * Math.sqrt(grid[i] / top);
      }
      context.putImageData(pixels, 0, 0);
      brush.drawImage(image, 0, 0, side, side);
    }

    function frame() {
      brush.strokeStyle = brush.fillStyle = ink;
      brush.lineWidth = 1;
      brush.strokeRect(0.5, 0.5, side - 1, side - 1);
      brush.font = "12px sans-serif";
      for (const tick of [-2, 0, 2]) {
        const text = String(tick).replace("-", "−");
        brush.fillRect(place(tick), side - 5, 1, 5);
        write(text, place(tick) - brush.measureText(text).width / 2, side - 8);
        brush.fillRect(0, place(-tick), 5, 1);
        write(text, 8, place(-tick) + 4);
      }
    }

    // A text that arrows do not cross.
    function write(text, x, y) {
      brush.strokeStyle = ground;
      brush.lineWidth = 5;
      brush.strokeText(text, x, y);
      brush.fillText(text, x, y);
    }

    // An arrow as long as the way to the next stands for a noise prediction of length 2 or more.
    function arrows(field, colour) {
      const cell = side / ARROWS, path = new Path2D();
      for (let i = 0; i < field.length; i += 2) {
        const length = Math.hypot(field[i], field[i + 1]), size = (0.9 * cell * Math.min(1, length / 2)) / length;
        if (length > 0) arrow(path, place(LATTICE[i]), place(-LATTICE[i + 1]), field[i] * size, -field[i + 1] * size);
      }
      brush.strokeStyle = colour ?? ink;
      brush.lineWidth = colour ? 1.5 : 1;
      brush.stroke(path);
    }

    // The shade of the density `p`, the `field` at the LATTICE if there is one, and own points as squares.
    function still(p, field, kind, points) {
      brush.clearRect(0, 0, side, side);
      if (p) shade(p);
      if (field) arrows(field, colours()[kind]);
      frame();
      brush.strokeStyle = ink;
      brush.lineWidth = 1;
      for (const [x, y] of points) brush.strokeRect(place(x) - 4, place(-y) - 4, 8, 8);
    }

    // Dots on the straight way from one cloud to the next, of which they have gone `share`. They stand on whole pixels
    // of the screen: then a browser copies them, and that is fast.
    function dots(from, to, share) {
      const zoom = (side * scale) / (2 * EXTENT), shift = EXTENT * zoom - dot.width / 2;
      pen.clearRect(0, 0, front.width, front.height);
      for (let i = 0; from && i < from.length; i += 2) {
        const x = share ? from[i] + share * (to[i] - from[i]) : from[i];
        const y = share ? from[i + 1] + share * (to[i + 1] - from[i + 1]) : from[i + 1];
        pen.drawImage(dot, Math.round(shift + zoom * x), Math.round(shift - zoom * y));
      }
    }

    const describe = (text) => back.setAttribute("aria-label", text);
    return { node, fit, still, dots, describe };
  }

  function shape(name, attributes, text = "") {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.textContent = text;
    return node;
  }

  // The gap over the training steps up to `end`, on a logarithmic axis, and that of a predictor that always says 0.
  function curve(losses, end, label) {
    const X = (step) => 48 + (264 * step) / end;
    const Y = (gap) => 20 - (110 * Math.log10(Math.min(Math.max(gap, 1e-3), 1))) / 3;
    const svg = shape("svg", { viewBox: "0 0 320 170", role: "img", "aria-label": label });
    const words = (x, y, text, anchor) => svg.append(shape("text", { x, y, "text-anchor": anchor }, text));
    svg.append(shape("path", { d: "M48,20V130H312", fill: "none", stroke: "currentColor" }));
    for (const tick of [1, 0.1, 0.01, 0.001]) words(43, Y(tick) + 4, String(tick), "end");
    for (const tick of [0, end / 2, end]) words(X(tick), 147, String(tick), tick === end ? "end" : "middle");
    words(180, 165, "training steps", "middle");
    words(48, 12, "gap to the exact noise prediction", "start");
    if (losses.length) {
      const points = losses.map(({ step, gap }) => `${X(step).toFixed(1)},${Y(gap).toFixed(1)}`).join(" ");
      const { zero } = losses.at(-1);
      svg.append(shape("polyline", { points, fill: "none", "stroke-width": 2 }));
      svg.append(shape("path", { d: `M48,${Y(zero)}H312`, stroke: "currentColor", "stroke-dasharray": "5 4" }));
      words(312, Y(zero) + 14, "always 0", "end");
    }
    return svg;
  }

  Object.assign(playground, { LATTICE, plane, curve });
})();
