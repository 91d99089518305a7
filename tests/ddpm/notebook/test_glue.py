import math

import pytest

from ddpm.notebook.glue import glue


@pytest.fixture
def shown(monkeypatch):
    calls = []
    monkeypatch.setattr("ddpm.notebook.glue.display", lambda data, **options: calls.append((data, options)))
    return calls


@pytest.mark.parametrize(
    "value, spec, text",
    [
        (0.8, ".2f", "0.80"),
        (260, "", "260"),
        ("faster", "", "faster"),
        (0.739, ".0%", "74%"),
        (1.3e-8, ".1e", "1.3\xa0×\xa010⁻⁸"),
        (4.0e5, ".0e", "4\xa0×\xa010⁵"),
        (-0.29, ".1f", "−0.3"),
    ],
)
def test_writes_the_record_that_myst_nb_reads(shown, value, spec, text):
    glue("x", value, spec)
    prefix = "application/papermill.record/"
    metadata = {"scrapbook": {"name": "x", "mime_prefix": prefix}}
    assert shown == [({f"{prefix}text/plain": repr(text)}, {"metadata": metadata, "raw": True})]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_stays_out_of_the_text(value):
    with pytest.raises(ValueError, match="'ratio'"):
        glue("ratio", value, ".2f")
