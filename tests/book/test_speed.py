"""What a page weighs and how soon it stands, from the browser's own figures.

Weights are of files as they are, without compression: most servers send less than half. Times on a busy machine say
little, so what is bounded is the processor's work: seconds spent until the page stands, and the longest task.
"""

import gzip
from pathlib import Path

import pytest
from built_site import CHAPTERS, open_page, param

BYTES = 1_500_000
FIRST = 130_000  # bytes, compressed, of the page and its style sheets: nothing is drawn before they are there
WORK = 1.5  # seconds, with the formulas in place
OBSERVE = """() => {
    window.shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.shift += e.value; }))
        .observe({type: 'layout-shift', buffered: true});
}"""
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
# down the page, past every figure: pictures are loaded when they are about to be seen
READ = """async () => { for (const image of document.querySelectorAll('article img')) if (image.checkVisibility()) {
    image.scrollIntoView();
    await new Promise(done => image.complete ? done() : image.addEventListener('load', done)); } }"""


@pytest.mark.parametrize("name", [param(name) for name in CHAPTERS])
def test_a_page_is_light_and_soon_there(site, address, page, name):
    loaded = {}
    page.on("response", lambda response: loaded.update({response.url.split("?")[0].split("#")[0]: response.status}))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(f"({OBSERVE})()")
    open_page(page, f"{address}book/{name}")
    work = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    assert page.evaluate(
        "() => [...document.querySelectorAll('.math')].every(math => math.querySelector(':scope > mjx-container'))"
    )
    assert set(page.evaluate(INDICES)) <= {-0.15}, "an index stands elsewhere than MathJax puts it"
    assert (
        page.evaluate("() => [...document.scripts].filter(s => s.src && !s.defer && !s.async).map(s => s.src)") == []
    ), "scripts hold the page up"
    assert work < WORK, f"{work:.2f} s of work until the page stands"
    page.evaluate(READ)
    assert set(loaded.values()) <= {200}
    sizes = {url: Path(site, url.removeprefix(address)).stat().st_size for url in loaded}
    assert sum(sizes.values()) < BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:8]
    first = [Path(site, url.removeprefix(address)) for url in sizes if url.endswith((".html", ".css"))]
    assert sum(len(gzip.compress(path.read_bytes())) for path in first) < FIRST
    assert page.evaluate("() => window.shift") < 0.1
    assert page.evaluate(WRONG) == [] and page.evaluate(UNSIZED) == [] and page.evaluate(BENT) == []
