"""The figures that answer: move a control in a real browser, and the numbers shown are those that `ddpm` computes."""

import re

import numpy as np
import pytest
from built_site import ROOT, open_page, watched

import ddpm
from ddpm.figures import interactive as module
from ddpm.losses import noise_weight

SCRIPT = (ROOT / "book/_static/interactive.js").read_text()
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text: str) -> float:
    """The number that the page shows as `text`."""
    return float(text.translate(SUPERSCRIPTS).replace(" × 10", "e").replace("∞", "inf"))


def shown(figure, name):
    return number(figure.locator(f"[data-name={name}]").inner_text())


def move(figure, name, value):
    """Set a slider as a reader does: the position, then the event that the browser sends."""
    figure.locator(f"input[name={name}]").evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value
    )


@pytest.fixture
def record(monkeypatch):
    """`record(kind, **data)`: the HTML that a cell hands to the site."""

    def make(kind, **data):
        kept = []
        monkeypatch.setattr(module, "display", lambda bundle, raw: kept.append(bundle["text/html"]))
        module.interactive("fig-x", kind, **data)
        return kept[0]

    return make


@pytest.fixture
def alone(page, record):
    """`alone(kind, **data)`: a page that holds one such figure and the script."""

    def make(kind, **data):
        page.set_content(f'<figure id="fig-x"><img alt="x"><figcaption>A.</figcaption></figure>{record(kind, **data)}')
        page.add_script_tag(content=SCRIPT)
        return page.locator("figure")

    return make


@pytest.fixture(scope="module")
def chapter(reader, address):
    """The chapter on the forward process, open."""
    page = watched(reader.context.new_page(), address)
    open_page(page, address + "book/forward_extremes.html")
    yield page
    page.close()


def test_the_schedule_of_the_forward_chapter(chapter):
    figure = chapter.locator("#fig-explorer")
    first, last = 10**-1.5, 10**-0.25
    schedules = {
        "linear": lambda T: ddpm.linear(T, first, last),
        "cosine": ddpm.cosine,
        "sigmoid": ddpm.sigmoid,
        "constant": lambda T: ddpm.constant(first, T),
    }
    for kind, T, t in [("linear", 20, 5), ("linear", 1, 1), ("cosine", 50, 50), ("sigmoid", 7, 3), ("constant", 13, 0)]:
        figure.locator("select[name=schedule]").select_option(kind)
        for name, value in {"T": T, "first": -1.5, "last": -0.25, "t": t}.items():
            if figure.locator(f"input[name={name}]").is_visible():
                move(figure, name, value)
        schedule = schedules[kind](T)
        wanted = {
            "beta": schedule.beta[t],
            "alpha_bar": schedule.alpha_bar[t],
            "snr": schedule.snr[t],
            "mean": np.sqrt(schedule.alpha_bar[t]),
            "variance": schedule.one_minus_alpha_bar[t],
        }
        for name, value in wanted.items():
            assert shown(figure, name) == pytest.approx(float(value), rel=6e-3 if abs(value) < 1e-3 else 6e-4), (
                kind,
                T,
                t,
                name,
            )
    assert chapter.errors == []


def test_the_picture_follows_and_the_printed_one_makes_room(chapter):
    figure = chapter.locator("#fig-explorer")
    assert figure.locator(".twins").is_hidden() and figure.locator("figcaption").is_visible()
    image = figure.locator("svg").first
    move(figure, "t", 5)
    before = image.inner_html()
    slider = figure.locator("input[name=t]")
    slider.focus()
    chapter.keyboard.press("ArrowRight")
    assert image.inner_html() != before
    assert "t = 6" in image.get_attribute("aria-label")
    assert slider.get_attribute("aria-valuetext") == "t 6"
    # at t = 0 the image itself: three dark pixels of one colour on the diagonal
    move(figure, "t", 0)
    fills = image.locator("rect").evaluate_all("all => all.slice(0, 9).map(e => e.getAttribute('fill'))")
    assert len(set(fills[::4])) == 1 and len(set(fills) - set(fills[::4])) == 1
    chapter.emulate_media(media="print")
    assert figure.locator(".twins").is_visible() and figure.locator(".interactive").is_hidden()
    chapter.emulate_media(media="screen")


