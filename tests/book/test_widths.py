"""A derivation is set for a desk and for a phone: one of the two is seen, and it fits its place."""

import pytest
from built_site import CHAPTERS, open_page, param

# of each displayed formula: how many of its settings are seen, and by how much the first of them is too wide
SEEN = """() => {
    document.querySelectorAll('details').forEach(d => { d.open = true; });
    document.querySelectorAll('.toggle-hidden .toggle-button').forEach(b => b.click());
    document.querySelectorAll('div.math').forEach(math => { math.style.contentVisibility = 'visible'; });
    return [...document.querySelectorAll('div.math')].map(math => {
        const seen = [...math.querySelectorAll(':scope > mjx-container')].filter(e => e.checkVisibility());
        return [seen.length, seen[0].scrollWidth - seen[0].clientWidth, math.id]; }); }"""
TALL = "() => document.getElementById('equation-eq-best-step').getBoundingClientRect().height"


@pytest.mark.parametrize("name", [param(name) for name in CHAPTERS])
def test_one_setting_is_seen_and_fits(address, page, name):
    open_page(page, f"{address}book/{name}")
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        for seen, over, label in page.evaluate(SEEN):
            assert seen == 1 and over <= 1, (width, label)


def test_a_desk_gets_fewer_lines(address, page):
    open_page(page, f"{address}book/likelihood_to_kl.html")
    page.evaluate(SEEN)
    desk = page.evaluate(TALL)
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate(TALL) > 1.3 * desk
