"""Every page for every reader: axe-core in light and dark, on a desk and in the hand; the keyboard; the printer."""

import pytest
from axe import AXE, MODES, RUN
from built_site import PAGES, open_page, param

UNFOLD = """() => {
    document.querySelectorAll('details').forEach(d => { d.open = true; });
    document.querySelectorAll('.toggle-hidden .toggle-button').forEach(b => b.click());
}"""
# text of less than 12 px, in drawings of less than 9; glyphs of formulas and their raised parts aside
SMALL = """() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), small = new Set();
    while (walk.nextNode()) { const e = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest('mjx-container, sup, sub')) continue;
        const svg = e.closest('svg'), scale = svg ? svg.getScreenCTM().a : 1;
        if (parseFloat(getComputedStyle(e).fontSize) * scale < (svg ? 9 : 12)) small.add(e.outerHTML.slice(0, 80)); }
    return [...small].slice(0, 5); }"""
# tables that a phone shows in part, and a way to the next page of which it cuts something off
CUT = """() => [...document.querySelectorAll('article table, .prev-next-area, .prev-next-area *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth
        || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
    .map(e => e.outerHTML.slice(0, 120))"""
LAID_OUT = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
CHAPTER = "closed_form.html"
# what can be used with a mouse and not be reached with the Tab key
UNREACHED = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [onclick]')]
    .filter(e => e.checkVisibility() && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 120))"""
UNSEEN = """() => { const e = document.activeElement, s = getComputedStyle(e);
    return s.outlineStyle === 'none' && s.boxShadow === 'none' ? e.outerHTML.slice(0, 120) : null; }"""
# formulas for screen readers: MathML in each, the glyphs hidden
MUTE = """() => [...document.querySelectorAll('mjx-container')].filter(e => !e.querySelector('mjx-assistive-mml math')
    || e.querySelector('mjx-math').getAttribute('aria-hidden') !== 'true').map(e => e.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("page_name", [param(name) for name in PAGES])
def test_axe_finds_nothing(site, address, page, page_name):
    page.emulate_media(reduced_motion="reduce")
    open_page(page, address + page_name)
    page.evaluate(AXE)
    page.evaluate(UNFOLD)
    found = {}
    for width, scheme in MODES:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme, timeout=5_000)
        page.evaluate(LAID_OUT)
        if violations := page.evaluate(RUN):
            found[width, scheme] = violations
    assert found == {}
    assert page.evaluate(SMALL) == [], "hard to read on a phone"
    assert page.evaluate(CUT) == [], "a phone shows a part of it"
    assert page.evaluate(UNREACHED) == []
    assert page.evaluate(MUTE) == []
    moving = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert page.evaluate(moving) == 0, "moves in spite of reduced motion"


def press_tab(page, times):
    """What Tab leads to, and the elements among it that show no mark of being there."""
    reached, unseen = [], []
    for _ in range(times):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.outerHTML.slice(0, 80)"))
        unseen.append(page.evaluate(UNSEEN))
    return reached, [element for element in unseen if element]


def test_the_keyboard_skips_to_the_text_and_shows_where_it_is(address, page):
    open_page(page, f"{address}book/{CHAPTER}")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.innerText") == "Skip to main content"
    page.wait_for_function("() => document.activeElement.getBoundingClientRect().top >= 0")  # it slides in
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")
    reached, unseen = press_tab(page, 25)
    assert unseen == [] and len(set(reached)) > 8


@pytest.mark.slow
def test_the_keyboard_turns_pages_but_not_out_of_a_field(address, page):
    open_page(page, f"{address}book/introduction.html")
    visited = [page.url]
    while page.locator("link[rel=next]").count():
        page.keyboard.press("ArrowRight")
        page.wait_for_url(lambda url: url != visited[-1])
        visited.append(page.url)
    assert len(visited) == len(set(visited)) > 2 and visited[-1].endswith("bibliography.html")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(visited[-2])
    page.keyboard.press("Control+k")
    page.keyboard.type("noise")
    page.keyboard.press("ArrowLeft")
    assert page.url == visited[-2]
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=noise")
    page.wait_for_selector("#search-results li a")


def test_the_keyboard_opens_what_is_folded_and_links_open_it_too(address, page):
    open_page(page, f"{address}book/{CHAPTER}")
    button = page.locator(".admonition.dropdown .toggle-button").first
    text = page.locator(".admonition.dropdown p:not(.admonition-title)").first
    assert not text.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert text.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.goto(f"{address}book/{CHAPTER}#equation-eq-jump")
    page.reload()
    page.wait_for_function("() => document.getElementById('equation-eq-jump').checkVisibility()")


def test_print_shows_all_of_the_text_and_nothing_of_the_frame(address, page):
    page.emulate_media(color_scheme="dark")
    open_page(page, f"{address}book/{CHAPTER}")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert (
        page.evaluate("() => document.querySelectorAll('article details:not([open]), article .toggle-hidden').length")
        == 0
    )
    for part in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(part).first.is_visible(), part
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"


def test_the_page_for_lost_readers_leads_back(site):
    html = (site / "404.html").read_text()
    assert 'Start from <a href="/book/introduction.html">' in html and 'href="/_static/book.css' in html
