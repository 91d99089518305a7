// A box that asks for a prediction takes one: a choice, a number, words. It is kept in this browser alone, and stands
// again beside what came out.
(() => {
  const kept = {
    get: (name) => { try { return localStorage.getItem(name) || ""; } catch { return ""; } },
    set: (name, text) => { try { text ? localStorage.setItem(name, text) : localStorage.removeItem(name); } catch { /* not kept: a browser may refuse */ } },
  };
  const make = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const page = location.pathname.split("/").pop();
  const outputs = [...document.querySelectorAll("article .cell:has(.cell_output)")].filter((cell) => !cell.closest(".dropdown"));
  const boxes = [...document.querySelectorAll("article .admonition.tip")]
    .filter((box) => /^Predict\b/.test(box.querySelector(".admonition-title")?.textContent.trim()));

  // "(b)", the letter of the question before this place in the box
  const letter = (box, place) => {
    const range = document.createRange();
    range.setStart(box, 0);
    range.setEndBefore(place);
    return [...range.toString().matchAll(/(?:^|\s)(\([a-h]\))(?=\s)/g)].at(-1)?.[1] || "";
  };

  // as a screen reader may say it: formulas by their MathML, with the powers and indices marked
  const spoken = (words) => {
    const copy = make("span", {}, ...words.map((node) => node.cloneNode(true)));
    copy.querySelectorAll("msup").forEach((power) => power.lastElementChild.prepend("^"));
    copy.querySelectorAll("msub").forEach((index) => index.lastElementChild.prepend("_"));
    return copy.textContent.trim();
  };

  // A choice or a number of the text (bookbuild.site.predict) as fields; what they say, as nodes.
  const fields = (box, place, name, changed) => {
    const before = letter(box, place), label = `Your prediction ${before}`.trim(), had = kept.get(name);
    const keep = (value) => { kept.set(name, value); changed(); };
    if (place.matches(".number")) {
      const unit = [...place.childNodes];
      unit[0].textContent = unit[0].textContent.replace(/^_+\s*/, "");
      const input = make("input", { type: "text", inputMode: "decimal", size: 7, value: had });
      input.setAttribute("aria-label", `${label}: ${place.textContent.trim()}`);
      input.addEventListener("input", () => keep(input.value.trim()));
      place.prepend(input, " ");
      return () => input.value.trim() && [`${before} ${input.value.trim()} `.trimStart(), ...unit.map((node) => node.cloneNode(true))];
    }
    place.setAttribute("role", "radiogroup");
    place.setAttribute("aria-label", label);
    const options = [...place.querySelectorAll(".option")].map((option, i) => {
      option.firstChild.textContent = option.firstChild.textContent.replace(/^\S\s/, "");
      const words = [...option.childNodes];
      const input = make("input", { type: "radio", name, checked: had === String(i + 1) });
      input.setAttribute("aria-label", spoken(words));
      input.addEventListener("change", () => keep(String(i + 1)));
      option.replaceChildren(make("label", {}, input, make("span", {}, ...words)));
      return { input, words };
    });
    return () => {
      const words = options.find(({ input }) => input.checked)?.words;
      return words && [`${before} `.trimStart(), ...words.map((node) => node.cloneNode(true))];
    };
  };

  boxes.forEach((box, number) => {
    const name = `predict ${page} ${number + 1}`, id = `predict-${number + 1}`;
    const said = make("p", { className: "predicted", hidden: true });
    const show = () => {
      const words = field.value.trim();
      const parts = [...told.map((tell) => tell()), words && [words]].filter(Boolean);
      said.hidden = !parts.length;
      said.replaceChildren(make("strong", {}, "You predicted: "), ...parts.flatMap((part, i) => (i ? ["; ", ...part] : part)));
    };
    const places = [...box.querySelectorAll("span:is(.choose, .number)")];
    const told = places.map((place, i) => fields(box, place, `${name} ${i + 1}`, () => show()));
    const field = make("textarea", { id, rows: 1, value: kept.get(name) });
    box.append(make("div", { className: "predict" }, make("label", { htmlFor: id }, places.length ? "Your reason" : "Your prediction"), field));

    // beside what came out: the last result before the next such box, exercise or heading
    const after = (node) => box.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    const end = [...boxes, ...document.querySelectorAll("article :is(h2, h3, .exercise)")].filter(after)
      .reduce((first, node) => (!first || node.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING ? node : first), null);
    const result = outputs.findLast((node) => after(node) && !(end && end.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING))
      || outputs.find(after);
    result?.after(said);
    field.addEventListener("input", () => { kept.set(name, field.value.trim()); show(); });
    show();
  });
})();
