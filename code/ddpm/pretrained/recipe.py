"""How the digits' network is trained. What stands here is what its file must have been made with."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
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
    there to train on, with AdamW: first with a rate that rises and then stays; then, from the moving average of the
    weights, with a lower one that rises and falls to 0 as a cosine, and nothing drops out.

    Attributes:
        steps: in turn with the rate that stays, and with the one that falls. So in the next three.
        rate: its largest value.
        rise: the steps over which it rises.
        average: the decay of the moving average of the weights; the second is what is kept.
        untold, reach: as in `ddpm.train.labelled`.
        seed: of the split, of the first weights and of training.
    """

    widths: tuple[int, ...] = (32, 64)
    dropout: float = 0.1
    steps: tuple[int, int] = (4000, 1000)
    rate: tuple[float, float] = (2e-3, 1e-3)
    rise: tuple[int, int] = (200, 100)
    average: tuple[float, float] = (0.999, 0.998)
    batch: int = 64
    weight_decay: float = 1e-2
    untold: float = 0.1
    reach: float = 1.0
    seed: int = 0

    def network(self) -> ConvUNet:
        """The network before training."""
        return ConvUNet(jax.random.key(self.seed), widths=self.widths, dropout=self.dropout)

    def trained(self, progress: Callable[[int, float, ConvUNet], None] = lambda *_: None) -> ConvUNet:
        """The network after training; the same numbers each time on one machine.

        Args:
            progress: is told every `EVERY` steps of the first part, and at the end of the second, how many were taken,
                the mean loss of the last of them, and the network if it ended so.

        Raises:
            KeyboardInterrupt: training was interrupted.
        """
        half, _ = digits(self.seed)
        task = labelled(
            cosine_path(), half.images, half.labels, untold=self.untold, reach=self.reach, cell=2 / GREY_VALUES
        )
        stays = optax.linear_schedule(0.0, self.rate[0], self.rise[0])
        rises = optax.linear_schedule(0.0, self.rate[1], self.rise[1])
        falls = optax.cosine_decay_schedule(self.rate[1], self.steps[1] - self.rise[1])
        parts = (stays, EVERY), (optax.join_schedules([rises, falls], [self.rise[1]]), self.steps[1])
        network, done = self.network(), 0
        for turn, (rate, every) in enumerate(parts):
            optimiser = optax.adamw(rate, weight_decay=self.weight_decay)
            state = start(jax.random.key(self.seed + 1 + 4 * turn), network, optimiser)
            while (left := self.steps[turn] - int(state.step)) > 0:
                steps = min(left, every)
                state, losses = train(
                    state, *task, optimiser, steps=steps, batch=self.batch, average=self.average[turn]
                )
                if len(losses) < steps:
                    raise KeyboardInterrupt
                progress(done + int(state.step), float(losses.mean()), state.average)
            network, done = self._whole(state.average), self.steps[turn]
        return network

    def _whole(self, network: ConvUNet) -> ConvUNet:
        """The network with the weights that its file would hold, and nothing that drops out."""
        whole = jax.tree.structure(replace(self, dropout=0.0).network())
        return jax.tree.unflatten(whole, jax.tree.leaves(checkpoint.as_read(network)))


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
