"""What the chapter has measured once of many trained networks, and stores: too long for the build.

    python -m ddpm.chapters.real_images.runs [seconds]

goes on where `runs.json` ends, and stops after so many seconds of processor; a run that stands there is not made again.
"""

import json
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ddpm import files
from ddpm.chapters.real_images.best_of_class import BestOfClass
from ddpm.chapters.real_images.said import SaysImage, clipped_snr_loss
from ddpm.data import GREY_VALUES, Labelled, digits
from ddpm.evaluate import loss_over_time, share_nearer
from ddpm.nn import ConvUNet, PatchTransformer, ResidualMLP
from ddpm.path import cosine_path
from ddpm.pretrained import Court, court
from ddpm.sample import labelled_sample
from ddpm.train import labelled, start, train

FILE = Path(__file__).with_name("runs.json")
TIMES = tuple(np.linspace(0.05, 0.95, 10).round(2).tolist())
MARKS = (250, 500, 1000, 2000, 4000)
BATCH, AVERAGE, DECAY = 128, 0.999, 1e-2
SEEDS = 3


@dataclass(frozen=True)
class Setting:
    """A network and how it is trained.

    Attributes:
        model: "mlp", "unet" or "transformer".
        width: of the perceptron or the transformer; of the U-Net at full size, twice as many at half of it.
        reach: of the moves, in pixels.
        images: how many of the training half, and of the other to compare with.
        seconds: of processor, the compilation included, for which it is trained; 0: for `MARKS[-1]` steps.
        says: "v", or "x_0" as `SaysImage`, with that one's loss.
    """

    model: str = "mlp"
    width: int = 128
    dropout: float = 0.0
    reach: float = 0.0
    images: int = 898
    seconds: int = 0
    says: str = "v"
    seed: int = 0

    def network(self):
        """The network before training."""
        key, options = jax.random.key(self.seed), {"dropout": self.dropout}
        if self.model == "unet":
            return ConvUNet(key, widths=(self.width, 2 * self.width), **options)
        made = {"mlp": ResidualMLP, "transformer": PatchTransformer}[self.model](key, width=self.width, **options)
        return made if self.says == "v" else SaysImage(made)

    @property
    def task(self):
        """Loss and draw."""
        half, _ = self.halves
        loss, draw = labelled(cosine_path(), half.images, half.labels, reach=self.reach, cell=2 / GREY_VALUES)
        return (loss if self.says == "v" else clipped_snr_loss), draw

    @property
    def halves(self) -> tuple[Labelled, Labelled]:
        """What it is trained on, and as many images held out."""
        return tuple(Labelled(half.images[: self.images], half.labels[: self.images]) for half in digits())


def over_training(setting: Setting) -> Iterator[tuple[int, object]]:
    """(steps, the moving average of the network) at each of the MARKS; a constant rate, after a rise."""
    optimiser = optax.adamw(optax.linear_schedule(0.0, 1e-3, 100), weight_decay=DECAY)
    state, task = start(jax.random.key(setting.seed + 1), setting.network(), optimiser), setting.task
    for mark in MARKS:
        while (left := mark - int(state.step)) > 0:  # in one length, so that it is one program
            state, _ = train(state, *task, optimiser, steps=min(left, MARKS[0]), batch=BATCH, average=AVERAGE)
        yield mark, state.average


def in_seconds(setting: Setting) -> Iterator[tuple[int, object]]:
    """(steps, the moving average) after so many seconds; the rate rises, and falls as a cosine of the time used."""
    began, task = time.process_time(), setting.task
    optimiser = optax.inject_hyperparams(optax.adamw)(learning_rate=0.0, weight_decay=DECAY)
    state = start(jax.random.key(setting.seed + 1), setting.network(), optimiser)
    while (used := (time.process_time() - began) / setting.seconds) < 1:
        rate = 2e-3 * min(1.0, (int(state.step) + 1) / 200) * (0.5 + 0.5 * np.cos(np.pi * used))
        told = optax.tree_utils.tree_set(state.optimiser_state, learning_rate=jnp.asarray(rate, jnp.float32))
        state, _ = train(replace(state, optimiser_state=told), *task, optimiser, steps=50, batch=BATCH, average=0.998)
    yield int(state.step), state.average


