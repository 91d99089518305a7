"""axe-core, the accessibility checker, for a page in a browser: run `AXE` in it, then `RUN` gives what is wrong."""

from pathlib import Path

import axe_playwright_python

AXE = next(Path(axe_playwright_python.__path__[0]).rglob("axe.min.js")).read_text(encoding="utf-8")
# Every rule that axe has, the experimental ones too, but for those of level AAA. Taken out meanwhile are the thousands
# of glyphs in formulas, which are hidden from screen readers and in the colour of the text around, and their MathML:
# axe places each of them, and has no rule for one. Of the words of code that have the same colours on the same ground,
# thousands too, the contrast of the first is computed.
RUN = """async () => {
    const seen = new Set(), parts = ['backgroundColor', 'backgroundImage', 'opacity', 'filter'];
    document.querySelectorAll('.highlight pre span').forEach(word => {
        const own = getComputedStyle(word), kind = [own.color, own.fontSize, own.fontWeight, word.checkVisibility()];
        for (let e = word; e; e = e.parentElement) {
            const style = getComputedStyle(e);
            kind.push(parts.map(part => style[part])); }
        word.toggleAttribute('data-again', seen.has(String(kind)));
        seen.add(String(kind)); });
    axe.configure({rules: [{id: 'color-contrast', selector: '*:not([data-again])'}]});
    const rules = axe.getRules().filter(rule => !rule.tags.includes('wcag2aaa'));
    const insides = [...document.querySelectorAll('mjx-math, mjx-assistive-mml > math')]
        .map(math => [math, math.getBoundingClientRect(), math.getAttribute('style'), [...math.childNodes]]);
    for (const [math, {width, height}] of insides) {
        math.replaceChildren();
        Object.assign(math.style, {width: `${width}px`, height: `${height}px`}); }
    const found = await axe.run(document, {resultTypes: ['violations'],
        rules: Object.fromEntries(rules.map(rule => [rule.ruleId, {enabled: true}]))});
    for (const [math, , style, nodes] of insides) {
        math.replaceChildren(...nodes);
        style === null ? math.removeAttribute('style') : math.setAttribute('style', style); }
    return found.violations.map(({id, nodes}) =>
        `${id}: ${nodes.length} times, such as ${nodes[0].html.slice(0, 200)}: ${nodes[0].failureSummary}`); }"""
MODES = [
    (1280, "light"),
    (375, "dark"),
]  # layout depends on the width alone and colours on the scheme, so each is seen once
