"""What guidance does to the digits: measured once over many w by `python -m ddpm.chapters.guidance.digits`, read by the
chapter, which measures part of it again."""

import json
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

from ddpm import files
from ddpm.arrays import Key
from ddpm.data import as_grey, as_images
from ddpm.evaluate import Measured, bootstrapped, coverage, frechet, share
from ddpm.path import cosine_path
from ddpm.pretrained import Court, court, read
from ddpm.sample import even_in_time, labelled_sample

FILE = Path(__file__).with_name("digits.json")
STEPS = 25
STRENGTHS = (0.0, 0.5, 1.0, 2.0, 4.0)
WHOLE, MIDDLE = (0.0, 1.0), (0.2, 0.7)  # of the times u


class Row(NamedTuple):
    """What was measured at one strength w, with guidance in one interval of times.

    Attributes:
        recognised, covered, frechet: as in `ddpm.pretrained.Verdict`, the second its coverage.
        calls: of the network, for one image.
    """

    w: float
    interval: tuple[float, float]
    recognised: Measured
    covered: Measured
    frechet: Measured
    calls: int


def draw(key: Key, network, labels, w: float, interval=WHOLE) -> Float[Array, "n 8 8"]:
    """One image of each label, by DDIM without fresh noise in `STEPS` steps."""
    return labelled_sample(key, cosine_path(), network, labels, (8, 8), STEPS, w, 0.0, interval)


def calls(w: float, interval=WHOLE) -> int:
    """How often the network has to be asked for one image: twice in each step of `draw` that has guidance."""
    times = np.asarray(even_in_time(1.0, 0.0, STEPS))[:-1]
    low, high = np.asarray(interval, times.dtype)
    return STEPS + int((w != 0) * np.sum((low <= times) & (times <= high)))


def judged(judges: Court, images: Float[Array, "n 8 8"], w: float, interval=WHOLE) -> Row:
    """The row of these images, one of each label of the half held out."""
    images = as_images(as_grey(images))
    features, others = judges.judge.features(images), judges.judge.features(judges.other.images)
    labels = judges.other.labels
    distance = bootstrapped(jax.random.key(1), frechet, features, others, draws=50, groups=(labels, labels))
    return Row(
        w,
        tuple(interval),
        share(judges.judge.recognised(images) == labels),
        coverage(features, others),
        distance._replace(low=max(distance.low, 0.0)),
        calls(w, interval),
    )


def stored(file: Path = FILE) -> tuple[list[Row], dict]:
    """The rows that were measured once; and how: the date and the machine."""
    data = json.loads(file.read_text(encoding="utf-8"))
    rows = [
        Row(row["w"], tuple(row["interval"]), *(Measured(*row[name]) for name in Row._fields[2:5]), row["calls"])
        for row in data["rows"]
    ]
    return rows, data["about"]


def main(file: Path = FILE) -> int:
    judges, network = court(), read()
    of_labels = partial(draw, jax.random.key(0), network, judges.other.labels)
    rows = []
    for interval in (WHOLE, MIDDLE):
        for w in STRENGTHS:
            if w or interval == WHOLE:
                rows.append(judged(judges, of_labels(w, interval), w, interval)._asdict())
                print(rows[-1], flush=True)
    about = {"date": date.today().isoformat(), "device": jax.devices()[0].device_kind, "jax": jax.__version__}
    files.replace(file, (json.dumps({"about": about, "rows": rows}, indent=1) + "\n").encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
