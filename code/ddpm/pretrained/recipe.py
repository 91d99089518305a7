"""How the digits' network is trained. What stands here is what its file must have been made with."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ddpm import checkpoint
from ddpm.data import GREY_VALUES, digits
from ddpm.nn import ConvUNet
from ddpm.path import cosine_path
from ddpm.train import labelled, start, train

FILE = Path(__file__).with_name("digits.safetensors")
COMMAND = "make digits"
EVERY = 1000  # steps, after which one looks at how it goes


@dataclass(frozen=True)
class Recipe:
    """A `ddpm.nn.ConvUNet` for v on `ddpm.path.cosine_path()`, trained on the half of `ddpm.data.digits(seed)` that is
    there to train on, with AdamW and a rate that rises over the first steps and then stays: so each step on the way is
    the end of a shorter training.

    Attributes:
        steps: where the distance was least of those that were judged on the way (`read_figures`).
        rise: the steps over which the rate rises.
        average: the decay of the moving average of the weights, which is what is kept.
        untold, reach: as in `ddpm.train.labelled`.
        seed: of the split, of the first weights and of training.
    """

    widths: tuple[int, ...] = (32, 64)
    dropout: float = 0.1
    steps: int = 4000
    batch: int = 64
    rate: float = 2e-3
    rise: int = 200
    weight_decay: float = 1e-2
    average: float = 0.999
    untold: float = 0.1
    reach: float = 1.0
    seed: int = 0

    def network(self) -> ConvUNet:
        """The network before training."""
        return ConvUNet(jax.random.key(self.seed), widths=self.widths, dropout=self.dropout)

    def trained(self, progress: Callable[[int, float, ConvUNet], None] = lambda *_: None) -> ConvUNet:
        """The network after training; the same numbers each time on one machine.

        Args:
            progress: is told every `EVERY` steps how many were taken, their mean loss, and the network if it ended so.

        Raises:
            KeyboardInterrupt: training was interrupted.
        """
        half, _ = digits(self.seed)
        task = labelled(
            cosine_path(), half.images, half.labels, untold=self.untold, reach=self.reach, cell=2 / GREY_VALUES
        )
        optimiser = optax.adamw(optax.linear_schedule(0.0, self.rate, self.rise), weight_decay=self.weight_decay)
        state = start(jax.random.key(self.seed + 1), self.network(), optimiser)
        while (left := self.steps - int(state.step)) > 0:
            steps = min(left, EVERY)
            state, losses = train(state, *task, optimiser, steps=steps, batch=self.batch, average=self.average)
            if len(losses) < steps:
                raise KeyboardInterrupt
            progress(int(state.step), float(losses.mean()), state.average)
        return state.average


DIGITS = Recipe()


def make(file: Path = FILE, recipe: Recipe = DIGITS, **options) -> ConvUNet:
    """Train by the recipe, write the file, and read it again; options as in `Recipe.trained`."""
    checkpoint.save(file, recipe.trained(**options), _about(recipe), _ask)
    return read(file, recipe)


def read(file: Path = FILE, recipe: Recipe = DIGITS) -> ConvUNet:
    """The trained network of the digits: (x, u, label) -> v.

    Raises:
        FileNotFoundError, ValueError: there is no file of this recipe; the message says the command that makes it.
    """
    try:
        return checkpoint.load(file, eqx.filter_eval_shape(recipe.network), _about(recipe), _ask)
    except (FileNotFoundError, ValueError) as error:
        raise type(error)(f"{error}. In a clone of the book, `{COMMAND}` makes it") from None


def _about(recipe: Recipe) -> dict[str, Any]:
    return {"network": ConvUNet.__name__, "data": "ddpm.data.digits", "path": "cosine_path", **asdict(recipe)}


@eqx.filter_jit
def _ask(network: ConvUNet) -> Float[Array, "8 8"]:
    x = jnp.linspace(-1, 1, 64).reshape(8, 8)
    return network(x, 0.5, 3)
