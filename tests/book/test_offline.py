"""Every page works without the network: in Chromium, with all requests for other hosts refused."""

import re

import pytest
from built_site import PAGES, open_page, param

# mathematics that was not set, set with an error, or never found by MathJax
MATH = """() => [...document.querySelectorAll('.math')]
    .filter(e => !e.querySelector('mjx-container') || e.querySelector('mjx-merror, [data-mjx-error]'))
    .map(e => e.innerText)"""
IMAGES = """async () => Promise.all([...document.images].map(async i => ({
    source: i.getAttribute('src'), alt: i.getAttribute('alt'),
    decorative: i.closest('[aria-hidden=true]') !== null || i.getAttribute('role') === 'presentation',
    broken: await (i.loading = 'eager', i.decode()).then(() => i.naturalWidth === 0, () => true)})))"""
SHOWN = """() => [...document.querySelectorAll('article img, article figcaption')].filter(e => e.checkVisibility())
    .map(e => e.alt ?? e.innerText)"""
DIMMED = """() => [...document.querySelectorAll('article img')].filter(e => e.checkVisibility() &&
    (getComputedStyle(e).filter !== 'none' || getComputedStyle(e).backgroundColor !== 'rgba(0, 0, 0, 0)'))
    .map(e => e.src)"""
# what is wider than the window, the innermost first
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .reverse().slice(0, 5).map(e => e.outerHTML.slice(0, 100))"""
FILE = re.compile(r"\S+\.(svg|png|jpe?g|gif|webp)$", re.I)


@pytest.mark.parametrize("page_name", [param(page) for page in PAGES])
def test_page(site, address, page, page_name):
    open_page(page, address + page_name)
    assert page.outside == []
    assert page.evaluate(MATH) == []
    assert page.evaluate("() => [...document.querySelectorAll('mjx-merror')].map(e => e.innerText)") == []
    for image in page.evaluate(IMAGES):
        assert not image["broken"], image
        alt = (image["alt"] or "").strip()
        assert image["decorative"] or (alt and not FILE.match(alt)), f"no description: {image}"
    shown = page.evaluate(SHOWN)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'", timeout=5_000)
    assert page.evaluate(SHOWN) == shown, "dark pages show other figures or captions than light ones"
    assert page.evaluate(DIMMED) == [], "dimmed or boxed in dark mode"
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate(WIDE) == [], "wider than a phone"
    assert page.errors == []
