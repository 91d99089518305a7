"""What is cut out of the style sheets, and what must stay."""

import re
from pathlib import Path

import pydata_sphinx_theme
import pytest
from fontTools.ttLib import TTFont

from bookbuild.site import mathjax, slim


@pytest.mark.parametrize(
    "css, kept",
    [
        (".used { color: red } .unused { color: blue }", ".used{color: red}"),
        (".used .unused, .used > p { top: 0 }", ".used > p{top: 0}"),
        ("#unused, p, [class*='x'] { top: 0 }", "p,[class*='x']{top: 0}"),
        (".used:not(.unused, .other):is(.a, .b) { top: 0 }", ".used:not(.unused, .other):is(.a, .b){top: 0}"),
        ("@media print { .unused { top: 0 } } @media print { p { top: 0 } }", "@media print{p{top: 0}}"),
        ("@font-face { font-family: X; src: url(a;b.woff) }", "@font-face{ font-family: X; src: url(a;b.woff) }"),
        (
            "@charset 'utf-8'; /* .used { } */ p::before { content: '}{;' }",
            "@charset 'utf-8';\np::before{content: '}{;'}",
        ),
        (r".md\:used { top: 0 } .w-1\/2 { top: 0 }", r".md\:used{top: 0}"),
    ],
)
def test_rules_stay_if_something_can_match_them(css, kept):
    assert slim.purge(css, {"used", "md:used"}) == kept


def test_words_lose_their_mark_if_no_theme_colours_them():
    light, dark = '[data-theme="light"] .highlight', '[data-theme="dark"] .highlight'
    css = (
        f"{light}{{background: #fff; color: #080808}}{light} .n{{color: #080808}}{light} .o{{color: #080808}}"
        f"{light} .b{{font-weight: bold; color: #080808}}{dark}{{color: #FFF}}{dark} .n {{ color: #fff; }}"
        f"{dark} .o {{ color: #ABE338 }} /* words */\n{dark} .b{{color: #fff}}"
    )
    assert slim.like_their_code(css) == {"n"}
    code = '<span class="n">a</span><span class="o">=</span> <span class="nb">b</span>'
    assert slim.unmark(code, {"n"}) == 'a<span class="o">=</span> <span class="nb">b</span>'
    assert slim.unmark(code, set()) == code


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_without_a_mark_have_the_colour_that_it_gave_them(theme, page, address):
    page.goto(f"{address}book/closed_form.html")
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    plain, marked = page.evaluate(
        """() => {
            const code = document.querySelector('.cell_input .highlight pre');
            const word = Object.assign(document.createElement('span'), {className: 'n'});
            code.append(word);
            return [code, word].map(element => getComputedStyle(element).color);
        }"""
    )
    assert plain == marked
    assert not page.evaluate(
        "() => document.querySelectorAll('.highlight span.n:not(:empty), .highlight span.p').length"
    )


def test_pages_keep_every_rule_that_matches_something(site):
    """Against the theme's full sheet: a rule that was cut names a class or id that stands in no page."""
    full = (
        Path(pydata_sphinx_theme.__path__[0]) / "theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css"
    ).read_text()
    left = (site / "_static/styles/pydata-sphinx-theme.css").read_text()
    assert len(left) < len(full) / 3
    pages = " ".join(p.read_text() for p in site.glob("book/*.html"))
    words = {word for css_class in set(re.findall(r'class="([^"]*)"', pages)) for word in css_class.split()}
    alone = re.compile(r"(?<=[{}\n,])\.([^\s,{}]+)(?=[,{])")  # the classes that are by themselves what a rule is for
    assert set(alone.findall(full)) & words == set(alone.findall(left)) & words


def test_the_icon_font_has_the_icons_of_the_pages_and_few_others(site):
    css = (site / "_static/styles/pydata-sphinx-theme.css").read_text()
    there = set(TTFont(site / "_static/vendor/fontawesome/webfonts/fa-solid-900.woff").getBestCmap())
    pages = " ".join(p.read_text() for p in site.glob("book/*.html"))
    names = set(re.findall(r"fa-(?!solid|regular|brands|lg)[a-z-]+", pages))
    assert names
    for name in names:
        code = re.search(rf'\.{name}:before[^{{]*{{content:"\\(f[0-9a-f]+)"', css)
        assert code and int(code[1], 16) in there, name
    assert len(there) < 100


def test_glyph_rules_follow_the_pages():
    style = (
        'mjx-c.mjx-c78::before {\n  content: "x";\n}\n\n'
        'mjx-c.mjx-c79.TEX-I::before {\n  content: "y";\n}\n'
        "mjx-box {\n  top: 0;\n}\n"
    )
    left = mathjax.style_for('<mjx-c class="mjx-c79 TEX-I">', style)
    assert 'content: "y"' in left and 'content: "x"' not in left and "mjx-box" in left


def test_formulas_are_set_with_their_macros_and_read_aloud():
    (good, bad), style = mathjax.typeset(
        [(r"\KL(q)", False), (r"\nosuch", True)],
        {"macros": {"KL": r"\mathrm{KL}"}, "packages": {"[-]": ["noundefined"]}},
    )
    assert "mjx-assistive-mml" in good["html"] and ">KL</mi>" in good["html"] and good["error"] is None
    assert bad["error"] == r"Undefined control sequence \nosuch"
    assert "mjx-c4B" in style
