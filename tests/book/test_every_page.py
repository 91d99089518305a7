"""Every page as a browser shows it, opened once for all that is asked of it: light, soon there, whole without the
network, on a desk and on a phone, in light and dark, and for everybody, by axe-core.

Weights are of files as they are, without compression: most servers send less than half. Times on a busy machine say
little, so what is bounded is the processor's work.
"""

import gzip
import re
from pathlib import Path

import pytest
from axe import AXE, MODES, RUN
from built_site import PAGES, WINDOW, open_page, param, watched

BYTES = 1_500_000
FIRST = 130_000  # bytes, compressed, of the page and its style sheets: nothing is drawn before they are there
WORK = 1.5  # seconds of the processor until the page stands, with the formulas in place
OBSERVE = """() => {
    window.shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.shift += e.value; }))
        .observe({type: 'layout-shift', buffered: true});
}"""
# down the page, past every figure: pictures are loaded when they are about to be seen
READ = """async () => { for (const image of document.querySelectorAll('article img')) if (image.checkVisibility()) {
    image.scrollIntoView();
    await new Promise(done => image.complete ? done() : image.addEventListener('load', done)); } }"""
# how high the indices stand that have no style of their own, in letters
INDICES = """() => [...new Set([...document.querySelectorAll('mjx-script:not([style])')].map(getComputedStyle)
    .map(style => +(parseFloat(style.verticalAlign) / parseFloat(style.fontSize)).toFixed(3)))]"""
# what Lighthouse asks of a page beside speed and access: what is not as it should be
WRONG = """() => Object.entries({
    doctype: document.doctype?.name === 'html' && document.compatMode === 'CSS1Compat',
    charset: document.characterSet === 'UTF-8',
    language: document.documentElement.lang === 'en',
    title: document.title.length > 8,
    viewport: /width=device-width/.test(document.querySelector('meta[name=viewport]').content)
        && !/user-scalable|maximum-scale/.test(document.querySelector('meta[name=viewport]').content),
    description: document.querySelector('meta[name=description]')?.content.length > 40,
    social: !!document.querySelector('meta[property="og:title"]'),
    icon: !!document.querySelector('link[rel=icon]'),
    heading: !!document.querySelector('h1'),
    indexed: !document.querySelector('meta[name=robots][content*=noindex]'),
    links: [...document.links].every(a => /^(https?|mailto):/.test(a.protocol)
        && (a.textContent.trim() || a.getAttribute('aria-label') || a.title || !a.checkVisibility())
        && !/^(here|click here|link|more|read more|this)$/i.test(a.textContent.trim())),
}).filter(([, well]) => !well).map(([name]) => name)"""
UNSIZED = """() => [...document.querySelectorAll('article img')]
    .filter(i => !i.getAttribute('width') || !i.getAttribute('height')).map(i => i.src)"""
BENT = """() => [...document.querySelectorAll('article img')].filter(i => i.checkVisibility()
    && Math.abs(i.width / i.height / (i.naturalWidth / i.naturalHeight) - 1) > 0.03).map(i => i.src)"""
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
UNFOLD = """() => {
    document.querySelectorAll('details').forEach(d => { d.open = true; });
    document.querySelectorAll('.toggle-hidden .toggle-button').forEach(b => b.click());
}"""
# of each displayed formula: how many of its settings are seen, and by how much the first of them is too wide
SEEN = """() => {
    document.querySelectorAll('div.math').forEach(math => { math.style.contentVisibility = 'visible'; });
    return [...document.querySelectorAll('div.math')].map(math => {
        const seen = [...math.querySelectorAll(':scope > mjx-container')].filter(e => e.checkVisibility());
        return [seen.length, seen[0].scrollWidth - seen[0].clientWidth, math.id]; }); }"""
TALL = """() => [...document.querySelectorAll('div.two-widths')].map(math => [...math.children]
    .find(e => e.matches('mjx-container') && e.checkVisibility()).getBoundingClientRect().height)"""
BEST_STEP = "() => document.getElementById('equation-eq-best-step')?.getBoundingClientRect().height"
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
# words that a phone tears in a table, but for names in code that are too long: those in one of what was printed, and
# of more than 20 letters elsewhere
TORN = r"""() => [...document.querySelectorAll(
    'table.printed:not(:has(thead .visually-hidden)) p, article td code .pre')]
    .filter(e => e.checkVisibility()).flatMap(e => {
    const text = e.firstChild, range = document.createRange(), most = e.matches('.pre') ? 20 : 999;
    return [...text.data.matchAll(/[^\s-]+/g)].filter(word => word[0].length <= most).filter(word => {
        range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1; }).map(word => word[0]); })"""
