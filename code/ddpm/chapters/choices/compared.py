"""What is stored, as effects: each setting against the base of its context, seed by seed."""

from dataclasses import asdict

from ddpm.chapters.choices import digits, digits_learned, glyphs, learned, stored
from ddpm.chapters.choices.settings import Setting, on_digits, on_glyphs
from ddpm.chapters.choices.variances import COUNTS, DRAWS, NAMES
from ddpm.chapters.choices.verdict import Effect, effect, of_context

RECIPES = {
    "glyphs": glyphs.RECIPE,
    "variances": {**glyphs.RECIPE, "draws": DRAWS, "samples": glyphs.SAMPLES},
    "learned": learned.RECIPE,
    "digits": digits.RECIPE,
    "digits variances": digits.RECIPE,
    "digits learned": digits_learned.RECIPE,
}
Effects = dict[str, dict[str, Effect]]  # context -> name of the alternative -> effect


def result_of(place: str, setting: Setting | dict) -> dict[str, list[float]]:
    """What is stored of one setting; raises as `ddpm.chapters.choices.stored.read` does."""
    setting = asdict(setting) if isinstance(setting, Setting) else setting
    return stored.read(place, setting, RECIPES[place])


def effects(place: str) -> dict[str, Effects]:
    """Of every factor, on "glyphs" (nats lost) or on "digits" (Frechet distance)."""
    value, factors = {"glyphs": ("nats", on_glyphs), "digits": ("frechet", on_digits)}[place]
    found: dict[str, Effects] = {}
    for factor, contexts in factors().items():
        for context, (base, others) in contexts.items():
            of_base = result_of(place, base)[value]
            found.setdefault(factor, {})[context] = {
                name: effect(result_of(place, other)[value], of_base) for name, other in others.items()
            }
    return found


def effects_of_variances(place: str) -> Effects:
    """Of beta and beta_tilde against the optimal variance, by the number of steps; by the networks of the base, or, for
    the bound on the digits, by those that learn variances."""
    return {
        context: {name: effect(of[f"{value} {name}"], of[f"{value} {NAMES[0]}"]) for name in NAMES[1:]}
        for context, value, of in _results(place, "variances")
    }


def effects_of_learned(place: str) -> Effects:
    """Of the learned variance against the one that is optimal for the same network, in the same contexts."""
    return {
        context: {"learned": effect(of[f"{value} learned"], of[f"{value} {NAMES[0]}"])}
        for context, value, of in _results(place, "learned")
    }


JUDGES = {  # context, name of the value, and where it is stored
    "glyphs": (("bound", "nats", "{}"), ("shares", "off", "{}")),
    "digits": (("bound", "nats", "digits learned"), ("samples", "frechet", "digits {}")),
}


def _results(place, what):
    """Context, name of the value, and what is stored."""
    for context, value, stored_at in JUDGES[place]:
        for count in COUNTS:
            yield f"{context}, {count} steps", value, result_of(stored_at.format(what), {"steps": count})


def verdicts(of: Effects) -> dict[str, str]:
    """The verdict in each context."""
    return {context: of_context(effect.word for effect in named.values()) for context, named in of.items()}
