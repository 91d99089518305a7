"""Look over settings and chapters before Sphinx starts, and name every mistake with its place and remedy."""

import json
import re
import sys
from difflib import get_close_matches
from pathlib import Path

import yaml
from jupyter_book.config import PATH_JSON_SCHEMA, PATH_YAML_DEFAULT, get_validator
from myst_nb.core.read import MystMetadataParsingError, is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx_external_toc.parsing import MalformedError, parse_toc_data

HEADER = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---"""
CODE_CELL = re.compile(r"^ *(?:`{3,}|~{3,}|:{3,})\{code-cell\}", re.M)
# read by Jupyter Book, but in neither its schema nor its default settings
ALSO_KNOWN = {"": {"project"}, "html": {"navbar_footer_text"}, "parse": {"myst_substitutions"}}


def main(root: Path) -> int:
    """Print what is wrong with the book under `root`; 1 if anything is, else 0."""
    problems = check_book(root)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        print(f"\n{len(problems)} to mend before the book can be built.", file=sys.stderr)
    return int(bool(problems))


def check_book(root: Path) -> list[str]:
    """All problems of the book under `root`, each as 'file:line: what is wrong. What to do.'"""
    config, toc = Yaml(root / "_config.yml"), Yaml(root / "_toc.yml")
    problems = config.problems + toc.problems
    if config.data is not None:
        problems += check_config(config)
    chapters = sorted(
        p for p in root.glob("book/**/*.md") if not any(part.startswith("_") for part in p.relative_to(root).parts)
    )
    if toc.data is not None:
        problems += check_toc(toc, root, chapters)
    for path in chapters:
        problems += check_chapter(path, path.relative_to(root))
    return problems


class Yaml:
    """A YAML file: its `data` (None if unreadable), the line of each key or item by its path, and its problems."""

    def __init__(self, path: Path):
        self.name, self.data, self.lines, self.problems = path.name, None, {}, []
        try:
            text = path.read_text(encoding="utf-8")
            self.walk(yaml.compose(text, yaml.SafeLoader), ())
            self.data = yaml.safe_load(text)
        except OSError:
            self.problems.append(f"{path.name}: missing in {path.parent}. Build from the folder that holds it.")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1
            self.problems.append(
                f"{path.name}:{line}: not valid YAML: {error.problem}. Look at this line and the one before it."
            )
        else:
            if not isinstance(self.data, dict):
                self.data = None
                self.problems.append(f"{path.name}:1: must hold `key: value` lines.")

    def walk(self, node, place):
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here, line = (*place, key.value), key.start_mark.line + 1
                if here in self.lines:
                    self.problems.append(
                        f"{self.name}:{line}: `{key.value}` stands here and in line {self.lines[here]}; "
                        "only one counts. Join them."
                    )
                self.lines[here] = line
                self.walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self.lines[(*place, index)] = value.start_mark.line + 1
                self.walk(value, (*place, index))

    def at(self, place) -> str:
        return f"{self.name}:{self.lines.get(tuple(place), 1)}"


def check_config(config: Yaml) -> list[str]:
    """Unknown keys and wrong values in _config.yml, by Jupyter Book's own schema."""
    schema = json.loads(PATH_JSON_SCHEMA.read_text("utf-8"))["properties"]
    default = yaml.safe_load(PATH_YAML_DEFAULT.read_text("utf-8"))
    problems = []

    def unknown(section, keys, known):
        known = known | ALSO_KNOWN.get(section, set())
        for key in keys:
            if key not in known:
                place = (section, key) if section else (key,)
                where = f" in `{section}`" if section else ""
                problems.append(
                    f"{config.at(place)}: unknown key `{key}`{where}. {suggest(key, known)}"
                    "An option of Sphinx or of an extension belongs under `sphinx: config:`."
                )

    unknown("", config.data, schema.keys() | default.keys())
    for section, value in config.data.items():
        known = set(schema.get(section, {}).get("properties", {})) | set(default.get(section) or {})
        if isinstance(value, dict) and known:
            unknown(section, value, known)
    for error in get_validator().iter_errors(config.data):
        problems.append(
            f"{config.at(error.path)}: {'.'.join(map(str, error.path))}: {error.message}. "
            "Give a value of the kind that is asked for."
        )
    return problems


def check_toc(toc: Yaml, root: Path, chapters: list[Path]) -> list[str]:
    """Chapters that _toc.yml names and that are missing, and chapters that it does not name."""
    try:
        named = list(parse_toc_data(toc.data))
    except MalformedError as error:
        return [
            f"_toc.yml:1: {error}. See the parts and chapters that work, "
            "or `root`, `chapters` and `file` in Jupyter Book's guide."
        ]
    present = {path.relative_to(root).with_suffix("").as_posix() for path in chapters}
    lines = {}
    for number, text in enumerate((root / "_toc.yml").read_text(encoding="utf-8").splitlines(), start=1):
        if found := re.match(r"[\s-]*(?:root|file)\s*:\s*[\"']?([^\s\"'#]+)", text):
            lines.setdefault(found[1].removesuffix(".md"), number)
    problems = [
        f"_toc.yml:{lines.get(name, 1)}: there is no {name}.md. {suggest(name, present)}Write it, or take the line out."
        for name in named
        if not (root / f"{name}.md").is_file() and not (root / name).is_file()
    ]
    problems += [
        f"{name}.md: not named in _toc.yml, so no reader would find it. Add `- file: {name}` there."
        for name in sorted(present - set(named) - {name.removesuffix(".md") for name in named})
    ]
    return problems


def check_chapter(path: Path, name: Path) -> list[str]:
    """Cells that would silently not run, and figures without a description."""
    text = path.read_text(encoding="utf-8")
    if not CODE_CELL.search(text):
        return []
    if text.startswith("---"):
        try:
            yaml.safe_load(text[3:].split("\n---", 1)[0])
        except yaml.MarkedYAMLError as error:
            return [f"{name}:{error.problem_mark.line + 1}: the header is not valid YAML: {error.problem}. Mend it."]
    if not is_myst_markdown_notebook(text):
        return [
            f"{name}:1: has code cells, but no header that makes it a notebook, so none would run. "
            f"Start it with\n{HEADER}"
        ]
    try:
        notebook = read_myst_markdown_notebook(text, add_source_map=True, path=path)
    except MystMetadataParsingError as error:
        return [f"{name}: {error}. Mend the options at the head of this cell."]
    problems = []
    if "name" not in notebook.metadata.get("kernelspec", {}):
        problems.append(
            f"{name}:1: has code cells, but the header names no kernel. "
            "Add `kernelspec: {display_name: Python 3, language: python, name: python3}`."
        )
    for cell, line in zip(notebook.cells, notebook.metadata["source_map"]):
        options = cell.metadata.get("mystnb") or {}
        if options.get("figure") and not str((options.get("image") or {}).get("alt") or "").strip():
            problems.append(
                f"{name}:{line}: a figure without a description for those who cannot see it. "
                "Add `image: {alt: ...}` under this cell's `mystnb:`."
            )
    return problems


def suggest(word: str, known) -> str:
    """'Did you mean ...? ' if something in `known` is near `word`, else nothing."""
    near = get_close_matches(str(word), sorted(map(str, known)), n=1)
    return f"Did you mean `{near[0]}`? " if near else ""