LAID_OUT = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# what can be used with a mouse and not be reached with the Tab key
UNREACHED = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [onclick]')]
    .filter(e => e.checkVisibility() && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 120))"""
# formulas for screen readers: MathML in each, the glyphs hidden
MUTE = """() => [...document.querySelectorAll('mjx-container')].filter(e => !e.querySelector('mjx-assistive-mml math')
    || e.querySelector('mjx-math').getAttribute('aria-hidden') !== 'true').map(e => e.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module", params=[param(name) for name in PAGES])
def opened(request, browser, address):
    """A page, opened once, for the tests below in their order: what it is called, asked for and took to stand."""
    context = browser.new_context(**WINDOW)
    page = watched(context.new_page(), address)
    page.called, page.loaded = request.param, {}
    page.on("response", lambda answer: page.loaded.update({re.split("[?#]", answer.url)[0]: answer.status}))
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(f"({OBSERVE})()")
    open_page(page, address + request.param)
    page.work = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    yield page
    context.close()


def seen_as(page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme, timeout=5_000)
    page.evaluate(LAID_OUT)


def test_a_page_is_light_and_soon_there(site, address, opened):
    if not opened.called.startswith("book/"):
        return
    assert opened.evaluate(
        "() => [...document.querySelectorAll('.math')].every(math => math.querySelector(':scope > mjx-container'))"
    )
    assert set(opened.evaluate(INDICES)) <= {-0.15}, "an index stands elsewhere than MathJax puts it"
    assert (
        opened.evaluate("() => [...document.scripts].filter(s => s.src && !s.defer && !s.async).map(s => s.src)") == []
    ), "scripts hold the page up"
    assert opened.work < WORK, f"{opened.work:.2f} s of work until the page stands"
    opened.evaluate(READ)
    assert set(opened.loaded.values()) <= {200}
    sizes = {url: Path(site, url.removeprefix(address)).stat().st_size for url in opened.loaded}
    assert sum(sizes.values()) < BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:8]
    first = [Path(site, url.removeprefix(address)) for url in sizes if url.endswith((".html", ".css"))]
    assert sum(len(gzip.compress(path.read_bytes())) for path in first) < FIRST
    assert opened.evaluate("() => window.shift") < 0.1
    assert opened.evaluate(WRONG) == [] and opened.evaluate(UNSIZED) == [] and opened.evaluate(BENT) == []


def test_a_page_works_without_the_network(opened):
    assert opened.outside == []
    assert opened.evaluate(MATH) == []
    assert opened.evaluate("() => [...document.querySelectorAll('mjx-merror')].map(e => e.innerText)") == []
    for image in opened.evaluate(IMAGES):
        assert not image["broken"], image
        alt = (image["alt"] or "").strip()
        assert image["decorative"] or (alt and not FILE.match(alt)), f"no description: {image}"
    shown = opened.evaluate(SHOWN)
    seen_as(opened, 1280, "dark")
    assert opened.evaluate(SHOWN) == shown, "dark pages show other figures or captions than light ones"
    assert opened.evaluate(DIMMED) == [], "dimmed or boxed in dark mode"
    seen_as(opened, 375, "dark")
    assert opened.evaluate(WIDE) == [], "wider than a phone"
    assert opened.errors == []


def test_one_setting_of_a_formula_is_seen_and_fits(opened):
    opened.evaluate(UNFOLD)
    tall, best_step = {}, {}
    for width in (1280, 375):
        seen_as(opened, width, "light")
        for seen, over, label in opened.evaluate(SEEN):
            assert seen == 1 and over <= 1, (width, label)
        tall[width], best_step[width] = opened.evaluate(TALL), opened.evaluate(BEST_STEP)
    lower = [desk for desk, phone in zip(tall[1280], tall[375], strict=True) if desk < phone]
    assert lower or not tall[1280], "a desk gets fewer lines of a formula"
    assert best_step[1280] is None or best_step[375] > 1.3 * best_step[1280]


def test_axe_finds_nothing(opened):
    opened.evaluate(AXE)
    opened.evaluate(UNFOLD)
    found = {}
    for width, scheme in MODES:
        seen_as(opened, width, scheme)
        if violations := opened.evaluate(RUN):
            found[width, scheme] = violations
    assert found == {}
    assert opened.evaluate(SMALL) == [], "hard to read on a phone"
    assert opened.evaluate(CUT) == [], "a phone shows a part of it"
    assert opened.evaluate(TORN) == [], "a phone tears it"
    assert opened.evaluate(UNREACHED) == []
    assert opened.evaluate(MUTE) == []
    moving = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert opened.evaluate(moving) == 0, "moves in spite of reduced motion"
    assert opened.outside == []
