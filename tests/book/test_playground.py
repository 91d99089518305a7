"""The playground as a reader uses it, in a real browser: with pointer, keyboard, address, and from a file."""

import re
from html import unescape

import numpy as np
import pytest
from built_site import ROOT, SITE, WINDOW, open_page, watched
from playground_math import CHAIN, SCRIPTS, TRAIN, caller

import ddpm

T, PLAYGROUND = 100, "book/playground.html"
BYTES = 60_000
READY = "() => window.playground?.now && document.querySelector('.playground .show [role=status]').textContent !== ''"
# nothing is said until all has been computed anew; what the state before still had to say is said no more by then
FOLLOW = """state => new Promise(followed => { addEventListener('hashchange', () => {
    document.querySelector('.playground .show [role=status]').textContent = '';
    followed(); }, { once: true, capture: true }); location.hash = state; })"""
STARTS = """([part, text]) => document.querySelector(`.playground ${part} [role=status]`)
    .textContent.replaceAll('\\xa0', ' ').startsWith(text)"""
TRAINED = "() => { const { state, losses } = playground.now(); return losses.at(-1)?.step === state.train; }"
RUN = "() => [...document.querySelectorAll('button')].find(button => button.textContent === 'Run').click()"
LOSSES = "() => playground.now().losses.map(({ step, gap, zero }) => [step, gap, zero])"
# the middle of what is blue on the lower canvas and of what there is on the upper one, as shares of their width
CENTRES = """() => [...document.querySelectorAll('.playground canvas')].map((canvas, upper) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let [x, y, all] = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) {
        const weight = upper || data[i + 2] > data[i] + 50 ? data[i + 3] : 0, at = i / 4;
        [x, y, all] = [x + weight * (at % canvas.width), y + weight * Math.floor(at / canvas.width), all + weight];
    }
    return [x / all / canvas.width, y / all / canvas.width];
})"""
# every point of a path from now on: of an arrow its tail, its tip, and three of its head
RECORD = """() => { window.drawn = []; for (const name of ['moveTo', 'lineTo']) { const draw = Path2D.prototype[name];
    Path2D.prototype[name] = function (x, y) { window.drawn.push([x, y]); draw.call(this, x, y); }; } }"""
