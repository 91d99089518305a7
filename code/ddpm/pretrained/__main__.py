"""`make digits`: train the network that comes with the book, write its file, and say how good it is, on the way too."""

import sys
import time
from pathlib import Path

import jax
import numpy as np
from jaxtyping import Float

from ddpm.data import GREY_VALUES, as_grey, as_images
from ddpm.evaluate import Measured, frechet, held_out_bits
from ddpm.nn import ConvUNet
from ddpm.path import cosine_path
from ddpm.pretrained import DIGITS, FILE, Court, Recipe, court, make, write_figures
from ddpm.sample import OfClass, Velocity, labelled_sample

STEPS = 50  # of the sampler
CHOSEN = (1, 2, 3, 4)  # seeds of the draws by whose verdict this recipe was chosen
FRESH = tuple(range(11, 19))  # and of those that no choice has seen
IMAGES = 100  # of each half, whose bits are measured


def main(file: Path = FILE, recipe: Recipe = DIGITS) -> int:
    judges, curve, judging = court(recipe.seed), [], 0.0
    floor = judges.floor()
    print(f"floor of the Frechet distance {floor.value:.3f}, {floor.low:.3f} to {floor.high:.3f}")

    def progress(step, loss, network):
        nonlocal judging
        began = time.process_time()
        print(f"{step} steps, loss {loss:.4f}", flush=True)
        curve.append({"steps": step, **judged(judges, floor.value, drawn(judges, network, recipe.seed))})
        judging += time.process_time() - began

    began = time.process_time()
    try:
        network = make(file, recipe, progress=progress)
    except KeyboardInterrupt:
        print(f"Interrupted; {file} is as it was.", file=sys.stderr)
        return 130
    seconds = time.process_time() - began - judging
    print(
        f"{file}: {file.stat().st_size / 1e6:.2f} MB, {sum(recipe.steps)} steps in {seconds:.0f} s of processors "
        f"on {jax.devices()[0].device_kind}"
    )
    print("the draws by which the recipe was chosen")
    chosen = [judged(judges, floor.value, drawn(judges, network, recipe.seed + i)) for i in CHOSEN]
    print("fresh draws")
    samples = [drawn(judges, network, recipe.seed + i) for i in FRESH]
    fresh = [judged(judges, floor.value, images) for images in samples]
    features, others = (judges.judge.features(images) for images in (np.concatenate(samples), judges.other.images))
    together = round(frechet(features, others) / floor.value, 2)
    print(f"all of them together {together} floors, with guidance 1")
    guided, bits = judged(judges, floor.value, drawn(judges, network, recipe.seed, guidance=1.0)), {}
    velocity = Velocity(cosine_path(), OfClass(network))
    for name, half in (("trained on", judges.half), ("held out", judges.other)):
        images = as_grey(half.images[:IMAGES])
        found = held_out_bits(jax.random.key(2), cosine_path(), velocity, images, GREY_VALUES)
        bits[name] = _rounded(found)
        print(f"bits per dimension, {name}: {found.value:.3f}, {found.low:.3f} to {found.high:.3f}", flush=True)
    found = {"seconds": round(seconds), "curve": curve, "chosen": chosen, "fresh": fresh, "together": together}
    write_figures({**found, "guided": guided, "bits": bits}, file)
    return 0


def drawn(judges: Court, network: ConvUNet, seed: int, guidance: float | None = None) -> Float[np.ndarray, "n 8 8"]:
    """As many samples as there are images held out, rounded to grey values."""
    labels = judges.other.labels
    key, path = jax.random.key(seed), cosine_path()
    return as_images(as_grey(labelled_sample(key, path, network, labels, (8, 8), steps=STEPS, guidance=guidance)))


def judged(judges: Court, floor: float, samples: Float[np.ndarray, "n 8 8"]) -> dict:
    """What the court says of the samples; it is printed too."""
    verdict = judges.verdict(jax.random.key(1), samples, judges.other.labels)
    found = {"floors": Measured(*(value / floor for value in verdict.frechet)), **verdict._asdict()}
    for name, measured in found.items():
        print(f"  {name} {measured.value:.3f}, {measured.low:.3f} to {measured.high:.3f}", flush=True)
    shares = {name: _rounded(found[name]) for name in ("nearer", "recognised")}
    return {"floors": _rounded(found["floors"], 2), **shares}


def _rounded(measured: Measured, places: int = 3) -> list[float]:
    return [round(float(value), places) for value in measured]


if __name__ == "__main__":
    sys.exit(main())
