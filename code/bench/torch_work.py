"""The same work in PyTorch, eager. A program of its own: it reads "name steps" and answers when it has taken them."""

import math
import sys

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


def main():
    torch.manual_seed(0)
    unet, mlp = UNet(), MLP()
    u = torch.arange(51) / 50
    cosine = torch.cos(math.pi / 2 * (u + 0.008) / 1.008) ** 2
    work = {
        "problem_set": trainer(
            unet, torch.tensor([1, 0.6, 0.42, 0.336, 0.3024]), 100, torch.optim.SGD(unet.parameters(), lr=1.5)
        ),
        "small": trainer(mlp, cosine / cosine[0], 128, torch.optim.Adam(mlp.parameters(), lr=2e-3)),
    }
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        name, steps = line.split()
        print(work[name](int(steps)), flush=True)


if __name__ == "__main__":
    main()
