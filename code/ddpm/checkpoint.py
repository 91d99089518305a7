"""The weights of a network in a file, with what made them: safetensors, which holds numbers and no code.

Weights are kept as 16-bit floats. A file that was made by another recipe, or for another network, or whose network
answers otherwise than when it was written, is refused.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from ddpm import files

ANSWER = "answer"
MARK = "ddpm"  # the entry of the file's metadata that is ours
AGREE = 0.02  # of the largest number in an answer; a GPU's products may differ by some thousandths


def save(file: str | Path, network: PyTree, about: dict[str, Any], ask: Callable[[PyTree], Array]) -> None:
    """Write the floating-point arrays of a network.

    Args:
        about: the recipe that made it, of numbers, text and lists; the same for the same training.
        ask: network -> what it answers to some fixed question; the answer is kept, to be compared when it is read.

    Raises:
        FloatingPointError: a weight that is not finite as a 16-bit float.
        ImportError: safetensors is not installed.
        OSError: the file cannot be written; what was there stays.
    """
    rounded = as_read(network)
    weights = eqx.filter(rounded, eqx.is_inexact_array)
    tensors = _named(jax.tree.map(lambda values: np.asarray(values, np.float16), weights))
    if bad := [name for name, values in tensors.items() if not np.isfinite(values).all()]:
        raise FloatingPointError(f"weights that are not finite: {', '.join(bad)}; nothing is written")
    tensors[ANSWER] = np.asarray(ask(rounded), np.float32)
    files.replace(Path(file), _library().numpy.save(tensors, {MARK: _text(about)}))


def as_read(network: PyTree) -> PyTree:
    """The network with its weights as they come back from a file: rounded to 16-bit floats."""

    def rounded(values):
        with np.errstate(over="ignore"):  # an infinity, which `save` refuses
            return jnp.asarray(np.asarray(values, np.float16), jnp.float32)

    return jax.tree.map(lambda leaf: rounded(leaf) if eqx.is_inexact_array(leaf) else leaf, network)


def load(file: str | Path, like: PyTree, about: dict[str, Any], ask: Callable[[PyTree], Array]) -> PyTree:
    """The network that was written, its weights as 32-bit floats.

    Args:
        like: a network of the same kind and sizes; `equinox.filter_eval_shape` makes one without its numbers.
        about, ask: as the code at hand would write them.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is of another kind, or made by another recipe, or for another network, or its network answers
            otherwise.
        ImportError: safetensors is not installed.
    """
    library, file = _library(), Path(file)
    if not file.exists():
        raise FileNotFoundError(f"there is no {file}")
    try:
        with library.safe_open(file, "numpy") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}
            found = (opened.metadata() or {}).get(MARK)
    except library.SafetensorError as error:
        raise ValueError(f"{file} is no safetensors file, or is cut short ({error})") from None
    if found is None or ANSWER not in tensors:
        raise ValueError(f"{file} was not written by ddpm.checkpoint.save: it does not say which recipe made it")
    _check_recipe(file, json.loads(found), json.loads(_text(about)))
    arrays, rest = eqx.partition(like, _is_weight)
    wanted, answer = _named(arrays), tensors.pop(ANSWER)
    shapes, expected = ({name: values.shape for name, values in those.items()} for those in (tensors, wanted))
    if shapes != expected:
        name = min(name for name in shapes | expected if shapes.get(name) != expected.get(name))
        raise ValueError(
            f"{file} is for another network: its weights {name} have shape {shapes.get(name)}, "
            f"and the network's {expected.get(name)}"
        )
    leaves = [jnp.asarray(tensors[name], jnp.float32) for name in wanted]
    network = eqx.combine(jax.tree.unflatten(jax.tree.structure(arrays), leaves), rest)
    apart = np.abs(np.asarray(ask(network)) - answer).max() / np.abs(answer).max()
    if not apart <= AGREE:
        raise ValueError(
            f"{file} is stale: its network answers otherwise than when it was written, by {apart:.1g} of the largest "
            "number. The code of the network has changed since; train it again"
        )
    return network


def _check_recipe(file, found, about):
    if found != about:
        name = min(name for name in found | about if found.get(name) != about.get(name))
        raise ValueError(
            f"{file} is stale: it was made with {name} = {found.get(name)!r}, and the recipe says "
            f"{about.get(name)!r}. Train it again"
        )


def _is_weight(leaf):
    return (
        eqx.is_inexact_array(leaf) or isinstance(leaf, jax.ShapeDtypeStruct) and jnp.issubdtype(leaf.dtype, np.inexact)
    )


def _named(arrays):
    return {jax.tree_util.keystr(place): leaf for place, leaf in jax.tree_util.tree_flatten_with_path(arrays)[0]}


def _text(about):
    return json.dumps(about, sort_keys=True)


def _library():
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError("weights are kept with safetensors: `pip install safetensors`") from error
    return safetensors
