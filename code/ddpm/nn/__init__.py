"""Small fully connected networks that predict the noise: network(x_t, t) for one example, `jax.vmap` for a batch.

They follow section 3.2 of Ho et al. (2020) in their task, eps_theta(x_t, t), and for images of a few pixels in their
size.
"""

from ddpm.nn.denoiser import MAX_SCALE, Denoiser
from ddpm.nn.in_time import InTime
from ddpm.nn.layers import TIME_FEATURES, Activation, layer_shapes, layer_sizes, linear_layers, time_features
from ddpm.nn.mlp import MLP
from ddpm.nn.unet import UNet

__all__ = [
    "Activation",
    "Denoiser",
    "MAX_SCALE",
    "InTime",
    "MLP",
    "TIME_FEATURES",
    "UNet",
    "layer_shapes",
    "layer_sizes",
    "linear_layers",
    "time_features",
]
