// What a reader does with the page: turn it with the arrow keys, follow a link into what is folded, print it whole.
(() => {
  const turn = { ArrowLeft: "prev", ArrowRight: "next" };

  document.addEventListener("keydown", (event) => {
    if (!turn[event.key] || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    // where the arrows have a use of their own: in fields, sliders, menus, and boxes that scroll
    if (document.activeElement.closest("input, select, textarea, button, summary, dialog, [tabindex='0'], [contenteditable], [role]:not(main, article)")) return;
    const link = document.querySelector(`link[rel=${turn[event.key]}]`);
    if (link) location.href = link.href;
  });

  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.closest("details:not([open])")?.setAttribute("open", "");
    target.closest(".toggle-hidden")?.querySelector(".toggle-button").click();
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  window.addEventListener("load", unfold);

  // What is too wide for its place scrolls, so the keyboard must get there. The theme looks after code and outputs too,
  // but 300 ms after the window has changed.
  const reachable = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }));
  document.querySelectorAll('mjx-container[display="true"], pre, .cell_output > .output, .pst-scrollable-table-container')
    .forEach((box) => reachable.observe(box));

  let closed = [], theme;
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("article details:not([open])")];
    closed.forEach((details) => { details.open = true; });
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
  });
  window.addEventListener("afterprint", () => {
    closed.forEach((details) => { details.open = false; });
    document.documentElement.dataset.theme = theme;
  });
})();
