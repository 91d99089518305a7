"""Inverse problems: what is known of an image is a linear measurement of it, and the rest is to be drawn."""

from ddpm.inverse.exact import ExactlyMeasured, MeasuredPosterior, measured_posterior
from ddpm.inverse.measurement import Measurement, blurred, kept_pixels, measurement
from ddpm.inverse.reconstruction import Reconstructed, doubt_of_pigdm, doubt_of_video, no_doubt
from ddpm.inverse.replacement import replaced, replacement

__all__ = [
    "ExactlyMeasured",
    "MeasuredPosterior",
    "Measurement",
    "Reconstructed",
    "blurred",
    "doubt_of_pigdm",
    "doubt_of_video",
    "kept_pixels",
    "measured_posterior",
    "measurement",
    "no_doubt",
    "replaced",
    "replacement",
]
