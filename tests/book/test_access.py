"""Pages for every reader: the keyboard, the printer, who is lost. (What axe-core says is in `test_every_page`.)"""

import pytest
from built_site import open_page, watched

CHAPTER = "closed_form.html"
UNSEEN = """() => { const e = document.activeElement, s = getComputedStyle(e);
    return s.outlineStyle === 'none' && s.boxShadow === 'none' ? e.outerHTML.slice(0, 120) : null; }"""


@pytest.fixture(scope="module")
def chapter(reader, address):
    """A chapter that has just been opened, for the first of the tests below; they do not touch what others ask of."""
    page = watched(reader.context.new_page(), address)
    open_page(page, f"{address}book/{CHAPTER}")
    yield page
    page.close()


def press_tab(page, times):
    """What Tab leads to, and the elements among it that show no mark of being there."""
    reached, unseen = [], []
    for _ in range(times):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.outerHTML.slice(0, 80)"))
        unseen.append(page.evaluate(UNSEEN))
    return reached, [element for element in unseen if element]


def test_the_keyboard_skips_to_the_text_and_shows_where_it_is(chapter):
    page = chapter
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


def test_the_keyboard_opens_what_is_folded_and_links_open_it_too(address, chapter):
    page = chapter
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


def test_print_shows_all_of_the_text_and_nothing_of_the_frame(chapter):
    page = chapter
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
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
    page.emulate_media(media="screen", color_scheme="light")


def test_the_page_for_lost_readers_leads_back(site):
    html = (site / "404.html").read_text()
    assert 'Start from <a href="/book/introduction.html">' in html and 'href="/_static/book.css' in html
