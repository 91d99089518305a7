"""Links show what they lead to, for the mouse and the keyboard, from a server or a file; equations give their TeX."""

import re

import pytest
from axe import AXE, MODES, RUN
from built_site import SITE, open_page

from bookbuild.site import previews
from bookbuild.site.mathjax import with_tex

BOX = "#preview"
PAGE = "mean_to_noise"
# a link of each kind: to an equation here and elsewhere, a figure, a footnote, a source; and what is shown then
KINDS = {
    "equation": ("a[href^='#equation-']", "mjx-container"),
    "equation elsewhere": ("a[href^='closed_form.html#equation-']", "mjx-container"),
    "figure": ("a[href^='#fig-']", "img"),
    "footnote": ("a.footnote-reference", "p"),
    "source": ("a[href^='bibliography.html#id']", "p"),
}


@pytest.fixture(scope="module", params=["file", pytest.param("server", marks=pytest.mark.slow)])
def read(request, browser, site):
    """A chapter in a browser, from a file and from a server."""
    home = f"{site.as_uri()}/" if request.param == "file" else request.getfixturevalue("address")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.goto(f"{home}book/{PAGE}.html")
    yield page
    assert page.wrong == []
    page.close()


def link_to(page, kind):
    link = page.locator(f"article > section {KINDS[kind][0]}").locator("visible=true").first
    link.scroll_into_view_if_needed()
    return link


@pytest.mark.parametrize("kind", [pytest.param(k, marks=[pytest.mark.slow] * (i > 0)) for i, k in enumerate(KINDS)])
def test_the_mouse_opens_a_preview_and_leaving_closes_it(read, kind):
    link = link_to(read, kind)
    link.hover()
    box = read.locator(BOX)
    box.wait_for()
    assert box.locator(KINDS[kind][1]).locator("visible=true").count()
    assert link.get_attribute("aria-describedby") == "preview" and link.get_attribute("title") is None
    place = box.bounding_box()
    assert (
        place["x"] >= 0
        and place["x"] + place["width"] <= 1280
        and place["y"] >= 0
        and place["y"] + place["height"] <= 900
    )
    box.hover()  # it stays while the mouse is in it
    read.wait_for_timeout(300)
    assert box.is_visible()
    read.mouse.move(1, 1)
    box.wait_for(state="hidden")
    assert link.get_attribute("aria-describedby") is None


def test_the_preview_of_an_equation_is_that_equation(read):
    for kind in ("equation", "equation elsewhere"):
        link = link_to(read, kind)
        link.hover()
        read.locator(BOX).wait_for()
        name, place = re.fullmatch(r"(.*?)#(.*)", link.get_attribute("href")).groups()
        html = (SITE / "book" / (name or f"{PAGE}.html")).read_text(encoding="utf-8")
        number = re.search(rf'id="{place}".*?<span class="eqno">(\(.*?\))', html, re.S)[1]
        assert read.locator(f"{BOX} .eqno").inner_text().strip() == number == link.inner_text()
        assert (
            read.evaluate("() => document.querySelectorAll('#preview [id], #preview a, #preview button').length") == 0
        )
        read.keyboard.press("Escape")
        assert not read.locator(BOX).is_visible()


def test_the_keyboard_opens_a_preview_and_escape_closes_it(read):
    link = link_to(read, "equation")
    link.focus()  # as by a click or a script: nothing opens before a key was pressed
    read.keyboard.press("Shift+Tab")
    read.keyboard.press("Tab")
    assert link.evaluate("e => e === document.activeElement")
    read.locator(BOX).wait_for()
    read.keyboard.press("Escape")
    assert not read.locator(BOX).is_visible() and link.evaluate("e => e === document.activeElement")
    read.keyboard.press("Shift+Tab")
    read.keyboard.press("Tab")
    read.locator(BOX).wait_for()
    read.keyboard.press("Tab")
    assert link.get_attribute("aria-describedby") is None
    read.keyboard.press("Escape")


@pytest.mark.slow
def test_a_tap_opens_no_preview(browser, address):
    context = browser.new_context(viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}book/closed_form.html")
    link = link_to(page, "equation")
    link.tap()
    page.wait_for_timeout(500)
    assert not page.locator(BOX).is_visible() and "#equation-" in page.url
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("width, scheme", MODES)
def test_axe_finds_nothing_while_a_preview_is_open(address, page, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_page(page, f"{address}book/closed_form.html")
    link_to(page, "equation").hover()
    page.locator(BOX).wait_for()
    box = page.locator(BOX).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []


def test_every_link_to_what_is_shown_finds_it(site):
    """Each page names the scripts that its links need, and they hold what the links lead to."""
    held = {path.stem: path.read_text(encoding="utf-8") for path in (site / previews.FOLDER).rglob("*.js")}
    checked = 0
    for path in sorted((site / "book").glob("*.html")):
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r'<link rel="preview-script" href="\.\./_static/previews/book/(\w+)\.js', text))
        needed = set()
        for name, place in set(
            re.findall(r'href="(\w+)\.html#((?:equation-|fig-)[\w-]+)"', text[text.index("<article") :])
        ):
            assert f'"{place}":' in held[name], (path.stem, place)
            needed.add(name)
            checked += 1
        assert needed <= named <= set(held)
    assert checked > 50


def test_a_button_copies_the_tex_of_an_equation(browser, address):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}book/closed_form.html")
    number = page.locator("#equation-eq-q-sample .eqno")
    name = f"Copy TeX of equation {re.match(r'[(].*?[)]', number.text_content())[0]}"
    button = page.get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => [...document.querySelectorAll('[role=status]')].some(e => e.innerText.endsWith('copied'))"
    )
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("\\begin{aligned}\nx_t &= \\sqrt{\\bar\\alpha_t}") and copied.endswith("\\end{aligned}")
    equations = page.locator("div.math[id^=equation]").count()
    assert page.locator("button.copy-tex").count() == equations > 5
    context.close()


def test_tex_survives_the_way_into_a_page():
    assert with_tex('<mjx-container class="a">', r"a < b \& \text{\"o}", True) == (
        '<mjx-container data-tex="a &lt; b \\&amp; \\text{\\&quot;o}" class="a">'
    )
    assert with_tex('<mjx-container class="a">', "a", False) == '<mjx-container class="a">'
