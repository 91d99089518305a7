"""What a page weighs and how soon it stands, from the browser's own figures.

Weights are of files as they are, without compression: most servers send less than half. Times on a busy machine say
little, so what is bounded is the processor's work: seconds spent until the page stands, and the longest task.
"""

from pathlib import Path

import pytest
from built_site import SITE, open_page

CHAPTERS = sorted(path.name for path in (SITE / "book").glob("*.html"))
BYTES = 1_500_000
WORK = 1.5  # seconds, with the formulas in place
OBSERVE = """() => {
    window.shift = 0; window.largest = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.shift += e.value; }))
        .observe({type: 'layout-shift', buffered: true});
    new PerformanceObserver(list => list.getEntries().forEach(e => { window.largest = e.startTime; }))
        .observe({type: 'largest-contentful-paint', buffered: true});
}"""
# what Lighthouse asks of a page beside speed and access
MISSING = """() => ['html[lang]', 'title', 'meta[name=viewport]', 'meta[name=description]', 'meta[property="og:title"]', 'link[rel=icon]', 'h1']
    .filter(selector => !document.querySelector(selector))"""
UNSIZED = """() => [...document.querySelectorAll('article img')].filter(i => !i.getAttribute('width') || !i.getAttribute('height')).map(i => i.src)"""
# down the page, past every figure: pictures are loaded when they are about to be seen
READ = """async () => { for (const image of document.querySelectorAll('article img')) if (image.checkVisibility()) {
    image.scrollIntoView(); await new Promise(done => image.complete ? done() : image.addEventListener('load', done)); } }"""


@pytest.mark.parametrize("name", CHAPTERS or [None])
def test_a_page_is_light_and_soon_there(site, address, page, name):
    loaded = {}
    page.on("response", lambda response: loaded.update({response.url.split("?")[0].split("#")[0]: response.status}))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(f"({OBSERVE})()")
    open_page(page, f"{address}book/{name}")
    work = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    assert page.evaluate("() => document.querySelectorAll('.math').length === document.querySelectorAll('.math mjx-container').length")
    assert page.evaluate("() => [...document.scripts].filter(s => s.src && !s.defer && !s.async).map(s => s.src)") == [], "scripts hold the page up"
    assert work < WORK, f"{work:.2f} s of work until the page stands"
    page.evaluate(READ)
    assert set(loaded.values()) <= {200}
    sizes = {url: Path(site, url.removeprefix(address)).stat().st_size for url in loaded}
    assert sum(sizes.values()) < BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:8]
    assert page.evaluate("() => window.shift") < 0.1
    assert page.evaluate(MISSING) == [] and page.evaluate(UNSIZED) == []
