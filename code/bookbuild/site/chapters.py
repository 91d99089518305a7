"""What is said of each chapter, from its own file: the header (`question`, `week`) and the line that begins with
**Time:**; in the order and the parts of _toc.yml.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

TIME = re.compile(r"^\*\*Time:\*\* about (\d+) minutes.*?\*\*You need:\*\* (.*?)\n\n", re.M | re.S)
TITLE = re.compile(r"^# (.+)$", re.M)


@dataclass(frozen=True)
class Chapter:
    """A page that _toc.yml names. `part` is the caption that it stands under ("" for the first page)."""

    root: Path
    name: str
    part: str
    numbered: bool

    @cached_property
    def text(self) -> str:
        return (self.root / f"{self.name}.md").read_text(encoding="utf-8")

    @cached_property
    def header(self) -> dict:
        """What stands between the first two `---`."""
        return (yaml.safe_load(self.text[3:].split("\n---", 1)[0]) or {}) if self.text.startswith("---") else {}

    @property
    def title(self) -> str:
        return TITLE.search(self.text)[1]

    @property
    def question(self) -> str:
        """The chapter's question in one sentence; "" if its header has none."""
        return self.header.get("question", "")

    @property
    def minutes(self) -> int:
        """Of a student, what may be skipped not counted; 0 if the chapter does not say."""
        found = TIME.search(self.text)
        return int(found[1]) if found else 0

    @property
    def needs(self) -> str:
        """What a reader needs, as Markdown; links lead from the chapter's folder."""
        found = TIME.search(self.text)
        return " ".join(found[2].split()) if found else ""

    @property
    def is_notebook(self) -> bool:
        return "kernelspec" in self.header


def chapters(root: Path) -> list[Chapter]:
    """The pages of the book under `root`."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found = [Chapter(root, toc["root"].removesuffix(".md"), "", False)]
    for part in toc.get("parts") or [toc]:
        for entry in part.get("chapters") or ():
            if name := entry.get("file"):
                found.append(
                    Chapter(root, name.removesuffix(".md"), part.get("caption", ""), bool(part.get("numbered")))
                )
    return [chapter for chapter in found if (root / f"{chapter.name}.md").is_file()]


def numbered(root: Path) -> list[Chapter]:
    """The chapters that have numbers, in their order: chapter n of the book is the nth."""
    return [chapter for chapter in chapters(root) if chapter.numbered]


@dataclass(frozen=True)
class Week:
    """A week of the plan: its chapters, and the assignments whose last chapter is among them."""

    number: int
    chapters: list[Chapter]
    due: list[str]

    @property
    def hours(self) -> str:
        return f"{sum(chapter.minutes for chapter in self.chapters) / 60:.1f}"


def weeks(root: Path) -> list[Week]:
    """The plan for a class, from the headers of the chapters (`week`, `assignment`)."""
    planned = [chapter for chapter in chapters(root) if "week" in chapter.header]
    due = {each.header["assignment"]: each.header["week"] for each in planned if "assignment" in each.header}
    return [
        Week(
            number,
            [chapter for chapter in planned if chapter.header["week"] == number],
            [name for name, when in due.items() if when == number],
        )
        for number in sorted({chapter.header["week"] for chapter in planned})
    ]
