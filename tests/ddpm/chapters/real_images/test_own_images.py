"""The lines for images of one's own run as they stand in the chapter, with images and with few steps."""

import re
from pathlib import Path

import numpy as np
import pytest

CHAPTER = Path(__file__).parents[4] / "book/real_images.md"


@pytest.mark.slow
def test_the_lines_run(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", CHAPTER.read_text(), re.S)
    random = np.random.default_rng(0)
    given = {
        "images = ...": "images = GIVEN",
        "labels = ...": "labels = LABELS",
        "steps=2000": "steps=3",
        "width=128": "width=8",
    }
    for old, new in given.items():
        assert code.count(old) == 1
        code = code.replace(old, new)
    exec(code, {"GIVEN": random.uniform(-1, 1, (40, 6, 4)).astype(np.float32), "LABELS": np.arange(40) % 2})
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 6 and "nearer to the training half: Measured(value=" in said
