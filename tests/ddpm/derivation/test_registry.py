"""The registry: what it hands out, and what it refuses."""

import math

import pytest
import sympy as sp

from ddpm.derivation import registry
from ddpm.derivation.chain import Chain
from ddpm.derivation.mutants import Claim, mutants
from ddpm.derivation.registry import EquationError, cited, definition, numeric, proof, run
from ddpm.derivation.symbols import as_written


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    """A registry of one's own."""
    monkeypatch.setattr(registry, "_ENTRIES", {})


def chain():
    return Typeset()


class Typeset:
    settled = "in two steps"

    def latex(self):
        return "\na = b\n"


def test_result_has_the_text_the_kind_and_the_time():
    proof("eq-a")(chain)
    definition("eq-b")(lambda: "a := b")
    numeric("eq-c", bound=1e-3)(lambda: ("c", 2e-4))
    cited("eq-d", key="ho2020denoising")(lambda: "d")
    found = [run(label) for label in registry.entries()]
    assert [r.entry.kind for r in found] == ["proof", "definition", "numeric", "cited"]
    assert [r.tex for r in found] == ["a = b", "a := b", "c", "d"]
    assert found[0].settled == "in two steps"
    assert found[2].settled == "off by 0.0002, 0.001 allowed"
    assert found[3].entry.key == "ho2020denoising"
    assert all(0 <= r.seconds < 1 for r in found)


def test_unknown_label_names_the_nearest():
    proof("eq-induction")(chain)
    with pytest.raises(EquationError, match="`eq-inductoin`. Did you mean `eq-induction`?"):
        run("eq-inductoin")
    with pytest.raises(EquationError, match="Register one in the module `equations`"):
        run("something else")


def test_a_label_belongs_to_one_equation():
    proof("eq-a")(chain)
    with pytest.raises(EquationError, match=r"`eq-a` has a check already: .*test_registry.py:\d+"):
        definition("eq-a")(lambda: "a")


def test_failing_check_is_named_with_its_place_and_reason():
    @proof("eq-a")
    def check():
        raise ZeroDivisionError("by zero")

    with pytest.raises(
        EquationError, match=r"(?s)`eq-a` failed \(.*test_registry.py:\d+\):\nZeroDivisionError: by zero"
    ) as caught:
        run("eq-a")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("deviation", [1.1e-3, math.inf, math.nan, -1e-9])
def test_deviation_beyond_the_bound_is_refused(deviation):
    numeric("eq-a", bound=1e-3)(lambda: ("a", deviation))
    with pytest.raises(EquationError, match="`eq-a` is off by"):
        run("eq-a")


@pytest.mark.parametrize("returned", [None, "", "  ", 3, ("a", 0.0)])
def test_check_that_returns_nothing_to_typeset_is_refused(returned):
    proof("eq-a")(lambda: returned)
    with pytest.raises(EquationError, match="must return what is typeset"):
        run("eq-a")


def test_numeric_check_must_return_its_deviation():
    numeric("eq-a", bound=1e-3)(lambda: "a")
    with pytest.raises(EquationError, match="must return \\(typeset, deviation\\)"):
        run("eq-a")


def test_an_entry_needs_its_bound_or_its_work():
    for bound in (0, -1, math.inf, math.nan):
        with pytest.raises(EquationError, match="bound must be a finite number above 0"):
            numeric("eq-a", bound=bound)
    with pytest.raises(EquationError, match="references.bib"):
        cited("eq-a", key="")


@pytest.mark.parametrize(
    "deviation, words", [(0.0, "off by 0, 0.001 allowed"), (1e-3, "off by 0.001, 0.001 allowed"), (1, None)]
)
def test_the_bound_itself_is_allowed(deviation, words):
    numeric("eq-a", bound=1e-3)(lambda: ("a", deviation))
    if words:
        assert run("eq-a").settled == words
    else:
        with pytest.raises(EquationError, match="is off by 1, and 0.001 is allowed"):
            run("eq-a")


@pytest.mark.parametrize("returned", [("a", 0.0, 1), ("a",), ["a", 0.0], None])
def test_a_deviation_comes_with_what_is_typeset_and_nothing_else(returned):
    numeric("eq-a", bound=1)(lambda: returned)
    with pytest.raises(EquationError, match="must return \\(typeset, deviation\\)"):
        run("eq-a")


def test_what_a_chain_claims_is_counted_and_set_twice():
    a, b = sp.symbols("a b", positive=True)
    with as_written():
        start = sum(sp.symbols("c:z"), a)
        shared = Chain(start).step(start + 0, "the same").step(start * 1, "again")
    proof("eq-a")(lambda: Chain(a + b).step(b + a, "turned"))
    proof("eq-b")(lambda: shared)
    one, other = run("eq-a"), run("eq-b")
    assert one.mutants == len([*mutants(Claim(a + b, a + b, {}, ()))]) > 4 and one.settled == "symbolically, 1 step"
    assert other.mutants == run("eq-b").mutants > 20  # though it was proved before the check was run
    assert one.narrow == one.tex and other.narrow.count("\\\\") > other.tex.count("\\\\")
    assert not one.tex.startswith("\n") and one.entry.label == "eq-a"


def test_how_each_kind_was_settled():
    proof("eq-a")(lambda: "a")
    definition("eq-b")(chain)
    cited("eq-c", key="ho2020denoising")(chain)
    assert [run(label).settled for label in registry.entries()] == ["symbolically", "the package computes the same", ""]
    assert [entry.bound for entry in registry.entries().values()] == [None] * 3
    assert [entry.key for entry in registry.entries().values()] == [None, None, "ho2020denoising"]


def test_an_entry_knows_its_place_and_its_chapter():
    def check():
        return "a"

    check.__module__ = "a.ddpm.chapters.closed_form.equations"
    assert proof("eq-a")(check) is check
    entry = registry.entries()["eq-a"]
    assert (
        entry.chapter == "closed_form"
        and "equations" not in entry.chapter
        and entry.place.endswith(f"test_registry.py:{check.__code__.co_firstlineno}")
    )
    found = registry.entries()
    found.clear()
    assert list(registry.entries()) == ["eq-a"]
    for frozen in (entry, run("eq-a")):
        with pytest.raises(AttributeError):
            frozen.label = frozen.tex = "b"
