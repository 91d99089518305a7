"""`make digits`: train the network that comes with the book, write its file, and say how good it is."""

import sys
import time
from pathlib import Path

import jax

from ddpm.data import GREY_VALUES, as_grey
from ddpm.evaluate import held_out_bits
from ddpm.path import cosine_path
from ddpm.pretrained import DIGITS, FILE, Recipe, court, make
from ddpm.sample import OfClass, Velocity, labelled_sample


def main(file: Path = FILE, recipe: Recipe = DIGITS) -> int:
    started, used = time.monotonic(), time.process_time()
    try:
        network = make(file, recipe, progress=lambda step, loss: print(f"{step} steps, loss {loss:.4f}", flush=True))
    except KeyboardInterrupt:
        print(f"Interrupted; {file} is as it was.", file=sys.stderr)
        return 130
    print(
        f"{file}: {file.stat().st_size / 1e6:.2f} MB, {recipe.steps} steps in {time.monotonic() - started:.0f} s "
        f"({time.process_time() - used:.0f} s of processors) on {jax.devices()[0].device_kind}"
    )
    judges = court(recipe.seed)
    floor, labels = judges.floor(), judges.other.labels
    print(f"floor of the Frechet distance {floor.value:.3f}, {floor.low:.3f} to {floor.high:.3f}")
    print(f"coverage of as many fresh images {judges.expected_coverage(len(labels)):.3f}")
    path = cosine_path()
    velocity = Velocity(path, OfClass(network))
    for name, images in (("trained on", judges.half.images), ("held out", judges.other.images)):
        bits = held_out_bits(jax.random.key(2), path, velocity, as_grey(images), GREY_VALUES)
        print(f"bits per dimension of the half {name} {bits.value:.3f}, {bits.low:.3f} to {bits.high:.3f}")
    for guidance in (None, 1.0):
        samples = labelled_sample(jax.random.key(recipe.seed), path, network, labels, (8, 8), guidance=guidance)
        verdict = judges.verdict(jax.random.key(1), samples, labels)
        print(f"guidance {guidance}: Frechet distance {verdict.frechet.value / floor.value:.2f} floors")
        for name, found in verdict._asdict().items():
            print(f"  {name} {found.value:.3f}, {found.low:.3f} to {found.high:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
