"""Version, day and entry from CITATION.cff."""

import pytest

from bookbuild.site.edition import bibtex, edition, words


@pytest.mark.parametrize("day", ["2026-11-05", '"2026-11-05"'])
def test_the_day_of_release_with_and_without_quotation_marks(tmp_path, day):
    text = f"title: A Book\nversion: 1.2.0\ndate-released: {day}\nauthors: [{{name: Some One}}]\n"
    (tmp_path / "CITATION.cff").write_text(text)
    cited = edition(tmp_path)
    assert words(cited) == "Version 1.2.0, 5 November 2026"
    assert "  year = {2026},\n" in bibtex(cited) and "url" not in bibtex(cited)


def test_a_book_without_the_file(tmp_path):
    assert edition(tmp_path) is None
