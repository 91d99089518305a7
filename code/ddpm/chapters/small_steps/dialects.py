"""The equations of the four dialects: how a level and a prediction of one is said in another."""

import sympy as sp

from ddpm.chapters.small_steps.calculus import along_u
from ddpm.derivation.registry import proof
from ddpm.derivation.settle import prove
from ddpm.derivation.symbols import c_u, dc_u, dr_u, epsilon, r_u, x, x_u

u, ratio = sp.Symbol("u", positive=True), sp.Symbol("varsigma", positive=True)
STATE = c_u * x[0] + r_u * epsilon


@proof("eq-same-level")
def same_level():
    """A state times k has signal and spread times k: the same image and noise, the same ratio; its score is over k."""
    k, place, mean, variance = (
        sp.Symbol("k", positive=True),
        *sp.symbols("x m", real=True),
        sp.Symbol("V", positive=True),
    )
    prove(STATE / c_u, x[0] + ratio * epsilon, using={ratio: r_u / c_u})
    prove((k * r_u) / (k * c_u), r_u / c_u)
    log_density = -((place - mean) ** 2) / (2 * variance)
    scaled = -((place - k * mean) ** 2) / (2 * k**2 * variance)
    prove(sp.diff(scaled, place).subs(place, k * place), sp.diff(log_density, place) / k)
    return r"""
\frac{x_u}{c_u} = x_0 + \varsigma_u\, \epsilon, \qquad \varsigma_u := \frac{r_u}{c_u}."""


@proof("eq-levels")
def levels():
    """alpha_bar and the flow's time from the ratio, and back."""
    bar, s = sp.symbols("bar s", positive=True)
    of_bar, of_flow = sp.sqrt((1 - bar) / bar), (1 - s) / s
    prove(sp.sqrt(1 - bar) / sp.sqrt(bar), of_bar)
    prove(bar, 1 / (1 + ratio**2), using={ratio: of_bar})
    prove(s, 1 / (1 + ratio), using={ratio: of_flow})
    return r"""
\begin{aligned}
\varsigma &= \sqrt{\frac{1 - \bar\alpha}{\bar\alpha}} = \frac{1 - s}{s}, \\
\bar\alpha &= \frac{1}{1 + \varsigma^2}, \qquad s = \frac{1}{1 + \varsigma}.
\end{aligned}"""


@proof("eq-vp-level")
def levels_of_the_sdes():
    """f = -beta / 2 integrated for a beta that rises in a straight line; and the diffusion of the exploding path."""
    low, high = sp.symbols("beta_min beta_max", positive=True)
    beta = low + u * (high - low)
    log_c = -low * u / 2 - (high - low) * u**2 / 4
    prove(sp.diff(log_c, u), -beta / 2)
    prove(sp.exp(2 * log_c), sp.exp(-low * u - (high - low) * u**2 / 2))
    least, most = sp.symbols("sigma_min sigma_max", positive=True)
    growing = least * (most / least) ** u
    prove(sp.simplify(sp.diff(growing**2, u) / growing**2), 2 * sp.log(most / least))
    return r"""
\begin{aligned}
&\text{VP:} \quad \bar\alpha = e^{-B}, \\
&\quad B = \beta_{\min} u + \tfrac{1}{2} (\beta_{\max} - \beta_{\min})\, u^2, \\
&\text{VE:} \quad g_u^2 = 2\, r_u^2 \log \frac{\sigma_{\max}}{\sigma_{\min}}.
\end{aligned}"""


@proof("eq-to-noise")
def to_the_noise():
    """Each prediction at x = c x_0 + r epsilon, solved for the noise; v where c^2 + r^2 = 1."""
    velocity, v = dc_u * x[0] + dr_u * epsilon, c_u * epsilon - r_u * x[0]
    prove((STATE - c_u * x[0]) / r_u, epsilon)
    prove(-r_u * (-epsilon / r_u), epsilon)
    prove(r_u * STATE + c_u * v, (c_u**2 + r_u**2) * epsilon)
    prove((c_u * velocity - dc_u * STATE) / (c_u * dr_u - dc_u * r_u), epsilon)
    return r"""
\begin{aligned}
\epsilon^\star &= \frac{x - c_u\, x^\star}{r_u} = -r_u\, \nabla \log q_u(x) \\
&= r_u\, x + c_u\, v^\star = \frac{c_u\, \mathbf v - c_u'\, x}{c_u\, r_u' - c_u'\, r_u}.
\end{aligned}"""


@proof("eq-from-noise")
def from_the_noise():
    """And each of the others from the noise."""
    x_0 = (x_u - r_u * epsilon) / c_u
    prove(x_0.subs(x_u, STATE), x[0])
    prove(dc_u * x_0 + dr_u * epsilon, dc_u / c_u * x_u + c_u * along_u(r_u / c_u) * epsilon)
    v = c_u * epsilon - r_u * x_0
    prove(v.subs(r_u, sp.sqrt(1 - c_u**2)), ((epsilon - r_u * x_u) / c_u).subs(r_u, sp.sqrt(1 - c_u**2)))
    return r"""
\begin{aligned}
x^\star &= \frac{x - r_u\, \epsilon^\star}{c_u}, \\
v^\star &= \frac{\epsilon^\star - r_u\, x}{c_u}, \\
\nabla \log q_u(x) &= -\frac{\epsilon^\star}{r_u}, \\
\mathbf v &= f_u\, x + c_u\, \varsigma_u'\, \epsilon^\star.
\end{aligned}"""


@proof("eq-denoiser-score")
def denoiser_and_score():
    """c = 1 and r = varsigma in the relations above."""
    D = sp.Symbol("D", real=True)
    prove(-(x_u - D) / ratio / ratio, (D - x_u) / ratio**2)
    prove((D - (x[0] + ratio * epsilon)) / ratio**2, -epsilon / ratio, using={D: x[0]})
    return r"\nabla \log q(x) = \frac{D(x; \varsigma) - x}{\varsigma^2}."


@proof("eq-flow-target")
def flow_target():
    """The derivative of the straight path, and what is left to go over the time that is left."""
    s = sp.Symbol("s", positive=True)
    state = s * x[0] + (1 - s) * epsilon
    prove(sp.diff(state, s), x[0] - epsilon)
    prove((x[0] - state) / (1 - s), x[0] - epsilon)
    return r"""
\begin{aligned}
x &= s\, x_0 + (1 - s)\, \epsilon, \\
\frac{dx}{ds} &= x_0 - \epsilon = \frac{x_0 - x}{1 - s}.
\end{aligned}"""