NAMELESS = "() => [...document.querySelectorAll('.playground :is(input, select)')].filter(e => !e.labels.length).length"
SMALL = """() => [...document.querySelectorAll('.playground :is(button, input, select), button[data-state]')]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
CUT = """() => [...document.querySelectorAll('.playground *')].filter(e => e.checkVisibility()
    && e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 100))"""
# frames are told the time of `window.clock`
HOLD_THE_CLOCK = """() => { const ask = window.requestAnimationFrame.bind(window); window.clock = 0;
    window.requestAnimationFrame = draw => ask(() => draw(window.clock)); }"""
A_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
COUNT_FRAMES = """() => { const ask = window.requestAnimationFrame.bind(window); window.frameCount = 0;
    window.requestAnimationFrame = draw => ask(now => { window.frameCount += 1; draw(now); }); }"""


@pytest.fixture(scope="module")
def run(browser):
    """The mathematics alone; see `playground_math.caller`."""
    page = browser.new_page()
    yield caller(page)
    page.close()


@pytest.fixture
def playground(page, address):
    """`playground(state)`: the page, opened with a state in its address."""

    def opened(state=""):
        page.goto("about:blank")
        open_page(page, f"{address}{PLAYGROUND}{state}")
        page.wait_for_function(READY)
        return page

    return opened


@pytest.fixture(scope="module")
def used(reader, address):
    """The page as somebody uses it for long: most of the tests below, one after the other."""
    page = watched(reader.context.new_page(), address)
    open_page(page, f"{address}{PLAYGROUND}")
    page.wait_for_function(READY)
    yield page
    page.close()


@pytest.fixture
def led(used):
    """`led(state)`: that page, when an address with this state has been followed."""

    def to(state):
        used.evaluate(FOLLOW, state)
        used.wait_for_function(READY)
        return used

    yield to
    used.emulate_media(media="screen")
    used.set_viewport_size(WINDOW["viewport"])


def state(page) -> dict:
    return page.evaluate("() => playground.now().state")


def particles(page) -> list:
    return page.evaluate("() => [...playground.now().particles]")


def shown(page, name) -> str:
    return page.locator(f".playground [data-name={name}]").inner_text()


def told(page) -> str:
    """What is read out of the particles."""
    return page.locator(".playground .show [role=status]").inner_text().replace("\xa0", " ")


def wait_told(page, text, part=".show"):
    page.wait_for_function(STARTS, arg=[part, text], timeout=30_000)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def wait_trained(page):
    page.wait_for_function(TRAINED, timeout=60_000)
    wait_told(page, "After", ".choose")


def test_the_address_keeps_the_state(playground):
    page = playground()
    usual = state(page)
    assert page.url.endswith(PLAYGROUND), "an address is left alone until something is changed"
    other = {"data": "eight", "t": 0, "field": "difference", "sampler": "heun", "steps": 1, "by": "network"}
    own = {"data": "own", "t": 100, "steps": 100, "sampler": "ancestral"}
    for given in (
        {**usual, **other, "seed": 9999, "train": 5000},
        {**usual, **own, "points": [[1.25, -3], [0, 0.01]]},
        {**usual, **own, "points": []},
    ):
        assert page.evaluate("s => playground.read(playground.written(s))", given) == given
    for nonsense in (
        "",
        "#what-to-remember",
        "#data=gone&t=101&steps=0&seed=-1&train=1e3&sampler=toString&by=",
        "#points=a,b;1;9,9;,&t=&steps=2.5",
    ):
        assert page.evaluate("h => playground.read(h)", nonsense) == usual
    page.locator("select[name=sampler]").select_option("heun")
    page.locator("input[name=seed]").fill("42")
    page.locator("input[name=seed]").press("Enter")
    changed = {**usual, "sampler": "heun", "seed": 42}
    page.wait_for_url("**/*seed=42*")
    assert state(page) == changed
    page = playground(page.url[page.url.index("#") :])
    assert state(page) == changed
    page.evaluate("() => { location.hash = '#data=pair&t=7'; }")
    page.wait_for_function("() => playground.now().state.data === 'pair'")
    assert page.locator("select[name=data]").input_value() == "pair" and state(page)["t"] == 7
    assert page.errors == []


def test_it_stands_in_the_place_of_the_printed_picture(led):
    page = led("#data=moons&t=40")
    figure = page.locator("#fig-playground")
    printed, live = figure.locator(".twins, img").first, figure.locator(".playground")
    assert live.is_visible() and figure.locator("figcaption").is_visible() and printed.is_hidden()
    assert shown(page, "alpha_bar") == f"{float(ddpm.cosine(T).alpha_bar[40]):.3g}"
    page.emulate_media(media="print")
    assert live.is_hidden() and printed.is_visible()


def test_particles_are_led_back_and_the_numbers_are_those_of_the_mathematics(led, run):
    page = led("#data=eight&t=60&sampler=ddim&steps=4&seed=3")
    assert told(page).startswith("Draws from the data, noised to t = 60: distance")
    press(page, "Step")
    wait_told(page, "Step 1 of 4 (DDIM with the exact prediction), t = 75: distance")
    assert page.locator("input[name=t]").input_value() == "75"
    press(page, "Play")
    wait_told(page, "Step 4 of 4 (DDIM with the exact prediction), t = 0: distance")
    expected = run(CHAIN, name="eight", steps=4, sampler="ddim", seed=3, count=400)
    np.testing.assert_allclose(particles(page), expected["x"], rtol=1e-9)
    assert shown(page, "outside") == f"{100 * expected['outside']:.3g} %"
    assert f"{shown(page, 'distance')}, of fresh draws {shown(page, 'floor')}; {shown(page, 'outside')}" in told(page)
    description = page.locator(".playground canvas").first.get_attribute("aria-label")
    assert "eight Gaussians" in description and told(page) in description.replace("\xa0", " ")
    # the slider brings back what the noise makes of the data
    page.locator("input[name=t]").focus()
    page.keyboard.press("ArrowRight")
    wait_told(page, "Draws from the data, noised to t = 1: distance")
    assert page.errors == [] and page.outside == []


@pytest.mark.slow
def test_a_pause_changes_nothing(playground, page, run):
    """In the middle of a step and between two, by a clock that this test sets; nor of the ancestral sampler, which
    draws in every step."""
    page.add_init_script(f"({HOLD_THE_CLOCK})()")
    page, time = playground("#data=pair&sampler=ancestral&steps=6&seed=5"), page.locator("input[name=t]")
    for clock, reached in ((250, "100"), (750, "83"), (1000, "83")):  # a step is shown for half a second
        press(page, "Play")
        page.evaluate(A_FRAME)
        page.evaluate("clock => { window.clock = clock; }", clock)
        page.evaluate(A_FRAME)
        press(page, "Pause")
        assert time.input_value() == reached
    while time.input_value() != "0":
        press(page, "Step")
    expected = run(CHAIN, name="pair", steps=6, sampler="ancestral", seed=5, count=400)
    np.testing.assert_allclose(particles(page), expected["x"], rtol=1e-9)


@pytest.mark.slow
def test_where_motion_is_unwanted_it_jumps_to_the_end(playground, page):
    page.emulate_media(reduced_motion="reduce")
    page = playground("#data=ring&steps=50")
    assert page.evaluate(f"() => {{ ({RUN})(); return document.querySelector('[name=t]').value; }}") == "0"
    wait_told(page, "Step 50 of 50")
    assert page.get_by_role("button", name="Play").count() == 0


def test_own_points_by_pointer_and_by_keyboard(led):
    page = led("#data=own")
    assert told(page) == "No points yet." and page.get_by_role("button", name="Play").is_disabled()
    stage = page.locator(".playground .stage")
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.25})
    (point,) = state(page)["points"]
    np.testing.assert_allclose(point, [1.5, 1.5], atol=0.03)
    page.get_by_label("x", exact=True).focus()
    for key in ("Control+a", "-", "1", "Tab", "Control+a", "0", ".", "5", "Tab", "Enter"):
        page.keyboard.press(key)
    assert state(page)["points"][1] == [-1, 0.5]
    page.wait_for_url(re.compile(r"data=own.*points=1\.\d+,1\.\d+;-1,0\.5$"))
    press(page, "Take back")
    assert len(state(page)["points"]) == 1
    press(page, "Clear")
    assert state(page)["points"] == [] and page.errors == []
    page.locator("select[name=data]").select_option("ring")
    stage.click()
    assert state(page)["points"] == [] and not page.get_by_label("x", exact=True).is_visible()


def test_an_address_is_followed_though_the_state_before_was_still_to_be_saved(led):
    page = led("#data=ring&t=30")
    page.locator("input[name=t]").focus()
    page.keyboard.press("ArrowRight")
    page.evaluate(
        FOLLOW.replace("= state;", "= state; history.replaceState(null, '', '#data=ring&t=31');"), "#data=own"
    )
    page.wait_for_function(READY)
    assert told(page) == "No points yet." and state(page)["data"] == "own" and page.url.endswith("#data=own")
    page.wait_for_timeout(250)
    assert page.url.endswith("#data=own")


def test_shade_dots_and_arrows_are_where_the_point_is(led):
    page = led("#data=own&points=1.5,1&field=exact&t=5")
    centre = page.evaluate(CENTRES)
    np.testing.assert_allclose(centre, [[0.75, 1 / 3]] * 2, atol=0.02)
    page.evaluate(RECORD)
    page.locator("select[name=field]").select_option("none")
    page.locator("select[name=field]").select_option("exact")
    page.wait_for_function("() => window.drawn.length > 1000")
    tails, tips = np.array(page.evaluate("() => window.drawn")[: 5 * 225]).reshape(225, 5, 2)[:, :2].swapaxes(0, 1)
    place = page.locator(".playground .stage").bounding_box()["width"] * np.array([0.75, 1 / 3])
    middle, way = (tails + tips) / 2, tips - tails
    cosines = np.sum((place - middle) * way, 1) / np.linalg.norm(place - middle, axis=1) / np.linalg.norm(way, axis=1)
    assert cosines.min() > 0.99


def test_every_control_is_reached_and_named(led):
    page = led("#data=own&points=0,0;1,1")
    page.locator(".playground button").first.focus()
    reached = set()
    for _ in range(20):
        reached.add(page.evaluate("() => document.activeElement.name || document.activeElement.textContent"))
        page.keyboard.press("Tab")
    assert reached >= {"Play", "Step", "To the start", "Add", "Take back", "Clear", "Train"}
    assert reached >= {"data", "x", "y", "t", "field", "sampler", "steps", "by", "seed", "train"}
    assert page.evaluate(NAMELESS) == 0


def test_the_network_is_trained_beside_the_page_and_to_the_same_weights(led, run):
    page = led("#data=eight&seed=2&field=network&by=network&steps=3")
    page.locator("select[name=train]").select_option("100")
    press(page, "Train")
    wait_trained(page)
    expected, losses = run(TRAIN, name="eight", seed=2, steps=100), page.evaluate(LOSSES)
    np.testing.assert_allclose(page.evaluate("() => [...playground.now().network]"), expected["weights"], rtol=1e-9)
    assert [step for step, _, _ in losses] == [0, 25, 50, 75, 100]
    page.wait_for_url("**/*train=100*")
    np.testing.assert_allclose(losses[0], [0, expected["first"], expected["zero"]], rtol=1e-9)
    np.testing.assert_allclose(losses[-1], [100, expected["gap"], expected["zero"]], rtol=1e-9)
    assert f"gap {expected['gap']:.3g}" in page.locator(".choose [role=status]").inner_text()
    assert page.locator(".curve polyline").get_attribute("points").count(",") == 5
    press(page, "Step")
    wait_told(page, "Step 1 of 3 (DDIM with the network)")
    # it goes on from where it was; other data begin anew
    page.locator("select[name=train]").select_option("200")
    press(page, "Train")
    wait_trained(page)
    assert [step for step, _, _ in page.evaluate(LOSSES)] == list(range(0, 201, 25))
    page.locator("select[name=data]").select_option("ring")
    assert page.evaluate(LOSSES) == [] and state(page)["train"] == 0
    assert page.errors == []


@pytest.mark.slow
def test_training_can_be_stopped(playground):
    page = playground("#data=moons&train=5000")
    page.wait_for_function("() => playground.now().losses.length > 2", timeout=30_000)
    press(page, "Stop")
    page.get_by_role("button", name="Train", exact=True).wait_for()
    page.wait_for_timeout(500)
    reached = len(page.evaluate(LOSSES))
    page.wait_for_timeout(500)
    assert len(page.evaluate(LOSSES)) == reached < 201


def test_the_buttons_of_the_text_set_the_controls(led):
    page = led("#data=moons&steps=7")
    buttons = page.locator("button[data-state]")
    assert buttons.count() == 3
    for button in buttons.all():
        button.click()
        given = button.get_attribute("data-state")
        assert state(page) == page.evaluate("s => playground.read(s)", given)
        page.wait_for_url(lambda url, given=given: all(part in url for part in given.split("&")))


def test_links_of_the_book_to_a_state_name_what_the_page_knows(site, used):
    page, given = used, []
    for path in site.glob("book/*.html"):
        given += re.findall(r'href="playground\.html#([^"]*=[^"]*)"', path.read_text(encoding="utf-8"))
    assert given
    for link in map(unescape, given):
        parts = page.evaluate("s => playground.written(playground.read(s))", link).lstrip("#").split("&")
        assert set(link.split("&")) <= set(parts), link


@pytest.mark.slow
def test_it_works_from_a_file(site, browser):
    context = browser.new_context()
    page = context.new_page()
    errors, asked = [], []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((SITE / PLAYGROUND).as_uri() + "#data=pair&train=100&steps=2")
    wait_trained(page)
    press(page, "Play")
    wait_told(page, "Step 2 of 2")
    page.locator("input[name=t]").press("ArrowRight")
    page.wait_for_url("file:**t=1&*")
    assert errors == [] and all(url.startswith(("file:", "blob:", "data:")) for url in asked)
    context.close()


def test_room_for_a_finger_and_nothing_cut_off(led):
    page = led("#data=own&points=0,0")
    for width in (320, 375, 768):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(A_FRAME)
        assert page.evaluate(SMALL) == [] and page.evaluate(CUT) == [], width
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), width


def test_it_is_light_and_burdens_no_other_page(site):
    styles = re.findall(r"^.*\.playground.*$", (ROOT / "book/_static/book.css").read_text(), re.M)
    assert sum(path.stat().st_size for path in SCRIPTS) + sum(map(len, styles)) < BYTES
    others = [path for path in site.glob("book/*.html") if path.name != "playground.html"]
    assert others and not [path.name for path in others if "_static/playground/" in path.read_text(encoding="utf-8")]


@pytest.mark.slow
@pytest.mark.parametrize("given", ["#data=board&steps=100&sampler=heun", "#data=board&steps=8&by=network"])
def test_a_frame_leaves_a_phone_time(playground, page, given):
    """The processor's time for a frame of a run, for scripts, styles and layout, times four: the slowdown that tools of
    browsers take for a phone. Painting is left out: there it is the graphics chip's. Time on the clock would count
    what else runs on this machine."""
    page.set_viewport_size({"width": 375, "height": 800})
    page.add_init_script(f"({COUNT_FRAMES})()")
    page = playground(given)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent():
        metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
        return metrics["ScriptDuration"] + metrics["LayoutDuration"] + metrics["RecalcStyleDuration"]

    page.wait_for_timeout(500)
    before, frames = spent(), page.evaluate("() => window.frameCount")
    press(page, "Play")
    page.wait_for_function("() => document.querySelector('[name=t]').value === '0'", timeout=60_000, polling=200)
    frame = (spent() - before) / (page.evaluate("() => window.frameCount") - frames)
    assert 4 * frame < 1 / 60, f"{1e3 * frame:.2f} ms a frame"


def test_its_notebook_has_the_picture_and_no_controls(site):
    text = (site / "_notebooks/playground.ipynb").read_text(encoding="utf-8")
    assert "levels(jax.random.key(0), ddpm.cosine(100)" in text and "<script" not in text and "<button" not in text
