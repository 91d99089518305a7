"""Where things lie on a mesh of devices. Nothing else of training knows of it: JAX's compiler does the rest.

A mesh has the axis "data", or "fsdp", or both. The examples of a batch are split over all devices. The weights, and all
that has their shapes (moments, a moving average), are copied along "data" and split along "fsdp", each array along its
longest axis that the devices divide ("fully sharded data parallel"; Rajbhandari et al. 2020, ZeRO stage 3).

mesh = jax.make_mesh((8,), ("data",))           # every device has all weights
mesh = jax.make_mesh((8,), ("fsdp",))           # every device has an eighth of them
mesh = jax.make_mesh((2, 4), ("data", "fsdp"))  # two copies, each split over four devices
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec, Sharding, SingleDeviceSharding
from jaxtyping import PyTree

AXES = "data", "fsdp"


def checked_mesh(mesh: Mesh | None, batch: int) -> Mesh | None:
    """The mesh, with axes that leave it to the compiler where intermediate results lie (JAX calls them "auto").

    Raises:
        TypeError: not a mesh.
        ValueError: an axis of another name, or a batch that the devices cannot share.
    """
    if mesh is None:
        return None
    if not isinstance(mesh, Mesh):
        raise TypeError(f"mesh must be a jax.sharding.Mesh; got {type(mesh).__name__}. jax.make_mesh((8,), ('data',))")
    if not mesh.axis_names or not set(mesh.axis_names) <= set(AXES):
        raise ValueError(
            f'the axes of a mesh must be "data" (weights are copied) or "fsdp" (split); got {mesh.axis_names}'
        )
    if batch % mesh.size:
        raise ValueError(f"batch must be a multiple of the {mesh.size} devices of the mesh; got {batch}")
    return Mesh(mesh.devices, mesh.axis_names)


def copied(mesh: Mesh, shape: tuple[int, ...] = ()) -> Sharding:
    """All of an array on every device."""
    return NamedSharding(mesh, PartitionSpec()) if mesh.size > 1 else SingleDeviceSharding(mesh.devices.item())


def split(mesh: Mesh, shape: tuple[int, ...]) -> Sharding:
    """How an array of the training's state lies: split along "fsdp" on its longest axis that can be, else copied."""
    parts = dict(mesh.shape).get("fsdp", 1)
    axes = [axis for axis, size in enumerate(shape) if parts > 1 and size and size % parts == 0]
    if not axes:
        return copied(mesh)
    axis = max(axes, key=shape.__getitem__)
    return NamedSharding(mesh, PartitionSpec(*[None] * axis, "fsdp"))


def shared(mesh: Mesh, before: int = 0) -> NamedSharding:
    """How examples lie: each device has its share of them. Their axis has `before` others before it."""
    return NamedSharding(mesh, PartitionSpec(*[None] * before, mesh.axis_names))


def put(tree: PyTree, mesh: Mesh, sharding=split) -> PyTree:
    """The tree with its arrays laid on the mesh, by `split` or `copied`. With several processes each of them has to
    give the same values, and keeps what belongs to its devices."""
    return _mapped(lambda leaf: _put(leaf, sharding(mesh, leaf.shape)), tree)


def constrained(tree: PyTree, mesh: Mesh | None, sharding=split) -> PyTree:
    """Inside a compiled program: the tree, its arrays lying by `split` or `copied`; without a mesh, the tree itself."""
    if mesh is None:
        return tree
    return _mapped(lambda leaf: jax.lax.with_sharding_constraint(leaf, sharding(mesh, leaf.shape)), tree)


def _mapped(function, tree):
    return jax.tree.map(lambda leaf: function(leaf) if eqx.is_array(leaf) else leaf, tree)


def _put(leaf, sharding):
    if getattr(leaf, "sharding", None) == sharding:
        return leaf
    if sharding.is_fully_addressable or not getattr(leaf, "is_fully_addressable", True):
        return jax.device_put(leaf, sharding)
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return jax.random.wrap_key_data(_put(jax.random.key_data(leaf), sharding), impl=jax.random.key_impl(leaf))
    whole = np.asarray(leaf)
    return jax.make_array_from_callback(whole.shape, sharding, lambda index: whole[index])


def share(mesh: Mesh) -> tuple[int, int]:
    """Which of how many equal shares of a batch this process provides: (index, count).

    Raises:
        ValueError: the devices of the processes are not in order, or not equally many.
    """
    owners = [device.process_index for device in mesh.devices.flat]
    count = len(set(owners))
    if owners != sorted(owners) or len({*map(owners.count, owners)}) != 1:
        raise ValueError(f"the mesh must have the same number of devices of each process, in order; got {owners}")
    return sorted(set(owners)).index(jax.process_index()), count


def as_whole(parts: PyTree, mesh: Mesh | None) -> PyTree:
    """This process's share of some batches, NumPy arrays of shape (steps, share, ...), as arrays of whole batches."""
    if mesh is None:
        return jax.tree.map(jnp.asarray, parts)
    sharding = shared(mesh, before=1)
    return jax.tree.map(lambda part: jax.make_array_from_process_local_data(sharding, np.asarray(part)), parts)
