"""The state of a training on disk, written by Orbax while training goes on.

A checkpoint is there when all of it is there: it is written under another name, and renamed. So a process may be
killed at any moment. It can be read on another number of devices or of processes than it was written on.
"""

from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.sharding import Mesh, SingleDeviceSharding

from ddpm.train import State
from ddpm.train.mesh import split

KEPT = 2  # checkpoints on disk: the newest, and the one before


class Checkpoints:
    """The checkpoints in a folder; with several processes, one that all of them see. A context, whose end waits until
    all is written."""

    def __init__(self, folder: str | Path):
        """
        Raises:
            ImportError: Orbax is not installed.
        """
        try:
            import orbax.checkpoint as orbax
        except ImportError as error:
            raise ImportError("checkpoints are written by Orbax: `pip install orbax-checkpoint`") from error
        options = orbax.CheckpointManagerOptions(max_to_keep=KEPT, cleanup_tmp_directories=True)
        self._folder, self._args = Path(folder).absolute(), orbax.args
        handler = orbax.StandardCheckpointHandler()
        self._manager = orbax.CheckpointManager(self._folder, options=options, item_handlers=handler)

    def save(self, state: State) -> None:
        """Begin to write the state under the number of its step; it may be used, but not given away, meanwhile. Waits
        if the one before is still being written."""
        self._manager.save(int(state.step), args=self._args.StandardSave(_named(state)))

    def latest(self, state: State, mesh: Mesh | None = None) -> State:
        """The newest state in the folder, laid on the mesh; the given one if there is none.

        Args:
            state: as training begins; the one that is read must have its shapes.

        Raises:
            ValueError: the checkpoint is of another network or optimiser, or only one of both has a moving average.
        """
        step = self._manager.latest_step()
        if step is None:
            return state
        wanted = {name: _wanted(leaf, mesh) for name, leaf in _leaves(state)}
        metadata = self._manager.item_metadata(step)
        shapes = {name: tuple(leaf.shape) for name, leaf in dict(getattr(metadata, "tree", metadata)).items()}
        if shapes != {name: leaf.shape for name, leaf in wanted.items()}:
            raise ValueError(
                f"the checkpoint of step {step} in {self._folder} is of another network or optimiser than this state, "
                "or one of the two has a moving average. Take what it was made with, or another folder"
            )
        found = self._manager.restore(step, args=self._args.StandardRestore(wanted))
        return _unnamed(state, found)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._manager.wait_until_finished()
        self._manager.close()


def _wanted(leaf, mesh):
    numbers = _numbers(leaf)  # of a key they stay together
    sharding = SingleDeviceSharding(jax.local_devices()[0]) if mesh is None else split(mesh, leaf.shape)
    return jax.ShapeDtypeStruct(numbers.shape, numbers.dtype, sharding=sharding)


def _is_key(leaf):
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _named(state):
    """All arrays by name; keys as the numbers that they hold."""
    return {name: _numbers(leaf) for name, leaf in _leaves(state)}


def _leaves(state):
    leaves = jax.tree_util.tree_flatten_with_path(eqx.filter(state, eqx.is_array))[0]
    return [(jax.tree_util.keystr(place), leaf) for place, leaf in leaves]


def _unnamed(state, found):
    arrays, rest = eqx.partition(state, eqx.is_array)

    def new(place, leaf):
        values = found[jax.tree_util.keystr(place)]
        return jax.random.wrap_key_data(values, impl=jax.random.key_impl(leaf)) if _is_key(leaf) else values

    return eqx.combine(jax.tree_util.tree_map_with_path(new, arrays), rest)


def _numbers(leaf):
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf
