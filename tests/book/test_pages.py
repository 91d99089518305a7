"""The built site is what the sources ask for, and nothing else."""

from built_site import NOTEBOOKS, PAGES, SITE, SOLUTIONS, STUDENTS


def is_redirect(path) -> bool:
    return 'http-equiv="refresh"' in path.read_text(encoding="utf-8").lower()


def test_pages_and_notebooks_are_those_of_the_sources(site):
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts and not is_redirect(path)]
    assert sorted(path.relative_to(site).as_posix() for path in pages) == PAGES
    found = {*site.rglob("*.ipynb"), *(SITE.parent / "solution").glob("*.ipynb")}
    assert found == {*NOTEBOOKS, *STUDENTS, *SOLUTIONS}
