r"""Equations as Jupyter wants them: no macros of the book's own, numbers as `\tag`, no comments, no blank lines."""

import re

# the environments of amsmath that stand alone, and what stands for them between `$$`
INNER = {
    "align": "aligned",
    "alignat": "alignedat",
    "flalign": "aligned",
    "gather": "gathered",
    "multline": "gathered",
    "equation": "",
}
OUTER = re.compile(rf"\s*\\begin\{{({'|'.join(INNER)})\*?\}}(.*)\\end\{{\1\*?\}}\s*", re.S)
INNERMOST = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\\begin\{).)*?\\end\{\1\}", re.S)


def one_line(tex: str) -> str:
    return " ".join(tex.split())


def without_environments(tex: str) -> str:
    while tex != (tex := INNERMOST.sub("", tex)):
        pass
    return tex


def display(tex: str, number: str, standalone: bool = False) -> str:
    """What stands between `$$` for the equation `tex` with `number` ("" for none).

    Like Sphinx, it joins parts that a blank line separates, and aligns lines that end in a double backslash.
    """
    tex = re.sub(r"(?<!\\)%.*", "", tex)
    if standalone and (found := OUTER.fullmatch(tex)):
        inner = INNER[found[1]]
        parts = [rf"\begin{{{inner}}}{found[2]}\end{{{inner}}}" if inner else found[2]]
    else:
        parts = [part for part in re.split(r"\n\s*\n", tex) if part.strip()]
        parts = [
            rf"\begin{{aligned}}{part}\end{{aligned}}" if r"\\" in without_environments(part) else part
            for part in parts
        ]
    if len(parts) > 1:
        parts = [r"\begin{gathered}" + r" \\ ".join(parts) + r"\end{gathered}"]
    lines = [line.strip() for line in "".join(parts).splitlines() if line.strip()]
    return "\n".join(lines) + (rf" \tag{{{number}}}" if number else "")


def expand(tex: str, macros: dict) -> str:
    """`tex` with the macros of MathJax's configuration (`name: text` or `name: [text, arguments]`) written out."""
    for _ in range(9):  # macros in macros
        before = tex
        for name, macro in macros.items():
            text, count = (macro, 0) if isinstance(macro, str) else macro[:2]
            tex = expand_one(tex, name, text, count)
        if tex == before:
            break
    return tex


def expand_one(tex: str, name: str, text: str, count: int) -> str:
    command = re.compile(rf"\\{name}(?![A-Za-z])")
    done = ""
    while found := command.search(tex):
        done, tex, filled = done + tex[: found.start()], tex[found.end() :], text
        for i in range(1, count + 1):
            argument, tex = take_argument(tex.lstrip())
            filled = filled.replace(f"#{i}", argument)
        done += (
            f"{{{filled}}}"
            if count
            else filled + (" " if re.search(r"\\[A-Za-z]+$", filled) and tex[:1].isalpha() else "")
        )
    return done + tex


def take_argument(tex: str) -> tuple[str, str]:
    """The first argument of a command, without its braces, and the rest."""
    if not tex.startswith("{"):
        found = re.match(r"\\[A-Za-z]+|\\?.", tex, re.S)
        return (found[0], tex[found.end() :]) if found else ("", "")
    depth = 0
    for i, mark in enumerate(tex):
        depth += (mark == "{") - (mark == "}")
        if depth == 0:
            return tex[1:i], tex[i + 1 :]
    raise ValueError(f"unbalanced braces in {tex!r}")
