"""Networks, each for one example; `jax.vmap` for a batch.

For images of a few pixels fully connected ones that predict the noise, network(x_t, t), after section 3.2 of Ho et al.
(2020); `InTime` takes a time u in [0, 1] instead. For larger images with classes a residual perceptron, a convolutional
U-Net and a transformer over patches, network(x, u, label), which are trained to predict v.

Layers compute in the precision of their weights (`ddpm.train.mixed_precision`); what they see of the time is found
before that.
"""

from ddpm.nn.conv import ConvUNet
from ddpm.nn.denoiser import MAX_SCALE, Denoiser
from ddpm.nn.in_time import InTime
from ddpm.nn.layers import TIME_FEATURES, Activation, layer_shapes, layer_sizes, linear_layers, time_features
from ddpm.nn.mlp import MLP
from ddpm.nn.patches import PatchTransformer
from ddpm.nn.residual import ResidualMLP
from ddpm.nn.unet import UNet

__all__ = [
    "Activation",
    "ConvUNet",
    "Denoiser",
    "InTime",
    "MAX_SCALE",
    "MLP",
    "PatchTransformer",
    "ResidualMLP",
    "TIME_FEATURES",
    "UNet",
    "layer_shapes",
    "layer_sizes",
    "linear_layers",
    "time_features",
]
