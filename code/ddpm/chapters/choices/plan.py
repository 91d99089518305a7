"""The jobs of the sweep, in the order in which they are done."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache, partial
from typing import NamedTuple

from ddpm.chapters.choices import digits, digits_learned, glyphs, learned, settings, variances


class Job(NamedTuple):
    """Something to be measured once.

    Attributes:
        place: on what.
        setting, recipe: what it is found by.
        measure: () -> what was measured, by name.
    """

    place: str
    setting: dict
    recipe: dict
    words: str
    measure: Callable[[], dict[str, list[float]]]


def of_glyphs(setting: settings.Setting) -> Job:
    """One training on the glyphs, five seeds."""
    return Job("glyphs", asdict(setting), glyphs.RECIPE, setting.label(), partial(glyphs.measure_glyphs, setting))


def of_digits(setting: settings.Setting) -> Job:
    """One training on the digits, four seeds."""
    return Job("digits", asdict(setting), digits.RECIPE, setting.label(), partial(digits.measure_digits, setting))


def of_steps(place: str, recipe: dict, measure: Callable[[int], dict]) -> list[Job]:
    """For each number of steps what `measure` finds with so many."""
    return [Job(place, {"steps": n}, recipe, f"{n} steps", partial(measure, n)) for n in variances.COUNTS]


def jobs() -> list[Job]:
    """All of them."""
    with_samples = {**glyphs.RECIPE, "draws": variances.DRAWS, "samples": glyphs.SAMPLES}
    return [
        *map(of_glyphs, settings.all_of(settings.on_glyphs())),
        *of_steps("variances", with_samples, lambda n: variances.measure_variances(n, _base_networks())),
        *of_steps("learned", learned.RECIPE, learned.measure_learned),
        *map(of_digits, settings.all_of(settings.on_digits())),
        *of_steps("digits variances", digits.RECIPE, digits.measure_variances),
        *of_steps("digits learned", digits_learned.RECIPE, digits_learned.measure_learned),
    ]


@cache
def _base_networks():
    return variances.base_networks()
