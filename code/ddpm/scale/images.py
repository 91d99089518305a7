"""Images from a folder, in an order that is shuffled anew in each pass, read ahead by Grain."""

import math
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ddpm.train.batches import Batches

PASSES = 10**6  # through all images: more than any training takes
KINDS = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
AHEAD = 16  # batches that are read before they are asked for
READERS = 8  # threads


class Images(Batches):
    """All images of a folder and of those in it, as arrays of one shape with values in [-1, 1].

    Args:
        folder: where the files are.
        shape: (rows, columns) for grey images, (rows, columns, 3) for colours. Images of another size are scaled, and
            what does not fit is cut off evenly.
        seed: of the order.

    Raises:
        ValueError: no image in the folder, or another shape than these.
        ImportError: Grain or Pillow is not installed.
    """

    def __init__(self, folder: str | Path, shape: tuple[int, ...], seed: int = 0):
        try:
            import grain
            import PIL.Image  # noqa: F401
        except ImportError as error:
            raise ImportError("images are read by Grain and Pillow: `pip install grain pillow`") from error
        files = sorted(str(path) for path in Path(folder).rglob("*") if path.suffix.lower() in KINDS)
        if not files:
            raise ValueError(f"no image in {folder}; files ending in {', '.join(sorted(KINDS))} are looked for")
        if len(shape) not in (2, 3) or shape[2:] not in ((), (3,)):
            raise ValueError(f"shape must be (rows, columns) or (rows, columns, 3); got {shape}")
        self.files, self.bytes = files, 4 * math.prod(shape)
        endless = grain.MapDataset.source(files).seed(seed).shuffle().repeat(PASSES)
        self._examples = endless.map(partial(read, shape=shape))
        self._options = grain.ReadOptions(num_threads=READERS, prefetch_buffer_size=AHEAD)
        self._next, self._batches = None, None

    def examples(self, first: int, count: int, every: int) -> Float[np.ndarray, "count *pixels"]:
        if first % count or every % count:
            raise ValueError(f"examples come in batches of {count}, from a multiple of it on; got {first=}, {every=}")
        if (first, count, every) != self._next:
            ours = self._examples.batch(count)[first // count :: every // count]
            self._batches = iter(ours.to_iter_dataset(self._options))
        self._next = first + every, count, every
        return next(self._batches)


def read(file: str, shape: tuple[int, ...]) -> Float[np.ndarray, "*shape"]:
    """The image in a file.

    Raises:
        ValueError: it cannot be read; the message names it.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as image:
            fitted = ImageOps.fit(image.convert("RGB" if shape[2:] else "L"), (shape[1], shape[0]))
    except OSError as error:
        raise ValueError(f"{file} cannot be read as an image ({error}). Mend it or take it away") from None
    return np.asarray(fitted, np.float32) / 127.5 - 1