def losses(setting: Setting, network) -> dict:
    """The loss of v on both halves, of the network and of the best predictor of the training half, at all TIMES."""
    path, (half, other) = cosine_path(), setting.halves
    best = BestOfClass(path, half.images, half.labels)
    found = {}
    for name, data in (("trained", half), ("held_out", other)):
        for whose, predict, kind in (("network", network, "v"), ("best", best, "x_0")):
            key = jax.random.key(7)
            found[f"{whose}_{name}"] = loss_over_time(
                key, path, predict, data.images, np.array(TIMES), data.labels, kind
            ).mean
    return {name: values.round(5).tolist() for name, values in found.items()}


def judged(setting: Setting, network, judges: Court) -> dict:
    """What the court says of as many samples as there are images held out."""
    labels = judges.other.labels
    samples = labelled_sample(jax.random.key(setting.seed + 2), cosine_path(), network, labels, (8, 8), steps=50)
    verdict = judges.verdict(jax.random.key(3), samples, labels)._asdict()
    if setting.images < len(labels):
        verdict["nearer"] = share_nearer(samples, *(half.images for half in setting.halves))
    return {name: round(found.value, 4) for name, found in verdict.items()}


def settings() -> list[Setting]:
    """All of them, in the order in which they are made."""
    quick = [
        Setting(reach=0.5),
        Setting(),
        Setting(reach=1.0),
        Setting(images=100),
        Setting(width=64),
        Setting(dropout=0.3),
    ]
    long = [Setting(images=300), Setting(width=256)]
    table = [
        Setting("mlp", 128, 0.0, 1.0, seconds=50),
        Setting("mlp", 128, 0.1, 1.0, seconds=100),
        Setting("unet", 32, 0.1, seconds=100),
        Setting("transformer", 64, 0.1, seconds=100),
    ]

    def with_seeds(part, seeds):
        return [replace(setting, seed=seed) for seed in seeds for setting in part]

    image = [Setting(says="x_0"), Setting(dropout=0.1, reach=1.0, says="x_0")]
    return [
        *with_seeds(quick, range(2)),
        *with_seeds(image[:1], range(SEEDS)),
        *with_seeds([*long, *table[1:]], [0]),
        *with_seeds(quick, [2]),
        *with_seeds([*image[1:], table[0]], range(SEEDS)),
        *with_seeds(long, [1, 2]),
    ]


def main(budget: float) -> None:
    """Make what is missing, until the budget is spent."""
    stored = json.loads(FILE.read_text()) if FILE.exists() else {"runs": []}
    stored["made_by"] = "python -m ddpm.chapters.real_images.runs"
    stored["made_with"] = {name: version(name) for name in ("jax", "jaxlib", "numpy", "optax", "equinox")}
    stored["made_on"] = f"{platform.machine()}, two cores shared with other work; seconds are those of processors"
    stored["date"] = date.today().isoformat()
    judges = court()
    for setting in settings():
        if asdict(setting) in [run["setting"] for run in stored["runs"]] or time.process_time() > budget:
            continue
        began, points = time.process_time(), []
        for steps, network in (in_seconds if setting.seconds else over_training)(setting):
            used = time.process_time() - began
            points.append(
                {
                    "steps": steps,
                    "seconds": round(used, 1),
                    **losses(setting, network),
                    **judged(setting, network, judges),
                }
            )
        stored["runs"].append({"setting": asdict(setting), "points": points})
        print(
            asdict(setting), points[-1]["steps"], {name: points[-1][name] for name in ("frechet", "nearer")}, flush=True
        )
        text = json.dumps(stored, indent=None, separators=(",", ":")).replace('{"setting"', '\n{"setting"')
        files.replace(FILE, f"{text}\n".encode())


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else float("inf"))
