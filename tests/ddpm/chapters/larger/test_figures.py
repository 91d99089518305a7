"""The chapter's figure shows the formulas of its equations."""

import numpy as np
import pytest

from ddpm.chapters.larger.figures import by_devices


def test_by_devices(style):
    left, right = by_devices(1000).axes
    (copied, split), (kept, parts) = ([line.get_ydata() for line in ax.get_lines()[:2]] for ax in (left, right))
    assert left.get_lines()[0].get_xdata()[3] == 8
    assert copied[3] == pytest.approx(7 * 1001 / 1000) and split[3] == pytest.approx(3.5 * 3002 / 1000)
    np.testing.assert_allclose(kept, 12)
    assert parts[3] == 1.5 and copied[0] == split[0] == 0
