"""The program for one's own images, as the book prints it: it trains, and goes on where it was."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from several import environment

CHAPTER = Path(__file__).parents[3] / "book/larger.md"
SMALLER = {
    "(32, 32, 3), 100_000": "(8, 8, 3), 40",
    "widths=(64, 128)": "widths=(4, 8)",
    "batch=128": "batch=8",
    "every=1000": "every=20",
}


@pytest.mark.slow
def test_the_program_of_the_book_trains_on_a_folder_of_images_and_goes_on(tmp_path):
    program, sampling = re.findall(r"^```python\n(.*?)^```", CHAPTER.read_text(encoding="utf-8"), re.M | re.S)
    assert len(program.splitlines()) <= 33
    for large, small in SMALLER.items():
        assert program.count(large) == 1
        program = program.replace(large, small)
    photos, rng = tmp_path / "photos", np.random.default_rng(0)
    photos.mkdir()
    for i in range(20):
        Image.fromarray(rng.integers(0, 256, (10, 12, 3), dtype=np.uint8)).save(photos / f"{i}.jpg")
    for steps in (20, 40):
        script = tmp_path / "train_mine.py"
        script.write_text(program.replace("(8, 8, 3), 40", f"(8, 8, 3), {steps}") + sampling * (steps == 40))
        command = [sys.executable, "-P", script, photos, tmp_path / "run"]
        done = subprocess.run(command, env=environment(2), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    images = np.load(tmp_path / "run/images.npy")
    assert images.shape == (16, 8, 8, 3) and np.isfinite(images).all()
    log = [json.loads(line) for line in (tmp_path / "run/log-0.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [20, 40] and 0 < log[1]["loss"] < log[0]["loss"] < 2
