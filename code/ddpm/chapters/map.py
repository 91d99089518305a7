"""The chapters, what each of them needs, and ways through them; the figure of the introduction is drawn from it.

A test holds it against what the chapters say of themselves.
"""

from textwrap import fill
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Arc

from ddpm.figures import COLOURS, INK, WIDTH, light

FIRST_PART = 9  # chapters


class Chapter(NamedTuple):
    """A numbered chapter.

    Attributes:
        slug: the name of its file.
        minutes: a student's, as the chapter says.
        needs: the chapters that its line *You need* leads to.
    """

    slug: str
    title: str
    minutes: int
    needs: tuple[str, ...]


CHAPTERS = (
    Chapter("forward_extremes", "The forward process at its extremes", 90, ()),
    Chapter("closed_form", "The closed form", 75, ("forward_extremes",)),
    Chapter(
        "likelihood_to_kl",
        "From the likelihood to the bound, from the bound to KL",
        95,
        ("forward_extremes", "closed_form"),
    ),
    Chapter("bound_in_numbers", "The bound in numbers", 90, ("likelihood_to_kl",)),
    Chapter("mean_to_noise", "From the mean to the noise", 100, ("likelihood_to_kl", "bound_in_numbers")),
    Chapter("mean_or_noise_timing", "Predicting the mean or the noise: which is faster?", 45, ("mean_to_noise",)),
    Chapter("train_and_observe", "Train and observe", 90, ("mean_to_noise",)),
    Chapter("more_patterns", "More than one pattern", 90, ("closed_form", "train_and_observe")),
    Chapter("takeaways", "Takeaways", 20, ("more_patterns",)),
    Chapter("score", "The score", 90, ("closed_form", "mean_to_noise", "more_patterns")),
    Chapter("small_steps", "Small steps: the SDE and the ODE", 90, ("score", "closed_form")),
    Chapter("bits", "Likelihood in bits per dimension", 90, ("small_steps", "likelihood_to_kl")),
    Chapter("fewer_steps", "Fewer steps", 90, ("small_steps", "mean_to_noise")),
    Chapter("where_to_step", "Where to step, and when to stop", 90, ("fewer_steps", "small_steps")),
    Chapter("flow_matching", "Flow matching is the same family", 90, ("small_steps", "fewer_steps", "bits")),
    Chapter("real_images", "Real images", 90, ("more_patterns", "fewer_steps", "small_steps", "bits")),
    Chapter("guidance", "Guidance", 90, ("score", "small_steps", "bits", "real_images")),
    Chapter("inverse", "Inverse problems", 90, ("guidance", "fewer_steps", "real_images")),
    Chapter("larger", "Larger than one machine", 75, ("train_and_observe", "mean_or_noise_timing")),
    Chapter(
        "choices",
        "Which choices matter",
        90,
        ("mean_to_noise", "more_patterns", "small_steps", "fewer_steps", "real_images"),
    ),
)
NUMBER = {chapter.slug: number for number, chapter in enumerate(CHAPTERS, start=1)}


def way_to(*slugs: str) -> list[int]:
    """The numbers of these chapters and of all that they rest on, in order.

    Raises:
        KeyError: there is no such chapter.
    """
    found: set[int] = set()
    waiting = [NUMBER[slug] for slug in slugs]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += [NUMBER[need] for need in CHAPTERS[number - 1].needs]
    return sorted(found)


def hours(numbers: list[int]) -> float:
    """What these chapters take a student."""
    return sum(CHAPTERS[number - 1].minutes for number in numbers) / 60


def ways() -> dict[str, list[int]]:
    """Ways through the book: by name the numbers of their chapters."""
    return {
        "a week": way_to("more_patterns"),
        "four weeks": list(range(1, FIRST_PART + 1)),
        "a term": list(range(1, len(CHAPTERS) + 1)),
    }


def implied(slug: str) -> set[str]:
    """Of what a chapter needs, that which another of its needs rests on."""
    needs = CHAPTERS[NUMBER[slug] - 1].needs
    return {need for need in needs for other in needs if other != need and NUMBER[need] in way_to(other)}


def draw_map() -> Figure:
    """The chapters below one another, and an arc from each to every one that it needs; a thin one where another need
    implies it."""
    figure, ax = plt.subplots(figsize=(WIDTH, 0.32 * len(CHAPTERS) + 0.1))
    for number, chapter in enumerate(CHAPTERS, start=1):
        part = COLOURS[0] if number <= FIRST_PART else COLOURS[1]
        ax.text(-0.35, -number, fill(f"{number}. {chapter.title}", 38), ha="right", va="center", fontsize=10)
        ax.plot([0], [-number], "o", color=part, markersize=6)
        thin = implied(chapter.slug)
        for need in chapter.needs:
            apart, middle = number - NUMBER[need], -(number + NUMBER[need]) / 2
            style = {"color": light(INK), "linewidth": 0.8} if need in thin else {"color": part, "linewidth": 1.8}
            ax.add_patch(
                Arc((0, middle), 0.7 * apart, apart, theta1=-90, theta2=90, zorder=0 if need in thin else 1, **style)
            )
    ax.set(xlim=(-9.9, 5.6), ylim=(-len(CHAPTERS) - 0.6, -0.4))
    ax.axis("off")
    return figure
