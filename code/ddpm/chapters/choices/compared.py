"""What is stored, as effects: each setting against the base of its context, seed by seed."""

from dataclasses import asdict

from ddpm.chapters.choices import digits, glyphs, learned, stored
from ddpm.chapters.choices.settings import Setting, on_digits, on_glyphs
from ddpm.chapters.choices.variances import COUNTS, DRAWS, NAMES
from ddpm.chapters.choices.verdict import Effect, effect, of_context

RECIPES = {
    "glyphs": glyphs.RECIPE,
    "variances": {**glyphs.RECIPE, "draws": DRAWS, "samples": glyphs.SAMPLES},
    "learned": learned.RECIPE,
    "digits": digits.RECIPE,
    "digits variances": digits.RECIPE,
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
    """Of beta and beta_tilde against the optimal variance, by the number of steps: on the "glyphs" the bound's terms
    and the shares of the samples, on the "digits" the Frechet distance."""
    on_digits = [("digits variances", "frechet", "digits", count) for count in COUNTS]
    on_glyphs = [("variances", value, what, count) for value, what, count in _on_glyphs()]
    found: Effects = {}
    for place, value, what, count in {"glyphs": on_glyphs, "digits": on_digits}[place]:
        values = result_of(place, {"steps": count})
        found[f"{what}, {count} steps"] = {
            name: effect(values[f"{value} {name}"], values[f"{value} {NAMES[0]}"]) for name in NAMES[1:]
        }
    return found


def effects_of_learned() -> Effects:
    """Of the learned variance against the one that is optimal for the same network, on the glyphs in the same
    contexts."""
    found: Effects = {}
    for value, what, count in _on_glyphs():
        values = result_of("learned", {"steps": count})
        learned = effect(values[f"{value} learned"], values[f"{value} {NAMES[0]}"])
        found[f"{what}, {count} steps"] = {"learned": learned}
    return found


def _on_glyphs():
    return [(value, what, count) for value, what in (("nats", "bound"), ("off", "shares")) for count in COUNTS]


def verdicts(of: Effects) -> dict[str, str]:
    """The verdict in each context."""
    return {context: of_context(effect.word for effect in named.values()) for context, named in of.items()}
