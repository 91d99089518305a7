"""Many false and many true equalities: no rule proves a false one, the tool accepts none, and it calls no true one
false."""

import pytest
from corpus import FALSE, TRUE

from ddpm.derivation.densities import Undecided
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.settle import Different, settle

# of the true ones of each kind, how many are proved; the others are not decided
PROVED = {
    "algebra": 40,
    "schedule": 22,
    "sums": 22,
    "unknown functions": 15,
    "derivatives and integrals": 1,
    "expectations": 24,
    "squared norms": 15,
    "densities": 21,
    "divergences": 20,
    "too near to be told apart": 1,
    "signs that are known": 5,
}

# kinds of which a few cases take seconds
LONG = {
    "expectations",
    "divergences",
    "mixtures and steps of time",
    "noise outside of its expectation",
    "too near to be told apart",
}


def kinds(corpus, every):
    """Every second kind, or all, in every run, but for the long ones."""
    slow = [i % every > 0 or kind in LONG for i, kind in enumerate(corpus)]
    return [pytest.param(kind, marks=[pytest.mark.slow] * late) for kind, late in zip(corpus, slow)]


def parts(case):
    left, right, *where = case
    return left, right, where[0] if where else {}


def test_the_corpus_is_large():
    for corpus, least in (FALSE, 500), (TRUE, 190):
        assert len({case[:2] for cases in corpus.values() for case in cases}) >= least


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in (1, 2, 3))])
@pytest.mark.parametrize("kind", kinds(FALSE, 1))
def test_no_rule_proves_what_is_false(kind, part):
    """The rules alone, without the numbers that stand before them; every fourth case in every run."""
    for case in FALSE[kind][part::4]:
        try:
            found = find_proof(*parts(case))
        except Undecided:
            continue
        assert found is None, case


@pytest.mark.parametrize("kind", kinds(FALSE, 2))
def test_what_is_false_is_refused(kind):
    for case in FALSE[kind]:
        with pytest.raises((Different, Undecided)):
            settle(*parts(case))


@pytest.mark.parametrize("kind", kinds(TRUE, 1))
def test_what_is_true_is_proved_or_not_decided(kind):
    proved = 0
    for case in TRUE[kind]:
        try:
            settle(*parts(case))
        except Undecided:
            continue
        proved += 1
    assert proved >= PROVED[kind]
