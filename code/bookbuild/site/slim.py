"""The style sheets and icons of the site, cut down to what its pages can use; code without marks that change nothing.

A rule stays if every class and id that its selector asks for is a word somewhere in a page or a script: so what a
script adds later is kept too. The icon font keeps the icons that the remaining rules name.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

COMMENT = re.compile(r"/\*.*?\*/", re.S)
STRING = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)"']*\)""", re.S)
NEEDED = re.compile(r"[.#]((?:[\w-]|\\.)+)")
EITHER = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")  # what stands in these need not be there
NO_CLASSES = {"fontawesome.js", "minisearch.js", "sections.js"}  # scripts whose words are others'
ICON = re.compile(r"\\(f[0-9a-f]{3})|([\ue000-\uf8ff])")
COLOUR = re.compile(
    r'\[data-theme="?(\w+)"?\] \.highlight(?: \.(\w+))? *\{\s*(?:background: *#\w+; *)?color: *(#\w+);?\s*\}'
)
FONT_SOURCE = re.compile(
    r"url\(([^)]*/)(fa-[\w-]+)\.woff2\) format\(\"woff2\"\),url\([^)]*\.ttf\) format\(\"truetype\"\)"
)


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """The parts of a style sheet: (selector or at-rule, what stands in its braces); None there for a statement
    without braces."""
    depth = start = head_end = 0
    position = 0
    while position < len(css):
        if found := STRING.match(css, position):
            position = found.end()
            continue
        mark = css[position]
        if mark == "{":
            depth += 1
            if depth == 1:
                head_end = position
        elif mark == "}":
            depth -= 1
            if depth == 0:
                yield css[start:head_end].strip(), css[head_end + 1 : position]
                start = position + 1
        elif mark == ";" and depth == 0:
            yield css[start:position].strip(), None
            start = position + 1
        position += 1


def purge(css: str, words: set[str]) -> str:
    """`css` without comments and without the rules that nothing with only these `words` as classes and ids can
    match."""
    kept = []
    for head, body in rules(COMMENT.sub("", css)):
        if body is None:
            kept.append(f"{head};")
        elif head.startswith(("@media", "@supports", "@layer", "@container")):
            if inner := purge(body, words):
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        elif selectors := [s for s in split_selectors(head) if needed(s) <= words]:
            kept.append(f"{','.join(selectors)}{{{body.strip()}}}")
    return "\n".join(kept)


def split_selectors(head: str) -> list[str]:
    """The selectors of a list, at the commas outside brackets."""
    return [part.strip() for part in re.split(r",(?![^(]*\))(?![^\[]*\])", head)]


def needed(selector: str) -> set[str]:
    while selector != (selector := EITHER.sub("", selector)):
        pass
    return {re.sub(r"\\(.)", r"\1", name) for name in NEEDED.findall(STRING.sub("", selector))}


def icons(font: Path, characters: set[int]) -> bytes:
    """The font in the file `font` with these characters alone, as WOFF."""
    face = TTFont(font, recalcTimestamp=False)
    options = subset.Options(layout_features=[], glyph_names=False, notdef_outline=False)
    maker = subset.Subsetter(options)
    maker.populate(unicodes=characters)
    maker.subset(face)
    face.flavor = "woff"
    made = io.BytesIO()
    face.save(made)
    return made.getvalue()


def like_their_code(css: str) -> set[str]:
    """The kinds of words in code (Pygments' short names) that have the colour of the code around them in all themes."""
    themes = {}
    for theme, kind, colour in COLOUR.findall(css):
        themes.setdefault(theme, {})[kind] = colour.lower()
    return set.intersection(*({kind for kind in of if kind and of[kind] == of.get("")} for of in themes.values()))


def unmark(page: str, kinds: set[str]) -> str:
    """`page` without the marks of these kinds of words in its code."""
    return re.sub(rf'<span class="(?:{"|".join(kinds)})">([^<]*)</span>', r"\1", page) if kinds else page


def slim(app, error):
    if error or app.builder.format != "html":
        return
    top = Path(app.outdir)
    static = top / "_static"
    kinds = like_their_code((static / "pygments.css").read_text(encoding="utf-8"))
    texts = []
    for path in top.rglob("*.html"):
        if "_static" not in path.parts:
            written = path.read_text(encoding="utf-8")
            texts.append(unmark(written, kinds))
            if texts[-1] != written:
                path.write_text(texts[-1], encoding="utf-8")
    texts += [
        p.read_text(encoding="utf-8")
        for p in static.rglob("*.js")
        if p.name not in NO_CLASSES and "previews" not in p.parts
    ]
    words = set(re.findall(r"[\w-]+", " ".join(texts)))
    characters = set()
    for path in sorted(static.rglob("*.css")):
        css = purge(path.read_text(encoding="utf-8"), words)
        characters |= {int(code, 16) if code else ord(mark) for code, mark in ICON.findall(css)}
        path.write_text(FONT_SOURCE.sub(r'url(\1\2.woff) format("woff")', css) + "\n", encoding="utf-8")
    for font in sorted(static.glob("vendor/fontawesome/webfonts/*.ttf")):
        font.with_suffix(".woff").write_bytes(icons(font, characters))


def setup(app):
    app.connect("build-finished", slim, priority=600)  # after the formulas are set, at 550
    return {"parallel_read_safe": True, "parallel_write_safe": True}
