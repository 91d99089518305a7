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


def of_variances(count: int) -> Job:
    """The three variances with so many steps, by the networks of the base."""
    recipe = {**glyphs.RECIPE, "draws": variances.DRAWS, "samples": glyphs.SAMPLES}
    return Job(
        "variances",
        {"steps": count},
        recipe,
        f"{count} steps",
        lambda: variances.measure_variances(count, _base_networks()),
    )


def of_learned(count: int) -> Job:
    """Networks that learn the variance of so many steps, five seeds."""
    return Job("learned", {"steps": count}, learned.RECIPE, f"{count} steps", partial(learned.measure_learned, count))


def of_digits(setting: settings.Setting) -> Job:
    """One training on the digits, four seeds."""
    return Job("digits", asdict(setting), digits.RECIPE, setting.label(), partial(digits.measure_digits, setting))


def of_digits_variances(count: int) -> Job:
    """The three variances with so many steps, on the digits."""
    return Job(
        "digits variances",
        {"steps": count},
        digits.RECIPE,
        f"{count} steps",
        partial(digits.measure_variances, count),
    )


def of_digits_learned(count: int) -> Job:
    """Networks that learn the variance of so many steps on the digits, four seeds."""
    return Job(
        "digits learned",
        {"steps": count},
        digits_learned.RECIPE,
        f"{count} steps",
        partial(digits_learned.measure_learned, count),
    )


def jobs() -> list[Job]:
    """All of them."""
    return [
        *map(of_glyphs, settings.all_of(settings.on_glyphs())),
        *map(of_variances, variances.COUNTS),
        *map(of_learned, variances.COUNTS),
        *map(of_digits, settings.all_of(settings.on_digits())),
        *map(of_digits_variances, variances.COUNTS),
        *map(of_digits_learned, variances.COUNTS),
    ]


@cache
def _base_networks():
    return variances.base_networks()
