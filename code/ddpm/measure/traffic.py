"""What devices send each other, counted in the text of a compiled program."""

import re
from math import prod

BYTES = {"f64": 8, "f32": 4, "bf16": 2, "f16": 2, "s32": 4, "u32": 4, "pred": 1}
EXCHANGE = re.compile(
    r"= (\([^)]*\)|\S+) ((?:all-reduce|all-gather|reduce-scatter|all-to-all|collective-\w+)(?:-start)?)\("
)
ARRAY = re.compile(r"(\w+)\[([\d,]*)\]")
SENT = {  # of n devices around a ring each sends so many times the bytes of the result (equation `eq-ring`)
    "all-gather": lambda n: (n - 1) / n,
    "reduce-scatter": lambda n: n - 1,  # its result is a part
    "all-reduce": lambda n: 2 * (n - 1) / n,
}


def sent(program: str, devices: int) -> dict[str, float]:
    """Bytes that each device sends in one run of each exchange in a program, by kind, if rings carry them.

    Args:
        program: the text of a compiled program, as of `jax.jit(f).lower(...).compile().as_text()`. What is in a loop
            counts once.
        devices: all of them take part in each exchange.

    Raises:
        ValueError: an exchange of a kind that is not counted here, such as those that programs for GPUs begin and
            end apart.
    """
    found = {}
    for result, kind in EXCHANGE.findall(re.sub(r"\{[^}]*\}|/\*.*?\*/", "", program)):
        if kind not in SENT:
            raise ValueError(
                f"the program has an exchange of the kind {kind}, which is not counted; only {[*SENT]} are"
            )
        size = sum(
            BYTES[kind] * prod(map(int, filter(None, sides.split(",")))) for kind, sides in ARRAY.findall(result)
        )
        found[kind] = found.get(kind, 0.0) + SENT[kind](devices) * size
    return found
