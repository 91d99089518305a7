"""A box that asks for a prediction takes one, keeps it, and sets it beside the result."""

import pytest
from built_site import open_page

# whether the words stand after the box and behind a result
BESIDE = """() => { const box = document.querySelector('.predict'), said = document.querySelector('p.predicted');
    return !!(box.compareDocumentPosition(said) & Node.DOCUMENT_POSITION_FOLLOWING)
        && said.previousElementSibling.matches('.cell:has(.cell_output)'); }"""


# of each prediction: is a heading, or another box, between the box and the words
PAST = """() => [...document.querySelectorAll('.predict')].map((field, i) => {
    const said = document.querySelectorAll('p.predicted')[i], follows = (a, b) => a.compareDocumentPosition(b) & 4;
    return [...document.querySelectorAll('article :is(h2, h3, .predict)')]
        .some(e => follows(field, e) && follows(e, said)); })"""
# the fields of the boxes: how high, and how far from the right edge of their box
PLACES = """() => [...document.querySelectorAll('.admonition.tip:has(.predict)')].flatMap(box =>
    [...box.querySelectorAll('.option label, .number input')].map(field => field.getBoundingClientRect())
        .map(place => [place.height, box.getBoundingClientRect().right - place.right]))"""


def assert_room(page):
    """There is room for a finger, and nothing stands out."""
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        places = page.evaluate(PLACES)
        assert len(places) > 5 and all(height >= 32 and left >= 0 for height, left in places)


@pytest.mark.parametrize("name", ["jax", pytest.param("forward_extremes", marks=pytest.mark.slow)])
def test_every_box_has_a_field_of_its_own_which_is_kept_and_stands_beside_the_result(address, page, name):
    url = f"{address}book/{name}.html"
    open_page(page, url)
    fields = page.locator(".predict textarea")
    titles = page.locator(".admonition.tip .admonition-title", has_text="Predict")
    assert fields.count() == titles.count() > 3 and page.locator("p.predicted:visible").count() == 0
    boxes = page.locator(".admonition.tip:has(.predict)")
    assert [box.locator("span:is(.choose, .number)").count() > 0 for box in boxes.all()] == [True] * fields.count()
    assert page.evaluate(PAST) == [False] * fields.count(), "it stands in the section that asked"
    fields.first.fill("half of it, <b>I think</b>")
    said = page.locator("p.predicted").first
    assert said.inner_text() == "You predicted: half of it, <b>I think</b>"
    assert page.evaluate(BESIDE)
    fields.nth(1).fill("second")
    page.goto(address + "book/introduction.html")
    assert fields.first.input_value() == ""
    page.goto(url)
    assert [fields.nth(i).input_value() for i in range(3)] == ["half of it, <b>I think</b>", "second", ""]
    assert said.is_visible()
    fields.first.fill("")
    assert not said.is_visible()
    page.reload()
    assert [fields.nth(i).input_value() for i in range(2)] == ["", "second"] and page.errors == []


@pytest.mark.slow
def test_choices_and_numbers_are_kept_and_stand_beside_the_result(address, page):
    open_page(page, address + "book/bits.html")
    box = page.locator(".admonition.tip").first
    asked = box.get_by_role("radiogroup")
    assert [group.get_attribute("aria-label") for group in asked.all()] == [
        f"Your prediction ({letter})" for letter in "abbc"
    ]
    assert_room(page)
    said = page.locator("p.predicted").first
    box.get_by_label("yes").check()
    asked.nth(2).get_by_role("radio").nth(2).check()
    assert said.text_content().startswith("You predicted: (a) yes; (b) ") and said.locator("mjx-container").count() == 1
    number = page.get_by_role("textbox", name="nats").first
    number.fill("0.005")
    line = page.locator("p.predicted", has_text="0.005")
    assert line.text_content() == "You predicted: (c) 0.005 nats" and line.is_visible()
    page.reload()
    assert box.get_by_label("yes").is_checked() and asked.nth(2).get_by_role("radio").nth(2).is_checked()
    assert number.input_value() == "0.005" and line.is_visible()
    box.get_by_label("no", exact=True).check()
    assert said.text_content().startswith("You predicted: (a) no; ") and page.errors == []


@pytest.mark.slow
def test_there_is_room_for_a_finger_and_nothing_stands_out(address, page):
    open_page(page, address + "book/score.html")
    assert_room(page)
