// A box that asks for a prediction takes one. It is kept in this browser alone, and stands again beside what came out.
(() => {
  const kept = {
    get: (name) => { try { return localStorage.getItem(name) || ""; } catch { return ""; } },
    set: (name, text) => { try { text ? localStorage.setItem(name, text) : localStorage.removeItem(name); } catch { /* not kept: a browser may refuse */ } },
  };
  const page = location.pathname.split("/").pop();
  const outputs = [...document.querySelectorAll("article .cell:has(.cell_output)")].filter((cell) => !cell.closest(".dropdown"));

  const boxes = [...document.querySelectorAll("article .admonition.tip")]
    .filter((box) => box.querySelector(".admonition-title")?.textContent.trim() === "Predict");

  boxes.forEach((box, number) => {
    const name = `predict ${page} ${number + 1}`, id = `predict-${number + 1}`;
    const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: "Your prediction" });
    const field = Object.assign(document.createElement("textarea"), { id, rows: 1, value: kept.get(name) });
    const form = document.createElement("div");
    form.className = "predict";
    form.append(label, field);
    box.append(form);

    // beside what came out: the last result before the next such box, exercise or heading
    const after = (node) => box.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    const end = [...boxes, ...document.querySelectorAll("article :is(h2, h3, .exercise)")].filter(after)
      .reduce((first, node) => (!first || node.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING ? node : first), null);
    const result = outputs.findLast((node) => after(node) && !(end && end.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING))
      || outputs.find(after);
    const said = Object.assign(document.createElement("p"), { className: "predicted" });
    result?.after(said);
    const show = () => {
      const text = field.value.trim();
      said.hidden = !text;
      said.replaceChildren(Object.assign(document.createElement("strong"), { textContent: "You predicted: " }), text);
    };
    field.addEventListener("input", () => { kept.set(name, field.value.trim()); show(); });
    show();
  });
})();
