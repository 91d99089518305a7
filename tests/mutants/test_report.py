import pytest

from mutants import report
from mutants.report import Outcome

DIFF = """\
--- a/code/ddpm/x.py
+++ b/code/ddpm/x.py
@@ -1,3 +1,3 @@
 def f(x):
-    return x + 1
+    return x - 1
"""
ENTRY = {"module": "code/ddpm/x.py", "where": "f", "before": "return x + 1", "after": "return x - 1", "reason": "none"}


def outcome(killed, diff=DIFF, where="f", late=False):
    return Outcome("code/ddpm/x.py", where, diff, killed, late)


def test_an_entry_means_the_change_in_its_place_alone():
    assert outcome(False).matches(ENTRY)
    assert not outcome(False, where="g").matches(ENTRY)
    assert not outcome(False, diff=DIFF.replace("x - 1", "x - 2")).matches(ENTRY)
    assert not outcome(False, diff=DIFF.replace("x + 1", "x + 2")).matches(ENTRY)
    assert not Outcome("code/ddpm/y.py", "f", DIFF, False).matches(ENTRY)


def test_a_piece_of_the_line_is_enough_and_is_changed_alone():
    piece = ENTRY | {"before": "x + 1", "after": "x - 1"}
    assert outcome(False).matches(piece) and outcome(False, where="g").matches(piece | {"where": "*"})
    assert not outcome(False).matches(piece | {"after": "x - 2"}) and not outcome(False).matches(
        piece | {"before": "y + 1"}
    )
    twice = DIFF.replace("return x + 1", "return x + 1 + x + 1").replace("return x - 1", "return x + 1 + x - 1")
    assert outcome(False, diff=twice).matches(piece)
    assert not outcome(False, diff=twice.replace("x + 1 + x - 1", "x - 1 + x - 1")).matches(piece)


def test_numbers_that_may_be_others():
    numbers = {key: ENTRY[key] for key in ("module", "where", "reason")} | {"numbers": "randint(1, 40)"}
    diff = DIFF.replace("return x + 1", "return a(2).randint(1, 40) + 3").replace("return x - 1", "NEW")
    for new, same in [
        ("return a(2).randint( 0, 40) + 3", True),
        ("return a(2).randint(1, 41) + 3", True),
        ("return a(3).randint(1, 40) + 3", False),
        ("return a(2).randint(1, 40) + 4", False),
        ("return a(2).randint(1, 40) - 3", False),
        ("return a(2).randint(-1, 40) + 3", False),
    ]:
        assert outcome(False, diff=diff.replace("NEW", new)).matches(numbers) == same
    said = report.text(
        "core",
        [outcome(True, diff=diff.replace("NEW", "return a(2).randint(2, 40) + 3")), outcome(True)],
        [numbers],
        of=2,
        seed=0,
    )
    assert (
        "1 of these are equivalent" in said
        and "Of the other 1 the tests killed 1" in said
        and "and killed\n" not in said
    )


def test_equivalents_are_no_part_of_the_score():
    outcomes = [outcome(True, where="g")] * 8 + [outcome(False, where="h"), outcome(True, where="h", late=True)]
    said = report.text("core", [*outcomes, outcome(False)], [ENTRY], of=200, seed=5)
    assert "200 mutants, 11 of them drawn with the seed 5; 1 of these are equivalent" in said
    assert "Of the other 10 the tests killed 9: 90.0%, 95% interval 59.6% to 98.2%. 1 of them by" in said  # Wilson 1927
    assert said.count("+    return x - 1") == 1 and "In `h`" in said and "killed\n" not in said


def test_a_mutant_that_is_killed_is_no_equivalent():
    said = report.text("core", [outcome(True), outcome(True, where="g")], [ENTRY], of=2, seed=0)
    assert "all of them tried" in said and "## Listed as equivalent, and killed" in said


def test_an_entry_needs_a_reason(tmp_path):
    path = tmp_path / "equivalents.toml"
    path.write_text("[[equivalent]]\n" + "\n".join(f'{key} = "{value}"' for key, value in ENTRY.items()))
    assert report.equivalents(path) == [ENTRY]
    path.write_text(path.read_text().replace('reason = "none"', 'reason = ""'))
    with pytest.raises(ValueError, match="reason"):
        report.equivalents(path)
    path.write_text(path.read_text().replace('reason = ""', 'reason = "none"').replace("after", "numbers"))
    with pytest.raises(ValueError, match="numbers and reason"):
        report.equivalents(path)
    report.equivalents()  # the list as it is
