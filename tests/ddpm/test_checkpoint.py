"""ddpm.checkpoint: what is written is read again, and what is not what it should be is refused with words."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import safetensors.numpy
from truth import shaken

from ddpm import checkpoint
from ddpm.nn import MLP

ABOUT = {"steps": 3, "sizes": (4, 6), "rate": 0.1}


def ask(network):
    return network(jnp.arange(4.0), 2)


def made(*hidden):
    return shaken(MLP(jax.random.key(0), [4, *(hidden or (6,))], T=5))


@pytest.fixture
def file(tmp_path):
    checkpoint.save(tmp_path / "weights.safetensors", made(), ABOUT, ask)
    return tmp_path / "weights.safetensors"


def test_what_is_written_is_read_again_in_half_precision(file):
    like = eqx.filter_eval_shape(lambda: MLP(jax.random.key(0), [4, 6], T=5))
    network, wanted = checkpoint.load(file, like, ABOUT, ask), made()
    assert jax.tree.structure(network) == jax.tree.structure(wanted)
    for found, values in zip(jax.tree.leaves(network), jax.tree.leaves(wanted)):
        assert found.dtype == jnp.float32
        np.testing.assert_array_equal(found, np.float16(values))
    numbers = sum(leaf.size for leaf in jax.tree.leaves(wanted))
    assert file.stat().st_size < 2 * numbers + 1500 and b"pickle" not in file.read_bytes()
    checkpoint.load(file, made(), ABOUT, ask)  # a network with its numbers is as good


def test_the_same_network_gives_the_same_file(file, tmp_path):
    checkpoint.save(tmp_path / "again", made(), dict(reversed(ABOUT.items())), ask)
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_another_recipe_another_network_another_answer(file):
    with pytest.raises(ValueError, match="is stale: it was made with steps = 3, and the recipe says 4. Train it again"):
        checkpoint.load(file, made(), {**ABOUT, "steps": 4}, ask)
    with pytest.raises(ValueError, match="made with rate = 0.1, and the recipe says None"):
        checkpoint.load(file, made(), {"steps": 3, "sizes": (4, 6)}, ask)
    with pytest.raises(ValueError, match=r"another network: its weights .* have shape \(6,\), and .* \(7,\)"):
        checkpoint.load(file, made(7), ABOUT, ask)
    with pytest.raises(ValueError, match=r"another network: its weights .*layers\[2\].* have shape None"):
        checkpoint.load(file, made(6, 4), ABOUT, ask)
    with pytest.raises(ValueError, match="stale: its network answers otherwise .*code of the network has changed"):
        checkpoint.load(file, made(), ABOUT, lambda network: 1.1 * ask(network))
    with pytest.raises(ValueError, match="answers otherwise"):
        checkpoint.load(file, made(), ABOUT, lambda network: jnp.nan * ask(network))


def test_what_is_no_such_file(tmp_path):
    file = tmp_path / "weights"
    with pytest.raises(FileNotFoundError, match=f"there is no {file}"):
        checkpoint.load(file, made(), ABOUT, ask)
    file.write_bytes(b"what else there is")
    with pytest.raises(ValueError, match="is no safetensors file, or is cut short"):
        checkpoint.load(file, made(), ABOUT, ask)
    for name, of_whom in (("weight", None), (checkpoint.ANSWER, None), ("weight", {checkpoint.MARK: "{}"})):
        safetensors.numpy.save_file({name: np.ones(3)}, file, of_whom)
        with pytest.raises(ValueError, match="not written by ddpm.checkpoint.save"):
            checkpoint.load(file, made(), ABOUT, ask)


def test_a_file_that_is_cut_short(file):
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(ValueError, match="is cut short"):
        checkpoint.load(file, made(), ABOUT, ask)


def test_weights_that_a_file_cannot_hold(tmp_path):
    network = eqx.tree_at(lambda n: n.layers[0].bias, made(), jnp.full(6, 1e6))
    with pytest.raises(FloatingPointError, match="not finite: .*bias; nothing is written"):
        checkpoint.save(tmp_path / "weights", network, ABOUT, ask)
    assert not (tmp_path / "weights").exists()
