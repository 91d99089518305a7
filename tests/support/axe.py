"""axe-core, the accessibility checker, for a page in a browser: run `AXE` in it, then `RUN` gives what is wrong."""

from pathlib import Path

import axe_playwright_python

AXE = next(Path(axe_playwright_python.__path__[0]).rglob("axe.min.js")).read_text(encoding="utf-8")
# Every rule that axe has, the experimental ones too, but for those of level AAA. Left out are the thousands of glyphs
# in formulas: they are hidden from screen readers, and in the colour of the text around.
RUN = """async () => (await axe.run({exclude: ['mjx-math']}, {resultTypes: ['violations'], rules: Object.fromEntries(
    axe.getRules().filter(rule => !rule.tags.includes('wcag2aaa'))
    .map(rule => [rule.ruleId, {enabled: true}]))})).violations.map(v =>
    `${v.id}: ${v.nodes.length} times, such as ${v.nodes[0].html.slice(0, 200)}: ${v.nodes[0].failureSummary}`)"""
MODES = [
    (1280, "light"),
    (375, "dark"),
]  # layout depends on the width alone and colours on the scheme, so each is seen once
