"""Training at length: one loop with checkpoints and a log, images from a folder, several processes.

What is needed beside the core is the extra `scale`: Orbax for checkpoints, Grain for reading.
"""

from ddpm.scale.checkpoints import Checkpoints
from ddpm.scale.fitting import fit
from ddpm.scale.images import Images

__all__ = ["Checkpoints", "Images", "fit"]
