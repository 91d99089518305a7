// The fields of the search: what is found appears below while one types, in the dialog that Ctrl+K opens and on
// search.html. The engine and the text of the book are loaded when a field is first used.
(() => {
  "use strict";
  const LIVE = 8, ALL = 50; // sections shown in the dialog, and on the page of its own

  let loading;
  const load = () => (loading ??= new Promise((done, fail) => {
    const scripts = [...document.querySelectorAll("link[rel=search-script]")].map((link) => {
      const script = Object.assign(document.createElement("script"), { src: link.href, async: false, onerror: fail });
      document.head.append(script);
      return script;
    });
    scripts.at(-1).onload = done;
  }));

  const element = (name, attributes = {}, ...children) => {
    const node = Object.assign(document.createElement(name), attributes);
    node.append(...children);
    return node;
  };

  const top = document.documentElement.dataset.content_root ?? "./";

  function item({ id, number, heading, page, extract }) {
    const link = element("a", { href: top + id },
      element("span", { className: "heading" }, `${number} ${heading}`.trim()),
      element("span", { className: "page" }, heading === page ? "" : page),
      element("span", { className: "extract" }, ...extract.map(([text, meant]) => (meant ? element("mark", {}, text) : text))));
    return element("li", {}, link);
  }

  function attach(form, place, limit) {
    const input = form.querySelector("input");
    const status = element("p", {}), list = element("ol", {});
    status.setAttribute("role", "status");
    place.classList.add("found");
    place.append(status, list);

    const show = async () => {
      const query = input.value;
      if (query.trim()) {
        try {
          await load();
        } catch {
          status.textContent = "The search could not be loaded.";
          return;
        }
      }
      if (query !== input.value) return; // typed on meanwhile
      const found = query.trim() ? bookSearch(query, limit) : [];
      status.textContent = !query.trim() ? "" : !found.length ? `Nothing found for “${query.trim()}”.`
        : found.length === limit ? `The first ${limit} sections` : `${found.length} section${found.length > 1 ? "s" : ""}`;
      list.replaceChildren(...found.map(item));
    };

    let timer = 0;
    input.addEventListener("focus", load, { once: true });
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 60); });

    // down into the list and up again; Enter follows the link, or in the field leads to the page of all that was found
    form.parentElement.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      const stops = [input, ...list.querySelectorAll("a")], at = stops.indexOf(document.activeElement);
      if (at < 0) return;
      event.preventDefault();
      stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
    });
    list.addEventListener("click", () => form.closest("dialog")?.close()); // the section may be on this page
    return { input, show };
  }

  const dialog = document.getElementById("pst-search-dialog"), page = document.getElementById("search-results");
  if (dialog) attach(dialog.querySelector("form"), dialog.appendChild(element("div", {})), LIVE);
  if (page) {
    const form = page.parentElement.querySelector("form"), { input, show } = attach(form, page, ALL);
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    input.focus();
    show();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
      show();
    });
  }
})();
