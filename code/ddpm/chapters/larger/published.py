"""Networks of published runs, counted layer by layer: weights, and products for one image on the way forward.

A product is one multiplication with its addition, two operations. Left out is what is no product of matrices (norms,
activations, sums), which is below a hundredth.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """Numbers of a network.

    Attributes:
        weights: all that is trained.
        products: for one image, forward.
    """

    weights: int = 0
    products: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.weights + other.weights, self.products + other.products)


def layer(inputs: int, outputs: int, places: int = 1, window: int = 1) -> Counted:
    """A linear layer at so many places, over a window of so many pixels, with biases."""
    matrix = inputs * window * outputs
    return Counted(matrix + outputs, matrix * places)


def ddpm_cifar10() -> Counted:
    """The U-Net of Ho et al. (2020), appendix B, for 32 x 32 pixels: 128, 256, 256 and 256 channels at four sizes, two
    blocks at each on the way down and three on the way up, attention at 16 x 16."""
    told, sides, widths = 512, (32, 16, 8, 4), (128, 256, 256, 256)

    def block(inputs, outputs, side):
        shortcut = layer(inputs, outputs, side**2) if inputs != outputs else Counted()
        two = layer(inputs, outputs, side**2, 9) + layer(outputs, outputs, side**2, 9)
        return two + layer(told, outputs) + shortcut + Counted(2 * (inputs + outputs))

    def attention(width, side):
        among = Counted(2 * width, 2 * width * side**4)  # the norm before; queries with keys, weights with values
        four = Counted()
        for _ in range(4):
            four += layer(width, width, side**2)
        return among + four

    total = layer(128, told) + layer(told, told) + layer(3, 128, 32**2, 9)
    width, skips = 128, [128]
    for side, new in zip(sides, widths):
        for _ in range(2):
            total += block(width, new, side) + (attention(new, side) if side == 16 else Counted())
            width = new
            skips.append(width)
        if side != sides[-1]:
            total += layer(width, width, (side // 2) ** 2, 9)
            skips.append(width)
    total += block(width, width, 4) + attention(width, 4) + block(width, width, 4)
    for side, new in zip(reversed(sides), reversed(widths)):
        for _ in range(3):
            total += block(width + skips.pop(), new, side) + (attention(new, side) if side == 16 else Counted())
            width = new
        if side != sides[0]:
            total += layer(width, width, (2 * side) ** 2, 9)
    return total + Counted(2 * width) + layer(width, 3, 32**2, 9)


def dit_xl_2() -> Counted:
    """DiT-XL/2 of Peebles and Xie (2023), section 3, for images of 256 x 256 pixels: 28 blocks of width 1152 on the
    16 x 16 patches of a latent image of 32 x 32 x 4, each scaled and shifted by what the network is told."""
    width, patches, depth = 1152, 256, 28
    block = layer(width, 3 * width, patches) + layer(width, width, patches)
    block += layer(width, 4 * width, patches) + layer(4 * width, width, patches)
    block += Counted(0, 2 * patches**2 * width) + layer(width, 6 * width)
    total = layer(4 * 4, width, patches) + layer(256, width) + layer(width, width) + Counted(1001 * width)
    for _ in range(depth):
        total += block
    return total + layer(width, 2 * width) + layer(width, 4 * 8, patches)