def test_the_weight(alone):
    figure = alone("weight")
    schedules = {
        "linear": lambda T: ddpm.linear(T, 0.01, 10**-0.5),
        "cosine": ddpm.cosine,
        "sigmoid": ddpm.sigmoid,
        "constant": lambda T: ddpm.constant(0.01, T),
    }
    for kind, T, t in [("cosine", 50, 2), ("linear", 20, 20), ("sigmoid", 9, 4), ("constant", 30, 1)]:
        figure.locator("select[name=schedule]").select_option(kind)
        for name, value in {"T": T, "first": -2, "last": -0.5, "t": t}.items():
            move(figure, name, value)
        for variance in ("beta", "beta_tilde"):
            figure.locator("select[name=variance]").select_option(variance)
            weights = noise_weight(schedules[kind](T), variance)
            for name, at in {"weight": t, "first": 2, "last": T}.items():
                wanted = float(weights[at])
                expected = pytest.approx(wanted, rel=6e-3) if np.isfinite(wanted) else wanted
                assert shown(figure, name) == expected, (kind, variance, name)


def test_the_film_plays_to_the_end(alone, page):
    states = np.arange(4.0)[:, None, None] * np.ones((4, 3, 3))
    figure = alone("film", rows={"network": states, "best": -states}, limit=3.0)
    label = figure.locator("svg")
    assert label.get_attribute("aria-label") == "network at t = 3; best at t = 3"
    figure.get_by_role("button", name="Step").click()
    assert "t = 2" in label.get_attribute("aria-label")
    figure.get_by_role("button", name="Back").click()
    figure.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "() => document.querySelector('svg').getAttribute('aria-label').includes('t = 0')", timeout=10_000
    )
    assert figure.locator("output").inner_text() == "0"
    slider = figure.locator("input[name=t]")
    slider.focus()
    page.keyboard.press("ArrowLeft")  # the keyboard goes back by a step
    assert figure.locator("output").inner_text() == "1"
    page.keyboard.press("End")
    fills = figure.locator("rect").evaluate_all("all => all.map(e => e.getAttribute('fill'))")
    middle = re.search(r"palette&quot;:\[(.*?)\]", page.locator(".interactive").evaluate("e => e.outerHTML"))[1].split(
        ","
    )[10]
    assert fills[0] == middle.replace("&quot;", "")


def test_a_bar_says_which_colour_stands_for_which_value(alone):
    figure = alone("film", rows={"network": np.zeros((4, 3, 3)), "best": np.zeros((4, 3, 3))}, limit=2.5)
    words = figure.locator("svg text").all_text_contents()
    assert words == ["network", "best", "-2.5", "0", "2.5", "pixel value"]
    bar = [rect.get_attribute("fill") for rect in figure.locator('svg rect[height="8"]').all()]
    assert len(set(bar)) > 10


def test_the_film_does_not_play_where_motion_is_unwanted(alone, page):
    page.emulate_media(reduced_motion="reduce")
    figure = alone("film", rows={"network": np.zeros((4, 3, 3))}, limit=1.0)
    assert figure.get_by_role("button").all_inner_texts() == ["Back", "Step"]


@pytest.mark.slow
def test_the_film_of_the_training_chapter(page, address):
    open_page(page, address + "book/train_and_observe.html")
    figure = page.locator("#fig-film")
    assert figure.locator(".twins").is_hidden() and figure.locator("figcaption").is_visible()
    picture = figure.locator("svg")
    assert picture.get_attribute("aria-label") == "network at t = 50; best at t = 50"
    first = picture.inner_html()
    figure.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "() => document.querySelector('#fig-film svg').getAttribute('aria-label').includes('t = 0')", timeout=15_000
    )
    fills = picture.locator("rect").evaluate_all("all => all.map(e => e.getAttribute('fill'))")
    for image in (fills[:9], fills[10:19]):  # a frame is drawn behind each image
        assert len(set(image)) == 2 and image.count(image[4]) == 1, "at the end stands the dot"
    figure.locator("input[name=t]").focus()
    page.keyboard.press("Home")
    assert picture.inner_html() == first
    assert page.errors == [] and page.outside == []


def test_bad_records_are_refused(record):
    with pytest.raises(ValueError, match="unknown kind of figure 'movie'; expected one of schedule, film, weight"):
        record("movie")
    with pytest.raises(ValueError, match="finite"):
        record("schedule", image=[[np.nan]], noise=[[0.0]])
