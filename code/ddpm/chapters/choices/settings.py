"""What the sweep tries: a base, and what it is changed to, factor by factor; each factor in one or several contexts."""

from dataclasses import asdict, dataclass, replace

from ddpm.chapters.choices.said import KINDS, WEIGHTS


@dataclass(frozen=True)
class Setting:
    """One way of training.

    Attributes:
        kind, weight: what is predicted, and how the error is weighted (`ddpm.chapters.choices.said`).
        path: which levels are trained on how often: that of uniform times on "cosine", "linear" or "sigmoid"; or
            "even", on the cosine path, but with the log-SNR drawn evenly.
        alike: whether each level is weighted as it would be on the cosine path.
        times: how many times there are in training; 0 for all of [0, 1].
        width: of the hidden layers; three times as much on the digits.
        features: what the network sees of the time: "sines", "u" itself, or "none".
        average: the decay of the moving average of the weights; 0 for none.
        rate: whether the rate of learning is "falling" to 0 or "constant".
    """

    kind: str = "v"
    weight: str = "flow"
    path: str = "cosine"
    alike: bool = False
    times: int = 0
    width: int = 64
    features: str = "sines"
    average: float = 0.99
    rate: str = "falling"

    def label(self) -> str:
        """In words, what is not as in the base."""
        apart = [f"{key}={value}" for key, value in asdict(self).items() if value != getattr(BASE, key)]
        return ", ".join(apart) or "base"


BASE = Setting()
Context = tuple[Setting, dict[str, Setting]]  # what the others are compared with, and the others by name


def _against(base: Setting, key: str, values) -> Context:
    return base, {f"{value}": replace(base, **{key: value}) for value in values}


def _rates(average: float) -> Context:
    base = replace(BASE, rate="constant", average=average)
    return base, {f"{value}" if value else "none": replace(base, average=value) for value in (0.0, 0.9, 0.999)}


def on_glyphs() -> dict[str, dict[str, Context]]:
    """Factor -> context -> what is compared."""
    falling = {f"{value}" if value else "none": replace(BASE, average=value) for value in (0.0, 0.9, 0.999)}
    return {
        "kind": {f"weight {w}": _against(replace(BASE, weight=w), "kind", KINDS[1:]) for w in WEIGHTS},
        "weight": {f"kind {k}": _against(replace(BASE, kind=k), "weight", WEIGHTS[1:]) for k in KINDS},
        "schedule": {
            "as it comes": _against(BASE, "path", ("linear", "sigmoid")),
            "levels alike": _against(replace(BASE, alike=True), "path", ("linear", "sigmoid")),
        },
        "draws": {"bound's weight": _against(replace(BASE, weight="bound"), "path", ("even",))},
        "times": {"base": _against(BASE, "times", (10, 50, 250))},
        "average": {"falling rate": (BASE, falling), "constant rate": _rates(BASE.average)},
        "width": {"base": _against(BASE, "width", (16, 32, 128))},
        "time": {"base": _against(BASE, "features", ("u", "none"))},
    }


def on_digits() -> dict[str, dict[str, Context]]:
    """The same, less the longest average: in `ddpm.train.train` the decay grows up to its value, and in the few steps
    on the digits it stays below 0.99, so that this one is that of the base."""
    found = on_glyphs()
    for _, others in found["average"].values():
        del others["0.999"]
    return found


def all_of(factors: dict[str, dict[str, Context]]) -> list[Setting]:
    """Every setting once, the base first."""
    found = [BASE]
    for contexts in factors.values():
        for base, others in contexts.values():
            found += [base, *others.values()]
    return list(dict.fromkeys(found))
