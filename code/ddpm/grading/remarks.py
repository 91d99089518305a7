"""What can be said of answers that no known slip explains, and of errors that JAX raises."""

import numpy as np

TOLERANCE = 1e-4  # relative to the largest entry: float32 needs 1e-6, and slips differ by 1e-2 and more
NO_SLICE = (
    "an index, as in schedule.alpha_bar[t], in the place of a slice up to t: under JAX's transformations t "
    "has no value yet."
)
WAYS_OUT = (
    ("TracerArrayConversionError", "jnp in the place of np: NumPy cannot compute with what JAX traces."),
    (
        "TracerBoolConversionError",
        "jnp.where(condition, a, b) in the place of if, and, or: under JAX's transformations t has no value yet.",
    ),
    (
        "TracerIntegerConversionError",
        "JAX's arrays, indexed as in schedule.alpha_bar[t]: under JAX's transformations t has no value yet, so "
        "lists, range(t) and slices up to t do not work.",
    ),
    (
        "ConcretizationTypeError",
        "no float(), int(), .item(), range(t) or slice up to t: under JAX's transformations there are no values yet.",
    ),
    ("NonConcreteBooleanIndexError", "jnp.where in the place of an index that is a condition."),
    ("must have static start", NO_SLICE),
    ("must be static integers", NO_SLICE),
    ("UnexpectedTracerError", "keep nothing of a call outside of the function."),
    ("static arguments", "jax.jit without static_argnums: t comes as a number that JAX traces."),
    ("immutable", "a new array, x = ..., or x = x.at[...].set(...): JAX's arrays do not change in place."),
    (
        "object does not support item assignment",
        "a new array, x = ..., or x = x.at[...].set(...): JAX's arrays do not change in place.",
    ),
)


def way_out(problem: str, otherwise: str = "") -> str:
    """One line on what to write instead, where JAX raised the error for a known reason; else `otherwise`."""
    found = next((line for error, line in WAYS_OUT if error in problem), otherwise)
    return f"The way out: {found}" if found else ""


def close(answer, wanted, tolerance: float = TOLERANCE) -> bool:
    """Whether two arrays of one size agree: the largest difference over the largest entry wanted."""
    wanted = np.asarray(wanted)
    apart = abs(answer.reshape(wanted.shape) - wanted)
    return bool((apart <= tolerance * (abs(wanted).max(initial=0.0) + 1e-3)).all())


def remark(names: tuple[str, ...], cases, answers, expected) -> str:
    """A true sentence on the answers of all cases, or ""; none of them can be compared in only some of its cases."""
    if not all(map(_comparable, answers, expected)):
        return _partly(answers, expected)
    infinite = [case for case, answer in zip(cases, answers) if not np.isfinite(answer).all()]
    if infinite:
        at_1 = "t" in names and all(case[names.index("t")] == 1 for case in infinite)
        return (
            "That happens at t = 1 alone: an index t - 1 is 0 there, and at index 0 both beta and 1 - alpha_bar are 0."
            if at_1
            else ""
        )
    if not any(answer.any() for answer in answers):
        return "Every answer is 0."
    a, e = (np.concatenate([np.ravel(part) for part in side]) for side in (answers, expected))
    factor = float(a @ e / (e @ e))
    if abs(factor - 1) > 10 * TOLERANCE and all(close(one, factor * two) for one, two in zip(answers, expected)):
        return f"Every answer is {factor:.4g} times the expected one."
    if all(close(one, two, 0.01) for one, two in zip(answers, expected)):
        return "That is close, but further off than rounding in float32 explains."
    return _partly(answers, expected)


def _comparable(answer, wanted) -> bool:
    return not isinstance(answer, str) and (answer.shape == wanted.shape or answer.size == wanted.size == 1)


def _partly(answers, expected) -> str:
    right = sum(_comparable(answer, wanted) and close(answer, wanted) for answer, wanted in zip(answers, expected))
    return f"In {right} of the {len(expected)} cases the values are right." if right else ""
