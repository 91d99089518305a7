"""The film of the first page: a record of `ddpm.figures.interactive` as one SVG that moves by itself.

It is made of style rules alone, so that it also plays where a picture cannot run a script. Who has asked for less
motion sees its last state.
"""

import json
import re
from html import escape, unescape

RECORD = re.compile(r'data-kind="film" data-record="([^"]*)"')
SIDE, GAP, TOP, FOOT = 120, 24, 30, 34  # of an image, between images, above, below
SECONDS, STILL = 5.0, 2.5  # how long it moves, and then rests


def record_in(page: str) -> dict | None:
    """The first film in the HTML `page`."""
    found = RECORD.search(page)
    return json.loads(unescape(found[1])) if found else None


def colour(record: dict, value: float) -> str:
    palette = record["palette"]
    share = min(max((value / record["limit"] + 1) / 2, 0), 1)
    return palette[int(share * (len(palette) - 1) + 0.5)]


def pixels(record: dict, row: str) -> list[list[str]]:
    """For each pixel its colours from t = T to t = 0."""
    states = record["rows"][row][::-1]
    return [
        [colour(record, state[i][j]) for state in states]
        for i in range(len(states[0]))
        for j in range(len(states[0][0]))
    ]


def frames(colours: list[str]) -> str:
    """The key frames of a pixel: a colour stays until the next is named."""
    total, share = len(colours) - 1, SECONDS / (SECONDS + STILL)
    named = [i for i, one in enumerate(colours) if i == 0 or one != colours[i - 1]]
    return "".join(f"{100 * share * i / total:.4g}%{{fill:{colours[i]}}}" for i in named)


def svg(record: dict, titles: dict[str, str], start: str, description: str, name: str = "film") -> str:
    """The film as SVG.

    Args:
        titles: what stands above each row of the record that is shown.
        start: what stands above the first state, which all have in common.
        description: for those who do not see it.
        name: begins the names of its style rules, since a page has one space for them.
    """
    rows = {row: pixels(record, row) for row in titles}
    size = round(len(next(iter(rows.values()))) ** 0.5)
    side, rules, drawn = SIDE / size, [], []
    first = [colours[0] for colours in next(iter(rows.values()))]

    def image(number: int, title: str, colours: list[str], names: list[str]):
        left = number * (SIDE + GAP)
        drawn.append(f'<text x="{left + SIDE / 2:g}" y="18" text-anchor="middle">{escape(title)}</text>')
        for k, (fill, mark) in enumerate(zip(colours, names)):
            i, j = divmod(k, size)
            drawn.append(
                f'<rect{mark} x="{left + j * side:g}" y="{TOP + i * side:g}" width="{side:g}" height="{side:g}" '
                f'fill="{fill}"/>'
            )
        drawn.append(f'<rect x="{left}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="currentColor"/>')

    image(0, start, first, [""] * len(first))
    for number, (row, title) in enumerate(titles.items(), start=1):
        names = []
        for k, colours in enumerate(rows[row]):
            mark = f"{name}-{number}-{k}"
            rules.append(f"@keyframes {mark}{{{frames(colours)}}}.{mark}{{animation-name:{mark}}}")
            names.append(f' class="{name} {mark}"')
        image(number, title, [colours[-1] for colours in rows[row]], names)
    left, width = SIDE + GAP, len(titles) * (SIDE + GAP) - GAP
    line = TOP + SIDE + 14
    drawn.append(
        f'<rect x="{left}" y="{line}" width="{width}" height="3" fill="currentColor" opacity="0.25"/>'
        f'<rect class="{name} {name}-time" x="{left}" y="{line}" width="{width}" height="3" fill="currentColor"/>'
    )
    last = len(record["rows"][next(iter(titles))]) - 1
    drawn.append(
        f'<text x="{left}" y="{line + 19}">t = {last}</text>'
        f'<text x="{left + width}" y="{line + 19}" text-anchor="end">t = 0</text>'
    )
    share = 100 * SECONDS / (SECONDS + STILL)
    rules.append(
        f"@keyframes {name}-time{{0%{{transform:scaleX(0)}}{share:.4g}%,100%{{transform:none}}}}"
        f".{name}-time{{animation-name:{name}-time;transform-origin:{left}px 0}}"
    )
    style = (
        f".{name}{{animation:{SECONDS + STILL}s step-end infinite}}"
        f".{name}-time{{animation-timing-function:linear}}{''.join(rules)}"
        f"@media (prefers-reduced-motion:reduce){{.{name}{{animation:none}}}}"
    )
    total = (len(titles) + 1) * (SIDE + GAP) - GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 0 {total + 2} {TOP + SIDE + FOOT + 2}" role="img" '
        f'aria-label="{escape(description)}" font-family="sans-serif" font-size="15" fill="currentColor">'
        f"<style>{style}</style>{''.join(drawn)}</svg>"
    )
