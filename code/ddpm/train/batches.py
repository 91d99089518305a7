"""Batches that come from outside of the compiled program, such as from files."""

from abc import ABC, abstractmethod

import jax
import numpy as np
from jax.sharding import Mesh
from jaxtyping import PyTree

from ddpm.train.mesh import as_whole, share

AT_ONCE = 2**26  # bytes of batches that are in memory at a time


class Batches(ABC):
    """Examples in an order of their own, in the place of a `draw`. What step k sees depends on k alone: training that
    goes on later, on as many processes as may be, goes on with the next example, and nothing has to be kept for that.

    Attributes:
        bytes: of one example.
    """

    bytes: int

    @abstractmethod
    def examples(self, first: int, count: int, every: int) -> PyTree:
        """The examples first, ..., first + count - 1 of the endless order, as NumPy arrays with a first axis of
        length `count`. The next call will most likely ask for those from first + every on."""

    def at_once(self, batch: int) -> int:
        """How many steps' batches may be in memory."""
        return max(1, AT_ONCE // (self.bytes * batch))

    def of_steps(self, step: int, steps: int, batch: int, mesh: Mesh | None) -> PyTree:
        """What the steps see, arrays of shape (steps, batch, ...); a process reads its share of each batch."""
        index, shares = (0, 1) if mesh is None else share(mesh)
        own = batch // shares
        firsts = [(step + i) * batch + index * own for i in range(steps)]
        read = [self.examples(first, own, batch) for first in firsts]
        return as_whole(jax.tree.map(lambda *parts: np.stack(parts), *read), mesh)
