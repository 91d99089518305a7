"""The roles with which a box asks for a prediction: in text they are boxes to tick."""

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from bookbuild.site.predict import Choose, Number


@pytest.fixture(autouse=True)
def roles(monkeypatch):
    from docutils.parsers.rst import roles

    monkeypatch.setattr(roles, "_roles", {**roles._roles, "choose": Choose(), "number": Number()})


def inlines(text, kind):
    return [node for node in publish_doctree(text).findall(nodes.inline) if kind in node["classes"]]


def test_a_choice_is_boxes_to_tick():
    (choice,) = inlines("Is it? :choose:`yes | no, *never* | perhaps`", "choose")
    assert choice.astext() == "☐\u00a0yes ☐\u00a0no, never ☐\u00a0perhaps"
    assert sum("option" in node["classes"] for node in choice.findall(nodes.inline)) == 3


def test_a_number_is_a_line_with_its_unit():
    (number,) = inlines("How many? :number:`nats`", "number")
    assert number.astext() == "_____\u00a0nats"


def test_a_choice_needs_two_options(capsys):
    for text in ("yes", "yes |"):
        assert inlines(f"Is it? :choose:`{text}`", "choose") == []
        assert "two or more" in capsys.readouterr().err
