import equinox as eqx
import jax
import numpy as np
import optax

import ddpm
from ddpm.sample import ancestral_sample
from ddpm.train import denoising, start, train


def spiral(n, seed):  # your own data: any array of shape (n, 2), its numbers of a size near 1
    random = np.random.default_rng(seed)
    angle = random.uniform(2, 10, n)
    return (angle / 6 * np.array([np.cos(angle), np.sin(angle)])).T + random.normal(scale=0.05, size=(n, 2))


class Network(eqx.Module):  # your own network: it is given one example and its time, and answers with the noise
    mlp: eqx.nn.MLP

    def __call__(self, x_t, t):
        return self.mlp(jax.numpy.append(x_t, t / schedule.T))


schedule = ddpm.cosine(T=100)
network = Network(eqx.nn.MLP(in_size=3, out_size=2, width_size=128, depth=3, key=jax.random.key(0)))
optimiser = optax.adam(optax.cosine_decay_schedule(3e-3, decay_steps=3000))
loss, draw = denoising(schedule, spiral(5000, seed=1))
state = start(jax.random.key(1), network, optimiser)
state, losses = train(state, loss, draw, optimiser, steps=3000, batch=256)
samples = ancestral_sample(jax.random.key(2), schedule, state.network, draws=2000, shape=(2,))
