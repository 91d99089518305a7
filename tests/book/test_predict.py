"""A box that asks for a prediction takes one, keeps it, and sets it beside the result."""

from built_site import open_page

PAGE = "book/forward_extremes.html"
# whether the words stand after the box and behind a result
BESIDE = """() => { const box = document.querySelector('.predict'), said = document.querySelector('p.predicted');
    return !!(box.compareDocumentPosition(said) & Node.DOCUMENT_POSITION_FOLLOWING)
        && said.previousElementSibling.matches('.cell:has(.cell_output)'); }"""


def test_a_prediction_is_kept_and_stands_beside_the_result(address, page):
    open_page(page, address + PAGE)
    assert page.locator("p.predicted:visible").count() == 0
    field = page.locator(".predict textarea").first
    field.fill("half of it, <b>I think</b>")
    said = page.locator("p.predicted").first
    assert said.inner_text() == "You predicted: half of it, <b>I think</b>"
    assert page.evaluate(BESIDE)
    page.reload()
    assert field.input_value() == "half of it, <b>I think</b>" and said.is_visible()
    field.fill("")
    assert not said.is_visible()
    page.reload()
    assert field.input_value() == "" and page.errors == []


def test_every_box_has_a_field_of_its_own(address, page):
    open_page(page, address + PAGE)
    fields = page.locator(".predict textarea")
    boxes = page.locator(".admonition.tip .admonition-title", has_text="Predict")
    assert fields.count() == boxes.count() > 3
    fields.nth(1).fill("second")
    page.goto(address + "book/introduction.html")
    assert page.locator(".predict textarea").first.input_value() == ""
    page.goto(address + PAGE)
    assert [fields.nth(i).input_value() for i in range(3)] == ["", "second", ""]


def test_choices_and_numbers_are_kept_and_stand_beside_the_result(address, page):
    open_page(page, address + "book/bits.html")
    box = page.locator(".admonition.tip").first
    asked = box.get_by_role("radiogroup")
    assert [group.get_attribute("aria-label") for group in asked.all()] == [
        f"Your prediction ({letter})" for letter in "abbc"
    ]
    said = page.locator("p.predicted").first
    box.get_by_label("yes").check()
    asked.nth(2).get_by_role("radio").nth(2).check()
    assert said.text_content().startswith("You predicted: (a) yes; (b) ") and said.locator("mjx-container").count() == 1
    page.reload()
    assert box.get_by_label("yes").is_checked() and asked.nth(2).get_by_role("radio").nth(2).is_checked()
    box.get_by_label("no", exact=True).check()
    assert said.text_content().startswith("You predicted: (a) no; ")
    number = page.get_by_role("textbox", name="nats").first
    number.fill("0.005")
    line = page.locator("p.predicted", has_text="0.005")
    assert line.text_content() == "You predicted: (c) 0.005 nats" and line.is_visible()
    page.reload()
    assert number.input_value() == "0.005" and page.errors == []


# the fields of the boxes: how high, and how far from the right edge of their box
PLACES = """() => [...document.querySelectorAll('.admonition.tip:has(.predict)')].flatMap(box =>
    [...box.querySelectorAll('.option label, .number input')].map(field => field.getBoundingClientRect())
        .map(place => [place.height, box.getBoundingClientRect().right - place.right]))"""


def test_there_is_room_for_a_finger_and_nothing_stands_out(address, page):
    open_page(page, address + "book/score.html")
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        places = page.evaluate(PLACES)
        assert len(places) > 5 and all(height >= 32 and left >= 0 for height, left in places)


def test_every_prediction_may_be_chosen_or_is_a_number(address, page):
    open_page(page, address + PAGE)
    boxes = page.locator(".admonition.tip:has(.predict)")
    assert boxes.count() > 3
    assert [box.locator("span:is(.choose, .number)").count() > 0 for box in boxes.all()] == [True] * boxes.count()


# of each prediction: is a heading, or another box, between the box and the words
PAST = """() => [...document.querySelectorAll('.predict')].map((field, i) => {
    const said = document.querySelectorAll('p.predicted')[i], follows = (a, b) => a.compareDocumentPosition(b) & 4;
    return [...document.querySelectorAll('article :is(h2, h3, .predict)')]
        .some(e => follows(field, e) && follows(e, said)); })"""


def test_it_stands_in_the_section_that_asked(address, page):
    open_page(page, address + PAGE)
    past = page.evaluate(PAST)
    assert len(past) > 3 and not any(past)
