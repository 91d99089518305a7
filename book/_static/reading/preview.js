// A link to an equation, a figure, a footnote or a source shows it, while the mouse points at the link or the keyboard
// has come to it. Escape closes. What stands on other pages comes from scripts (bookbuild.site.previews).
(() => {
  "use strict";
  const WAIT = 250, LINGER = 200; // milliseconds: before it opens, and for the way from the link into it
  const KINDS = "div.math, figure, aside.footnote, div.citation";

  const pages = new Map();
  function load(link) {
    if (!pages.has(link.href)) {
      pages.set(link.href, new Promise((done, fail) => {
        window.bookPreview = done;
        document.head.append(Object.assign(document.createElement("script"), { src: link.href, onerror: fail }));
      }));
    }
    return pages.get(link.href);
  }

  let turn = Promise.resolve(); // one script at a time: each calls the same function
  async function target(link) {
    const url = new URL(link.href), id = decodeURIComponent(url.hash.slice(1));
    if (url.pathname === location.pathname) {
      const here = document.getElementById(id);
      return here?.matches(KINDS) ? here.cloneNode(true) : null;
    }
    const name = url.pathname.split("/").at(-1).replace(/\.html$/, "");
    const script = [...document.querySelectorAll("link[rel=preview-script]")].find(({ href }) => new URL(href).pathname.endsWith(`/${name}.js`));
    if (!script) return null;
    const parts = await (turn = turn.catch(() => {}).then(() => load(script)));
    if (!(id in parts)) return null;
    const holder = document.createElement("template");
    holder.innerHTML = parts[id];
    return holder.content.firstElementChild;
  }

  // What is shown is read, not used: no ids a second time, no links, no controls; of an equation the form for a phone.
  function cleaned(node) {
    const twin = document.documentElement.dataset.theme === "dark" ? ".only-light" : ".only-dark";
    for (const part of node.querySelectorAll(`${twin}, .headerlink, .interactive, button, mjx-container[display]:not(:last-of-type)`)) part.remove();
    for (const link of node.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    for (const part of [node, ...node.querySelectorAll("[id], [role], [tabindex]")]) ["id", "role", "tabindex"].forEach((name) => part.removeAttribute(name));
    node.classList.remove("answers", "two-widths");
    return node;
  }

  const box = Object.assign(document.createElement("div"), { id: "preview", className: "preview", popover: "manual" });
  box.setAttribute("role", "tooltip");
  document.querySelector("article")?.append(box);
  let open = null, timer = 0, latest = null;

  function close() {
    clearTimeout(timer);
    latest = null;
    if (!open) return;
    open.removeAttribute("aria-describedby");
    open = null;
    box.hidePopover();
  }

  function place(link) {
    const lines = link.getClientRects(), line = lines[0], room = 8, page = document.documentElement;
    box.style.left = `${Math.max(room, Math.min(line.left, page.clientWidth - box.offsetWidth - room))}px`;
    const below = lines[lines.length - 1].bottom + room;
    box.style.top = `${below + box.offsetHeight < page.clientHeight ? below : Math.max(room, line.top - box.offsetHeight - room)}px`;
  }

  async function show(link) {
    latest = link;
    const found = await target(link).then((node) => node && cleaned(node)).catch(() => null);
    if (!found) return;
    for (const image of found.querySelectorAll("img")) { // its size decides the place
      image.loading = "eager";
      await image.decode().catch(() => {});
    }
    if (latest !== link) return;
    if (link.title) link.removeAttribute("title"); // the browser would show it as well
    box.replaceChildren(found);
    open?.removeAttribute("aria-describedby");
    open = link;
    link.setAttribute("aria-describedby", box.id);
    box.showPopover();
    place(link);
  }

  const later = (wait, what) => { clearTimeout(timer); timer = setTimeout(what, wait); };
  const links = document.querySelectorAll("article a.reference.internal[href*='#'], article a.footnote-reference");
  for (const link of links) {
    link.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") later(WAIT, () => show(link)); });
    link.addEventListener("pointerleave", () => later(LINGER, close));
    link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
    link.addEventListener("blur", close);
    link.addEventListener("click", close);
  }
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => later(LINGER, close));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  document.addEventListener("scroll", (event) => { if (open && event.target !== box) place(open); }, { capture: true, passive: true });
})();
