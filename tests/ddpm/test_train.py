"""ddpm.train: the gradient, the whole of it against a loop written out, and what may go wrong."""

import os
import signal
import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import ddpm
from ddpm.data import dot, dots
from ddpm.network import MLP, UNet
from ddpm.train import State, draw_batch, start, train, training_loss

SCHEDULE = ddpm.Schedule.from_betas([0.1, 0.2, 0.3, 0.4])
NETWORK = MLP(jax.random.key(1), [9, 16], T=4)
ADAM = optax.adam(1e-2)
RUN = dict(batch=8, chunk=10)  # one size for all tests, so that the program is compiled once


def begin(seed=0):
    return start(jax.random.key(seed), NETWORK, ADAM)


def same(one, other):
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all((jax.random.key_data(a) if a.dtype == one.key.dtype else a).tobytes() ==
               (jax.random.key_data(b) if b.dtype == one.key.dtype else b).tobytes() for a, b in pairs)
