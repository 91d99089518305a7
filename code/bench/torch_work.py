"""The same work in PyTorch. A program of its own, which is given the device: it reads "name steps" and answers when it
has taken them, or why it cannot."""

import math
import sys
import time

import torch


class UNet(torch.nn.Module):
    """`ddpm.nn.UNet`, layer for layer."""

    def __init__(self):
        super().__init__()
        shapes = ((10, 200), (200, 1000), (1000, 200), (200, 9))
        self.layers = torch.nn.ModuleList([torch.nn.Linear(n, m) for n, m in shapes])

    def forward(self, x, t):
        h_0 = torch.cat([x, t[:, None] / 2 - 1], dim=1)
        h_1 = torch.relu(self.layers[0](h_0))
        h_2 = torch.relu(self.layers[1](h_1))
        h_3 = torch.relu(self.layers[2](h_2) + h_1)
        return self.layers[3](h_3) + x


class MLP(torch.nn.Module):
    """`ddpm.nn.MLP` with sizes [9, 64, 64] and T = 50."""

    def __init__(self):
        super().__init__()
        angle = torch.arange(51)[:, None] / 50 * torch.logspace(0, 2, 16)
        self.register_buffer("table", torch.cat([angle.sin(), angle.cos()], dim=1))
        silu = torch.nn.SiLU
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(41, 64), silu(), torch.nn.Linear(64, 64), silu(), torch.nn.Linear(64, 9)
        )

    def forward(self, x, t):
        return self.layers(torch.cat([x, self.table[t]], dim=1))


class Block(torch.nn.Module):
    """`ddpm.nn.conv.ConvBlock`."""

    def __init__(self, width, told):
        super().__init__()
        self.first, self.second = (torch.nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.told = torch.nn.Linear(told, width)

    def forward(self, x, told):
        h = self.first(silu(standardised(x))) + self.told(told)[..., None, None]
        return x + self.second(silu(standardised(h)))


class ConvUNet(torch.nn.Module):
    """`ddpm.nn.ConvUNet` with widths (32, 64), of 8 x 8 pixels: the same layers, convolutions being PyTorch's own."""

    def __init__(self, small=32, large=64, classes=10):
        super().__init__()
        told = 4 * small
        self.register_buffer("frequencies", torch.logspace(0, 2, 16))
        self.time, self.mix = torch.nn.Linear(32, told), torch.nn.Linear(told, told)
        self.classes = torch.nn.Embedding(classes + 1, told)
        self.first, self.last = (torch.nn.Conv2d(*ends, 3, padding=1) for ends in ((1, small), (small, 1)))
        self.down_block, self.up_block = Block(small, told), Block(small, told)
        self.middle = torch.nn.ModuleList([Block(large, told), Block(large, told)])
        self.down = torch.nn.Conv2d(small, large, 2, stride=2)  # blocks of 2 x 2 as one pixel, and a layer
        self.up = torch.nn.Conv2d(large, 4 * small, 1)

    def forward(self, x, u, label):
        angle = u[:, None] * self.frequencies
        told = self.time(torch.cat([angle.sin(), angle.cos()], dim=1)) + self.classes(label)
        told = torch.nn.functional.silu(self.mix(torch.nn.functional.silu(told)))
        h = skip = self.down_block(self.first(x[:, None]), told)
        h = self.down(h)
        for block in self.middle:
            h = block(h, told)
        h = self.up_block(torch.nn.functional.pixel_shuffle(self.up(h), 2) + skip, told)
        return self.last(silu(standardised(h)))[:, 0]


silu = torch.nn.functional.hardswish  # x min(max(x + 3, 0), 6) / 6


def standardised(x):
    return torch.nn.functional.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2]).permute(0, 3, 1, 2)


def digits_trainer(network, batch):
    """A function that takes a number of steps on the loss of v, on images of noise: what they show takes no time."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    images, labels = torch.randn(899, 8, 8), torch.randint(0, 10, (899,))

    def run(steps):
        for _ in range(steps):
            i, u = torch.randint(0, len(images), (batch,)), torch.rand(batch)
            x_0, noise = images[i], torch.randn(batch, 8, 8)
            label = torch.where(torch.rand(batch) < 0.1, 10, labels[i])
            angle = math.pi / 2 * u[:, None, None]
            x, v = angle.cos() * x_0 + angle.sin() * noise, angle.cos() * noise - angle.sin() * x_0
            loss = torch.nn.functional.mse_loss(network(x, u, label), v)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return loss.item()

    return run


def trainer(network, alpha_bar, batch, optimiser):
    """A function that takes a number of steps of Algorithm 1 on the dot."""
    dot = torch.zeros(9)
    dot[4] = 1.0
    T = len(alpha_bar) - 1

    def run(steps):
        for _ in range(steps):
            t = torch.randint(1, T + 1, (batch,))
            noise = torch.randn(batch, 9)
            a = alpha_bar[t][:, None]
            x_t = a.sqrt() * dot + (1 - a).sqrt() * noise
            loss = torch.nn.functional.mse_loss(network(x_t, t), noise)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return loss.item()

    return run


def quickest(run) -> int:
    """How many threads the work takes the least time with, one or all: those of a small network wait for each other."""
    seconds = {}
    for threads in (torch.get_num_threads(), 1):
        torch.set_num_threads(threads)
        run(3)
        begun = time.perf_counter()
        run(30)
        seconds[threads] = time.perf_counter() - begun
    return min(seconds, key=seconds.get)


def main():
    torch.manual_seed(0)
    torch.set_default_device(sys.argv[1])
    unet, mlp = UNet(), MLP()
    u = torch.arange(51) / 50
    cosine = torch.cos(math.pi / 2 * (u + 0.008) / 1.008) ** 2
    work = {
        "problem_set": trainer(
            unet, torch.tensor([1, 0.6, 0.42, 0.336, 0.3024]), 100, torch.optim.SGD(unet.parameters(), lr=1.5)
        ),
        "small": trainer(mlp, cosine / cosine[0], 128, torch.optim.Adam(mlp.parameters(), lr=2e-3)),
    }
    work["digits"] = digits_trainer(ConvUNet(), 128)
    work["digits_compiled"] = digits_trainer(torch.compile(ConvUNet()), 128)  # compiled when it is first called
    print(torch.__version__, flush=True)
    threads, most = {}, torch.get_num_threads()
    for line in sys.stdin:
        name, steps = line.split()
        eager = name.removesuffix("_compiled")
        try:
            if eager not in threads:
                torch.set_num_threads(most)
                threads[eager] = quickest(work[eager])
            torch.set_num_threads(threads[eager])
            print(work[name](int(steps)), flush=True)
        except Exception as error:  # such as that there is no compiler for C++
            print(f"{type(error).__name__}: {str(error).strip().splitlines()[0]}", flush=True)


if __name__ == "__main__":
    main()
