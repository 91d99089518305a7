"""A sum over devices that stand in a ring."""

import numpy as np


def ring_sum(parts):
    """Sum arrays of n devices around a ring, message by message; the sums that each holds, and numbers sent by each.

    Args:
        parts: shape (n, n k): the array of each device, in n pieces.
    """
    count = len(parts)
    held = np.array(parts, float).reshape(count, count, -1)  # device, piece
    numbers = np.zeros(count)
    for add in (True, False):
        for turn in range(count - 1):
            # in the second round each device begins with the piece that it has just completed
            messages = [(i, (i + (not add) - turn) % count) for i in range(count)]
            content = [held[i, piece].copy() for i, piece in messages]
            for (i, piece), values in zip(messages, content):
                to = (i + 1) % count
                held[to, piece] = held[to, piece] + values if add else values
                numbers[i] += values.size
    return held.reshape(count, -1), numbers
