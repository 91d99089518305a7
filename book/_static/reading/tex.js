// Below the number of an equation: a button that copies its TeX.
(() => {
  "use strict";
  const said = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  said.setAttribute("role", "status");

  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = Object.assign(document.createElement("textarea"), { value: text }); // over plain http
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  for (const number of document.querySelectorAll("div.math > .eqno")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy-tex", textContent: "TeX" });
    const name = number.firstChild.textContent.trim();
    button.setAttribute("aria-label", `Copy TeX of equation ${name}`);
    button.addEventListener("click", async () => {
      await copy(number.parentElement.querySelector("[data-tex]").dataset.tex);
      said.textContent = `TeX of equation ${name} copied`;
      button.classList.add("done");
      setTimeout(() => { button.classList.remove("done"); said.textContent = ""; }, 2000);
    });
    number.append(button);
  }
  document.querySelector("article")?.append(said);
})();
