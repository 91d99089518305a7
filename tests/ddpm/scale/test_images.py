"""ddpm.scale.images: every image once in each pass, in an order that depends on nothing but the seed and the place."""

import numpy as np
import pytest
from PIL import Image

from ddpm.scale import Images
from ddpm.scale.images import read

COUNT = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Image i has the grey value 20 i; in two folders, among other files."""
    place = tmp_path_factory.mktemp("images")
    (place / "more").mkdir()
    (place / "notes.txt").write_text("no image")
    for i in range(COUNT):
        Image.new("L", (6, 4), 20 * i).save(place / ("more" if i % 2 else ".") / f"{i:02d}.png")
    return place


def shown(images, first, count, every):
    values = images.examples(first, count, every)
    assert values.shape == (count, 4, 6) and values.dtype == np.float32
    return [round((v.mean() + 1) * 127.5 / 20) for v in values]


def test_every_image_once_in_each_pass_in_another_order(folder, monkeypatch):
    monkeypatch.setattr("ddpm.scale.images.AHEAD", 2)  # what is read ahead and never asked for is most of the cost
    images = Images(folder, (4, 6), seed=3)
    seen = [i for step in range(6) for i in shown(images, 4 * step, 4, 4)]
    assert sorted(seen[:COUNT]) == sorted(seen[COUNT:]) == list(range(COUNT)) and seen[:COUNT] != seen[COUNT:]
    again = Images(folder, (4, 6), seed=3)
    assert shown(again, 16, 4, 4) == seen[16:20] and shown(again, 8, 4, 4) == seen[8:12]  # from any place
    assert [i for step in range(3) for i in shown(Images(folder, (4, 6), seed=4), 4 * step, 4, 4)] != seen[:COUNT]
    assert shown(Images(folder, (4, 6)), 0, 12, 12) == shown(Images(folder, (4, 6), seed=0), 0, 12, 12)
    # two processes: of each batch of 4 the first half and the second
    halves = [Images(folder, (4, 6), seed=3) for _ in range(2)]
    for step in range(3):
        parts = [shown(half, 4 * step + 2 * i, 2, 4) for i, half in enumerate(halves)]
        assert parts[0] + parts[1] == seen[4 * step : 4 * step + 4]


def test_colours_and_other_sizes(folder):
    image = Image.new("RGB", (16, 4), (255, 0, 0))
    image.paste(
        (0, 0, 255), (0, 0, 2, 4)
    )  # will be cut off: the middle 4 x 4 stay, and what smoothing sees of their surroundings
    image.save(folder.parent / "wide.png")
    found = read(str(folder.parent / "wide.png"), (2, 2, 3))
    np.testing.assert_array_equal(found, np.broadcast_to([1.0, -1.0, -1.0], (2, 2, 3)))
    assert read(str(folder.parent / "wide.png"), (2, 2)).shape == (2, 2)
    assert Images(folder, (4, 6)).bytes == 4 * 24


def test_bad_input(folder, tmp_path):
    with pytest.raises(ValueError, match=f"no image in {tmp_path}; files ending in .bmp, "):
        Images(tmp_path, (4, 6))
    for shape in ((4,), (4, 6, 4), (4, 6, 3, 1)):
        with pytest.raises(ValueError, match=r"\(rows, columns\) or \(rows, columns, 3\); got \(4,"):
            Images(folder, shape)
    for first, every in ((2, 4), (4, 6)):
        with pytest.raises(
            ValueError, match=f"batches of 4, from a multiple of it on; got first={first}, every={every}"
        ):
            Images(folder, (4, 6)).examples(first, 4, every)
    (tmp_path / "broken.png").write_text("no image")
    with pytest.raises(ValueError, match="broken.png cannot be read as an image .* Mend it or take it away"):
        Images(tmp_path, (4, 6)).examples(0, 1, 1)
