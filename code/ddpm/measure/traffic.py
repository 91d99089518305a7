"""What devices send each other, counted in the text of a compiled program."""

import re
from math import prod

BITS = re.compile(r"(?:bf|[bcfsu])(\d+)")  # a type is called by its bits: f32, bf16, s64, u4, c128, f8e4m3fn
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
            end apart; or an array of a type that does not say its size.
    """
    found = {}
    for result, kind in EXCHANGE.findall(re.sub(r"\{[^}]*\}|/\*.*?\*/", "", program)):
        if kind not in SENT:
            raise ValueError(
                f"the program has an exchange of the kind {kind}, which is not counted; only {[*SENT]} are"
            )
        size = sum(
            _bytes(element) * prod(map(int, filter(None, sides.split(",")))) for element, sides in ARRAY.findall(result)
        )
        found[kind] = found.get(kind, 0.0) + SENT[kind](devices) * size
    return found


def _bytes(element):
    if element == "pred":  # a truth value
        return 1
    bits = BITS.match(element)
    if bits is None:
        raise ValueError(f"the program sends an array of the type {element}, which does not say how many bits it has")
    return int(bits[1]) / 8
