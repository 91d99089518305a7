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
    field = page.get_by_label("Your prediction").first
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
    fields = page.get_by_label("Your prediction")
    boxes = page.locator(".admonition.tip .admonition-title", has_text="Predict")
    assert fields.count() == boxes.count() > 3
    fields.nth(1).fill("second")
    page.goto(address + "book/introduction.html")
    assert page.get_by_label("Your prediction").first.input_value() == ""
    page.goto(address + PAGE)
    assert [fields.nth(i).input_value() for i in range(3)] == ["", "second", ""]


# of each prediction: is a heading, or another box, between the box and the words
PAST = """() => [...document.querySelectorAll('.predict')].map((field, i) => {
    const said = document.querySelectorAll('p.predicted')[i], follows = (a, b) => a.compareDocumentPosition(b) & 4;
    return [...document.querySelectorAll('article :is(h2, h3, .predict)')]
        .some(e => follows(field, e) && follows(e, said)); })"""


def test_it_stands_in_the_section_that_asked(address, page):
    open_page(page, address + PAGE)
    past = page.evaluate(PAST)
    assert len(past) > 3 and not any(past)
