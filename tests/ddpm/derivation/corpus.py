"""Equalities that are false and equalities that are true, by kind: {kind: [(left, right) or (left, right, where)]}.

None of them was made by the tool. The false ones fail for some values of their symbols, often for few; the true ones hold
wherever both sides have a value.
"""

import sympy as sp
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import PIXELS, Normal
from ddpm.derivation.symbols import (
    C, SquaredNorm, T, alpha, alpha_bar, beta, epsilon, epsilon_t, epsilon_theta, family, log, mu_theta, mu_tilde, s, sigma, sqrt, t, x,
)

y, z, a, b = sp.symbols("y z a b", real=True)
v, w, u = sp.symbols("v w u", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True)
m, r = family("m", "m"), family("r", "r", positive=True)
f, g = sp.Function("f"), sp.Function("g")
gamma, zeta, erf = sp.Function("gamma"), sp.Function("zeta"), sp.Function("erf")
Sum, Product, Rational = sp.Sum, sp.Product, sp.Rational
half = Rational(1, 2)
P4 = (t - 1) * (t - 2) * (t - 3) * (t - 4)
Q4 = (T - 1) * (T - 2) * (T - 3) * (T - 4)
P9 = sp.prod([t - i for i in range(1, 10)])
STEP, REVERSE, POSTERIOR = q(x[t] | x[t - 1]), p_theta(x[t - 1] | x[t]), q(x[t - 1] | (x[t], x[0]))
NOISED = sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon
NET = epsilon_theta(x[t], t)
L = E_q(-log(p_theta(x[0:T]) / q(x[1:T] | x[0])))
FROM_2 = {t: 2}
BAYES = POSTERIOR * q(x[t] | x[0]) / q(x[t - 1] | x[0])

FALSE = {
    "at few times only": [
        (y + y * P4, y), (y * (1 + Q4), y), (1 + P9, sp.S.One), (alpha[t] + P4, alpha[t]), (alpha_bar[t] * (1 + P4), alpha_bar[t]),
        (sp.floor(t / 5), sp.S.Zero), (sp.floor(T / 7), sp.S.Zero), (sp.binomial(t - 1, 5), sp.S.Zero), (sp.Max(t, 6), sp.Integer(6)),
        (sp.Min(T, 9), T), (Sum(y, (s, 5, t)), sp.S.Zero), (Sum(m[s], (s, 5, T)), sp.S.Zero), (y + Sum(y, (s, 9, T)), y),
        (P4 * E_q(x[t]), P4 * x[t]), (P4 * E_noise(epsilon**2), P4 * epsilon**2), (STEP * (1 + P4), STEP), (q(x[t] | x[0]) + P4, q(x[t] | x[0])),
        (Product(1 + y * (s - 1) * (s - 2) * (s - 3) * (s - 4), (s, 1, T)), sp.S.One), (Sum((s - 1) * (s - 2) * (s - 3) * y, (s, 1, t)), sp.S.Zero),
        (alpha_bar[t], alpha[t]), (alpha_bar[t], alpha[1] * alpha[t]), (alpha_bar[t], alpha[1] ** t), (x[t - 1] * x[t], x[0] * x[t]),
        (t**2, 3 * t - 2), (2**t, t**2 - t + 2), (sp.factorial(t), t), (sp.Piecewise((y, t < 12), (z, True)), y), (sp.sign(20 - t) * y, y),
        (sp.KroneckerDelta(t, 3) * y, sp.S.Zero), (y * (t - T), sp.S.Zero), (m[t], m[1]), (m[T], m[t]),
    ],
    "size": [
        (10**40 + y, sp.Integer(10) ** 40), (sp.exp(-80), sp.S.Zero), (y + sp.exp(-60), y), (y, y + Rational(1, 10**12)), (y * (1 + Rational(1, 10**20)), y),
        (10**60 + alpha[t], sp.Integer(10) ** 60), (v + Rational(1, 10**30), v), (sp.tanh(y), y - y**3 / 3 + 2 * y**5 / 15), (sp.sin(y), y),
        (1 / (1 + v * 10**9), 1 / (v * 10**9)), (sp.exp(v) - sp.exp(-100), sp.exp(v)), (sp.tanh(40 + v), sp.S.One), (sp.pi, Rational(355, 113)),
        (sqrt(2), Rational(141421356237309504880, 10**20)), (sp.E**sp.pi - sp.pi, sp.Integer(20)), (sp.exp(sp.pi * sqrt(163)), sp.Integer(640320) ** 3 + 744),
    ],
    "signs and roots": [
        (sqrt(y**2), y), (sqrt(y**2), -y), (log(y**2), 2 * log(y)), (sqrt(y * z), sqrt(y) * sqrt(z)), (sp.Abs(y), y), (sp.Abs(y + z), sp.Abs(y) + sp.Abs(z)),
        (y**2, sp.Abs(y) ** 3), (sqrt(v + w), sqrt(v) + sqrt(w)), (sqrt((y - z) ** 2), y - z), (sqrt((alpha[t] - alpha[s]) ** 2), alpha[t] - alpha[s]),
        (sqrt((v - w) ** 2), v - w), ((y**2) ** Rational(3, 2), y**3), ((y**6) ** Rational(1, 3), y**2 * 2), (sqrt(1 - alpha_bar[t]), 1 - alpha_bar[t]),
        (sqrt(beta[t]), beta[t]), (sqrt((1 - 2 * alpha[t]) ** 2), 1 - 2 * alpha[t]), (log(v * w), log(v) * log(w)), (log(v + w), log(v) + log(w)),
        (log(v) / log(w), log(v / w)), (log(v) ** 2, 2 * log(v)), (sp.exp(y) * sp.exp(z), sp.exp(y * z)), (sp.exp(y + z), sp.exp(y) + sp.exp(z)),
        (sp.exp(y) ** 2, sp.exp(y**2)), ((v + w) ** 2, v**2 + w**2), (1 / (v + w), 1 / v + 1 / w), (v**y * v**z, v ** (y * z)), ((v**y) ** z, v ** (y + z)),
        (v ** (2 * t), v**t), (sp.sign(1 - alpha_bar[t - 1]), sp.S.One), (sp.sign(y), sp.S.One), (sp.Max(y, z), y), (sp.Max(y, z), sp.Min(y, z)),
        (sp.cos(y) ** 2 + sp.sin(z) ** 2, sp.S.One), (sp.floor(y), y), (sp.Abs(y) ** 3, y**3), ((-1) ** t, sp.S.NegativeOne), (sqrt(-v) * sqrt(-w), sqrt(v * w)),
    ],
    "schedule": [
        (alpha_bar[t], Product(beta[s], (s, 1, t))), (alpha_bar[t], Product(alpha[s], (s, 1, t - 1))), (alpha_bar[t], Product(alpha[s], (s, 2, t))),
        (Sum(log(alpha[s]), (s, 2, T)), log(alpha_bar[T])), (1 - alpha_bar[t], Product(beta[s], (s, 1, t))), (beta[t], 1 + alpha[t]), (beta[t], alpha[t]),
        (alpha_bar[t], alpha[t] + alpha_bar[t - 1]), (alpha_bar[t] / alpha_bar[s], alpha[t] / alpha[s]), (1 - alpha_bar[t], Sum(beta[s], (s, 1, t))),
        (alpha_bar[t + 1], alpha[t] * alpha_bar[t]), (alpha[t] * (1 - alpha_bar[t - 1]) + beta[t], 1 - alpha_bar[t - 1]), (sigma[t], sqrt(beta[t])),
        (alpha[t] * (1 - alpha_bar[t - 1]), alpha[t] - alpha_bar[t - 1]), (alpha_bar[T], alpha_bar[t] * alpha[T]), (alpha[t] ** 2, alpha[t]),
        (Product(alpha[t], (s, 1, t)), alpha_bar[t]), (Sum(alpha[t], (s, 1, t)), Sum(alpha[s], (s, 1, t))), (alpha_bar[0], alpha[1]), (log(alpha[t]), -beta[t]),
        ((1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t], beta[t]), (alpha_bar[t] ** 2, alpha_bar[2 * t]), (Product(1 - beta[s], (s, 1, T)), 1 - alpha_bar[T]),
    ],
    "sums": [
        (Sum(m[s], (s, 1, t)), Sum(m[s], (s, 1, T))), (Sum(m[s], (s, 1, t)), Sum(m[s], (s, 2, t))), (Sum(m[s], (s, 1, t)), t * m[t]),
        (Sum(m[s] ** 2, (s, 1, t)), Sum(m[s], (s, 1, t)) ** 2), (Sum(m[s] * r[s], (s, 1, t)), Sum(m[s], (s, 1, t)) * Sum(r[s], (s, 1, t))),
        (Sum(s, (s, 1, t)), t * (t + 1) / 2 + P4), (Sum(s, (s, 1, t)), t**2 / 2), (Sum(s**2, (s, 1, t)), t * (t + 1) * (2 * t + 1) / 6 + P9),
        (Sum(t * m[s], (s, 1, t)), Sum(s * m[s], (s, 1, t))), (Sum(m[t] * r[s], (s, 1, t)), Sum(m[s] * r[s], (s, 1, t))), (Product(r[s], (s, 1, t)), r[t] ** t),
        (Sum(m[s] - m[s - 1], (s, 1, T)), m[T]), (Sum(m[s] - m[s - 1], (s, 2, T)), m[T] - m[0]), (Sum(m[s] + m[s - 1], (s, 1, T)), m[T] + m[0]),
        (Product(r[s] / r[s - 1], (s, 1, T)), r[T] / r[1]), (Sum(y, (s, 2, t)), t * y), (Sum(y, (s, 1, 2 * t)), t * y), (Sum(s, (s, t, T)), T * (T + 1) / 2),
        (Sum(Sum(m[s], (s, 1, t)), (t, 1, T)), Sum(m[s], (s, 1, T))), (Sum(m[s] * m[k], (s, 1, t), (k, 1, t)), Sum(m[s] ** 2, (s, 1, t))),
        (Sum(1 / s, (s, 1, t)), log(t) + sp.EulerGamma), (Sum(half**s, (s, 1, T)), sp.S.One), (Product(1 + v, (s, 1, T)), 1 + T * v), (log(Product(m[s], (s, 1, T))), Sum(log(m[s]), (s, 1, T))),
        (sqrt(Product(m[s] ** 2, (s, 1, T))), Product(m[s], (s, 1, T))), (Sum(sp.Abs(m[s]), (s, 1, T)), sp.Abs(Sum(m[s], (s, 1, T)))), (Sum(y, (s, 1, T)), Sum(y, (s, 0, T))),
        (Sum(m[s], (s, 1, T)), Sum(m[s + 1], (s, 1, T))), (Sum(m[T], (s, 1, T)), Sum(m[s], (s, 1, T))), (Product(-r[s], (s, 1, T)), -Product(r[s], (s, 1, T))),
    ],
    "unknown functions": [
        (f(y), y), (f(y + z), f(y) + f(z)), (f(-y), f(y)), (f(y), g(y)), (f(y) ** 2, f(y**2)), (f(t), f(T)), (f(t, y), f(y, t)), (gamma(y), sp.gamma(y)),
        (gamma(t + 1), sp.factorial(t)), (zeta(y), sp.zeta(y)), (erf(y), sp.erf(y)), (NET, epsilon), (epsilon_theta(x[t], t), epsilon_theta(x[0], t)),
        (epsilon_theta(x[t], t), epsilon_theta(x[t], T)), (epsilon_theta(x[t], t), mu_theta(x[t], t)), (epsilon_theta(2 * x[t], t), 2 * NET), (f(f(y)), f(y)), (f(y) + P4 * f(z), f(y)),
        (mu_tilde(t, x[t], x[0]), mu_tilde(t, x[0], x[t])), (sp.Derivative(f(y), y), f(y)), (sp.Derivative(NET, y), y), (f(sp.floor(t / 5)), f(0)), (f(y) * (y - z), f(z) * (y - z)),
    ],
    "derivatives and integrals": [
        (sp.Derivative(y**2, y), y), (sp.Derivative(y**3, y), 3 * y**3), (sp.Integral(y, (y, 0, z)), z**2), (sp.Integral(y * z, (y, 0, 1)), z), (sp.Derivative(epsilon_theta(y, t), y), sp.S.Zero),
        (sp.Integral(epsilon_theta(y, t), (y, 0, 1)), epsilon_theta(y, t)), (sp.Integral(f(y), (y, 0, 1)), sp.Integral(f(y), (y, 0, 2))), (sp.Derivative(y * z, y), y), (sp.Integral(log(v), (v, 0, 1)), sp.S.One),
    ],
    "expectations": [
        (E_q(x[t]), x[t]), (E_noise(epsilon), epsilon), (E_noise(epsilon**2), epsilon**2), (E_q(epsilon * x[t]), E_noise(epsilon * x[t])), (E_q(x[t] ** 2), E_q(x[t]) ** 2),
        (E_q(x[t] * x[0]), E_q(x[t]) * E_q(x[0])), (E_noise(epsilon**2), E_noise(epsilon)), (E_noise(epsilon**2), sp.S.Zero), (E_noise(epsilon**4), sp.S.One), (E_noise(epsilon), sp.S.One),
        (E_noise(epsilon_theta(NOISED, t)), E_noise(epsilon_theta(x[0], t))), (E_q(NET), NET), (E_q(x[t]), E_q(x[0])), (E_q(x[t]), E_q(x[t - 1])), (E_q(x[t] ** 2), E_noise(x[0] ** 2)),
        (x[t] * E_q(x[0]), E_q(x[t] * x[0])), (epsilon * E_noise(epsilon), E_noise(epsilon**2)), (E_q(f(x[t])), f(E_q(x[t]))), (E_noise(sp.exp(epsilon)), sp.S.One), (E_noise(sp.exp(epsilon)), sp.exp(1)),
        (E_noise(sp.Abs(epsilon)), sp.S.Zero), (E_noise(epsilon * x[0]), E_noise(x[0])), (E_q(x[t] * x[t - 1]), sqrt(alpha[t]) * E_q(x[t - 1])), (E_q(x[t] - x[t - 1]), sp.S.Zero), (E_q(epsilon), E_noise(epsilon)),
        (E_q(1 + x[t]), E_q(x[t])), (E_q(2 * x[t]), E_q(x[t]) + x[t]), (E_q(x[t] * (x[t] - x[0])), sp.S.Zero), (E_noise(x[t] ** 2), alpha_bar[t] * E_noise(x[0] ** 2)), (E_noise(epsilon**2 * x[0]), E_noise(x[0]) ** 2),
        (E_q(Sum(x[s], (s, 1, T)) ** 2), E_noise(Sum(x[s], (s, 1, T)) ** 2)), (E_q(x[t] * x[s]), E_noise(x[t] * x[s])), (E_q(E_q(x[t]) * x[t]), E_q(x[t] ** 2)), (Sum(E_q(x[s]), (s, 1, T)), T * E_q(x[T])),
        (E_q(log(STEP)), log(STEP)), (E_q(log(q(x[T]))), E_q(log(p(x[T])))), (E_q(q(x[t])), sp.S.One), (E_noise(epsilon_t[t]), sp.S.Zero), (E_noise(epsilon**3 + P4), sp.S.Zero), (E_q(x[t] ** 2 - x[t - 1] ** 2), sp.S.Zero),
    ],
    "squared norms": [
        (SquaredNorm(y) * SquaredNorm(z), SquaredNorm(y * z)), (SquaredNorm(y - z), SquaredNorm(y) - SquaredNorm(z)), (SquaredNorm(y - z), SquaredNorm(y + z)), (SquaredNorm(2 * y), 2 * SquaredNorm(y)),
        (SquaredNorm(y) ** 2, SquaredNorm(y**2)), (SquaredNorm(epsilon), epsilon**2), (SquaredNorm(x[t]), x[t] ** 2), (SquaredNorm(y + z), SquaredNorm(y) + SquaredNorm(z) + 2 * y * z), (1 / SquaredNorm(y), SquaredNorm(1 / y)),
        (SquaredNorm(y / z), SquaredNorm(y) / SquaredNorm(z)), (sqrt(SquaredNorm(y)), sp.Abs(y)), (SquaredNorm(epsilon) + SquaredNorm(x[t]), SquaredNorm(epsilon + x[t])), (E_noise(SquaredNorm(epsilon)), sp.S.One),
        (SquaredNorm(epsilon * x[t]), SquaredNorm(epsilon) * SquaredNorm(x[t])), (x[t] ** 2 * SquaredNorm(epsilon), SquaredNorm(x[t] * epsilon)), (SquaredNorm(NET - epsilon), SquaredNorm(NET) + SquaredNorm(epsilon)),
        (sigma[t] * SquaredNorm(epsilon), SquaredNorm(sigma[t] * epsilon)), (SquaredNorm(x[t]), PIXELS * x[t] ** 2), (SquaredNorm(x[t]) + C, SquaredNorm(x[t])), (sp.exp(SquaredNorm(y)), SquaredNorm(sp.exp(y))),
        (SquaredNorm(Sum(m[s], (s, 1, T))), Sum(SquaredNorm(m[s]), (s, 1, T))), (SquaredNorm(y) * SquaredNorm(z) - SquaredNorm(y * z) + SquaredNorm(a), SquaredNorm(a)), (E_noise(SquaredNorm(x[t])), SquaredNorm(E_noise(x[t]))),
    ],
    "densities": [
        (q(x[t] | x[0]), q(x[0] | x[t])), (STEP, REVERSE), (STEP, q(x[t])), (STEP, q(x[t] | x[0])), (STEP, q(x[t], x[t - 1])), (q(x[t], x[0]), q(x[t]) * q(x[0])), (POSTERIOR, q(x[t - 1] | x[t])), (POSTERIOR, q(x[t - 1] | x[0])),
        (q(x[T]), p(x[T])), (p(x[T] | x[0]), p(x[T])), (p(x[T] | x[T - 1]), p(x[T])), (p(x[T], x[0]), p(x[T])), (q(x[T] | x[0]) / p(x[T] | x[0]), q(x[T] | x[0]) / p(x[T])), (p(x[T]), p(x[t])), (p(x[t]), p_theta(x[t])),
        (p_theta(x[0:t]), p(x[t]) * Product(p_theta(x[s - 1] | x[s]), (s, 1, t))), (p_theta(x[0:T]), Product(REVERSE, (t, 1, T))), (q(x[1:T] | x[0]), q(x[1:T])), (q(x[0:T]), q(x[1:T] | x[0])), (q(x[1:T] | x[0]), Product(STEP, (t, 2, T))),
        (q(x[2:T] | x[0]), Product(STEP, (t, 2, T))), (REVERSE, p_theta(x[t - 1] | (x[t], x[T]))), (p_theta(x[t] | x[t - 1]), REVERSE), (q(x[t] | (x[t - 1], x[t + 1])), STEP), (STEP, BAYES * 2), (STEP, q(x[t - 1] | x[t]) * q(x[t - 1]) / q(x[t])),
        (STEP, POSTERIOR * q(x[t - 1] | x[0]) / q(x[t] | x[0]), FROM_2), (q(x[t - 1] | x[t]), STEP * q(x[t]) / q(x[t - 1])), (q(x[t]), sp.S.One), (q(x[T] | x[t]) * q(x[t]), q(x[T])), (q(x[s] | x[t]) * q(x[t]), q(x[s]) * q(x[t])),
        (q(x[0] | (x[1], x[2])), q(x[0] | x[2])), (p_theta(x[0] | x[1]), q(x[0] | x[1])), (p_theta(x[1:T] | x[0]), p_theta(x[1:T])), (log(q(x[t])), q(x[t])), (STEP + P4 * STEP, STEP), (Product(STEP, (t, 1, T)), Product(q(x[t] | x[0]), (t, 1, T))),
    ],
    "divergences": [
        (KL(q(x[T]), p(x[T])), KL(p(x[T]), q(x[T]))), (KL(q(x[T] | x[0]), p(x[T])), KL(q(x[T]), p(x[T]))), (E_q(log(q(x[T] | x[0]) / p(x[T]))), E_q(KL(p(x[T]), q(x[T] | x[0])))), (E_q(log(q(x[T] | x[0]) / p(x[T]))), E_q(log(p(x[T]) / q(x[T] | x[0])))),
        (KL(q(x[T] | x[0]), p(x[T])), E_q(log(q(x[T] | x[0]) / p(x[T])))), (E_q(KL(q(x[T] | x[0]), p(x[T])) ** 2), E_q(log(q(x[T] | x[0]) / p(x[T])) ** 2)), (E_q(x[T] * KL(q(x[T]), p(x[T]))), E_q(x[T] * log(q(x[T]) / p(x[T])))),
        (KL(Normal(y, z, v), Normal(y, 0, w)), KL(Normal(y, 0, w), Normal(y, z, v))), (KL(Normal(y, z, v), Normal(y, a, v)), (z - a) ** 2 / v), (KL(Normal(y, z, v), Normal(y, z, w)), sp.S.Zero), (KL(Normal(y, 0, v), Normal(y, 0, w)), (v / w - 1) / 2),
        (Normal(y, z, v), Normal(y, z, v**2)), (Normal(y, z, v), Normal(z, y, w)), (Normal(y, z, v) * Normal(y, z, w), Normal(y, z, v * w)), (Normal(y, z, v), sp.exp(-((y - z) ** 2) / (2 * v))), (log(Normal(y, z, v)), -((y - z) ** 2) / (2 * v)),
        (Normal(x[t], y, v, "I"), Normal(x[t], y, v)), (KL(Normal(x[t], y, v, "I"), Normal(x[t], z, v, "I")), SquaredNorm(y - z) / v), (KL(Normal(x[t], y, v, "I"), Normal(x[t], y, w, "I")), (v / w - 1 - log(v / w)) / 2),
        (L, E_q(-log(p_theta(x[0])))), (L, E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 2, T)))), (L, E_q(-log(p(x[T])) + Sum(log(REVERSE / STEP), (t, 1, T)))), (L, E_q(-log(p(x[T] | x[0])) - Sum(log(REVERSE / STEP), (t, 1, T)))),
        (L, E_q(KL(q(x[T] | x[0]), p(x[T])) + Sum(KL(POSTERIOR, REVERSE), (t, 2, T)))), (L, E_q(KL(q(x[T] | x[0]), p(x[T])) + Sum(KL(POSTERIOR, REVERSE), (t, 2, T)) + log(p_theta(x[0] | x[1])))), (E_q(KL(POSTERIOR, REVERSE)), E_q(KL(q(x[t - 1] | x[t]), REVERSE)), FROM_2),
        (L, E_q(KL(q(x[T] | x[0]), p(x[T] | x[0])) + Sum(KL(POSTERIOR, REVERSE), (t, 2, T)) - log(p_theta(x[0] | x[1])))), (E_q(KL(q(x[1:T] | x[0]), p_theta(x[1:T] | x[0]))), L),
    ],
}

TRUE = {
    "algebra": [
        (y + z, z + y), ((y - z) ** 2, y**2 - 2 * y * z + z**2), ((y**2 - z**2) / (y - z), y + z), (1 / (1 / v + 1 / w), v * w / (v + w)), (y / (y * z), 1 / z), (0.5 * y, y / 2), (0.1 * y, y / 10), (2.5 * v + 0.25, (10 * v + 1) / 4),
        ((y + z) ** 3, y**3 + 3 * y**2 * z + 3 * y * z**2 + z**3), (sqrt(v) ** 2, v), (sqrt(v * w), sqrt(v) * sqrt(w)), (sqrt(v) / v, 1 / sqrt(v)), (sqrt(v**3), v * sqrt(v)), ((sqrt(v) + sqrt(w)) * (sqrt(v) - sqrt(w)), v - w), (1 / (sqrt(v) + sqrt(w)), (sqrt(v) - sqrt(w)) / (v - w)),
        (log(v * w), log(v) + log(w)), (log(v / w), log(v) - log(w)), (log(sqrt(v)), log(v) / 2), (log(v**3), 3 * log(v)), (sp.exp(y) * sp.exp(z), sp.exp(y + z)), (sp.exp(log(v) / 2), sqrt(v)), (sp.exp(2 * y), sp.exp(y) ** 2), (v ** (t + 1), v * v**t), (v ** (2 * t), (v**t) ** 2),
        (sqrt(y**2), sp.Abs(y)), (sp.Abs(-y), sp.Abs(y)), (sp.Abs(y) ** 2, y**2), (sp.Max(y, z), sp.Max(z, y)), (sp.Max(y, z) + sp.Min(y, z), y + z), (sp.Max(v, 0), v), (sp.Min(y, z), -sp.Max(-y, -z)), (sp.Abs(y * z), sp.Abs(y) * sp.Abs(z)), (sp.sign(v), sp.S.One),
        (sp.Piecewise((y, y > 0), (-y, True)), sp.Abs(y)), (sp.Piecewise((y, t > 3), (y, True)), y), (sp.gamma(v + 1), v * sp.gamma(v)), (sp.factorial(t + 1), (t + 1) * sp.factorial(t)), (sp.binomial(t, 1), t), (sp.sin(y) ** 2 + sp.cos(y) ** 2, sp.S.One), (sp.sinh(y), (sp.exp(y) - sp.exp(-y)) / 2), (sp.tanh(y), (sp.exp(2 * y) - 1) / (sp.exp(2 * y) + 1)),
        (10**40 + y - 10**40, y), (sp.exp(-80) * sp.exp(80), sp.S.One), ((y * 10**30) / 10**30, y), ((v - w) / (sqrt(v) - sqrt(w)), sqrt(v) + sqrt(w)), (sp.floor(t), t), ((-1) ** (2 * t), sp.S.One), (sp.cos(y + z), sp.cos(y) * sp.cos(z) - sp.sin(y) * sp.sin(z)),
    ],
    "schedule": [
        (sqrt(alpha[t]) * sqrt(alpha_bar[t - 1]), sqrt(alpha_bar[t])), (alpha_bar[t] / alpha[t], alpha_bar[t - 1]), (1 - beta[t], alpha[t]), (1 / sqrt(alpha[t]), sqrt(alpha[t]) / alpha[t]), (sqrt((1 - alpha_bar[t]) ** 2), 1 - alpha_bar[t]), (Product(alpha[s], (s, 1, t)), alpha_bar[t]),
        (Product(1 - beta[s], (s, 2, t)), alpha_bar[t] / alpha[1]), (Sum(log(alpha[s]), (s, 1, T)), log(alpha_bar[T])), (alpha[t] * (1 - alpha_bar[t - 1]) + beta[t], 1 - alpha_bar[t]), (sp.exp(log(alpha_bar[t]) / 2), sqrt(alpha_bar[t])), (alpha_bar[3], alpha[1] * alpha[2] * alpha[3]), (alpha_bar[0], sp.S.One), (alpha_bar[1], 1 - beta[1]),
        (log(sqrt(alpha_bar[t]) / sigma[t]), log(alpha_bar[t - 1]) / 2 + log(alpha[t]) / 2 - log(sigma[t])), (sqrt(1 - alpha_bar[t - 1]) * sqrt(alpha[t]), sqrt(alpha[t] - alpha_bar[t])), (alpha_bar[t + 1], alpha[t + 1] * alpha_bar[t]), (alpha_bar[t + 2] / alpha_bar[t], alpha[t + 1] * alpha[t + 2]), (sp.Abs(1 - alpha_bar[t]), 1 - alpha_bar[t]),
        ((1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t], 1 / (alpha[t] / beta[t] + 1 / (1 - alpha_bar[t - 1])), FROM_2), (beta[t] ** 2 / beta[t], 1 - alpha[t]), (Product(sqrt(alpha[s]), (s, 1, t)), sqrt(alpha_bar[t])), (Product(alpha[s], (s, t + 1, T)) * alpha_bar[t], alpha_bar[T]), (log(1 - alpha_bar[t]) - log(beta[t]), log((1 - alpha_bar[t]) / beta[t])),
    ],
    "sums": [
        (Sum(s, (s, 1, t)), t * (t + 1) / 2), (Sum(s**2, (s, 1, t)), t * (t + 1) * (2 * t + 1) / 6), (Sum(m[s] - m[s - 1], (s, 1, T)), m[T] - m[0]), (Sum(2 * m[s], (s, 1, T)), 2 * Sum(m[s], (s, 1, T))), (Sum(m[s] + r[s], (s, 1, T)), Sum(m[s], (s, 1, T)) + Sum(r[s], (s, 1, T))), (Sum(y, (s, 1, T)), T * y),
        (Sum(m[s], (s, 1, T)), m[1] + Sum(m[s], (s, 2, T))), (Sum(m[s], (s, 1, T)), Sum(m[k], (k, 1, T))), (Sum(m[s], (s, 1, 3)), m[1] + m[2] + m[3]), (Product(r[s] / r[s - 1], (s, 1, T)), r[T] / r[0]), (log(Product(r[s], (s, 1, T))), Sum(log(r[s]), (s, 1, T))), (Product(y, (s, 1, T)), y**T), (Sum(half**s, (s, 1, T)), 1 - half**T),
        (Sum(y, (s, 1, t), (t, 1, T)), y * T * (T + 1) / 2), (Sum(m[s] * m[k], (s, 1, t), (k, 1, t)), Sum(m[s], (s, 1, t)) ** 2), (Sum(m[t] * r[s], (s, 1, t)), m[t] * Sum(r[s], (s, 1, t))), (Sum(m[s], (s, 1, T + 1)), Sum(m[s], (s, 1, T)) + m[T + 1]),
        (Sum(2 * s - 1, (s, 1, t)), t**2), (sp.exp(Sum(m[s], (s, 1, T))), Product(sp.exp(m[s]), (s, 1, T))), (Sum(m[s + 1], (s, 1, T)), Sum(m[s], (s, 2, T + 1))), (Sum(s, (s, 0, t)), t * (t + 1) / 2), (Product(v, (s, 1, t)) * v, v ** (t + 1)), (Sum(f(s), (s, 1, t)) - Sum(f(s), (s, 1, t - 1)), f(t)),
    ],
    "unknown functions": [
        (f(sp.binomial(t + 1, 2)), f(t * (t + 1) / 2)), (f(y + z), f(z + y)), (f((y + z) ** 2), f(y**2 + 2 * y * z + z**2)), (gamma(y) - gamma(y), sp.S.Zero), (zeta(2 * y - y), zeta(y)), (f(y) * (y - z) / (y - z), f(y)), (epsilon_theta(NOISED, t), epsilon_theta(sqrt(alpha_bar[t]) * (x[0] + sqrt(1 / alpha_bar[t] - 1) * epsilon), t)),
        (mu_theta(x[t], t) ** 2, mu_theta(x[t], t) * mu_theta(x[t], t)), (f(sqrt(v) ** 2), f(v)), (f(0.5), f(half)), (f(t) - f(t) + y, y), (f(alpha_bar[t] / alpha[t]), f(alpha_bar[t - 1])), (sp.exp(f(y)) / sp.exp(f(y)), sp.S.One), (f(g(y + z)), f(g(z + y))), (f(log(v * w)), f(log(v) + log(w))), (f(sp.Max(y, z)), f(sp.Max(z, y))),
    ],
    "derivatives and integrals": [
        (sp.Derivative(y**2, y), 2 * y), (sp.Derivative(f(y), y), sp.Derivative(f(y), y)), (sp.Derivative(sp.exp(2 * y), y), 2 * sp.exp(2 * y)), (sp.Integral(y, (y, 0, z)), z**2 / 2), (sp.Integral(log(v), (v, 0, 1)), sp.S.NegativeOne), (2 * sp.Integral(f(y), (y, 0, 1)), sp.Integral(f(y), (y, 0, 1)) * 2),
        (sp.Integral(sp.exp(-(y**2)), (y, -sp.oo, sp.oo)), sqrt(sp.pi)), (sp.Integral(y * z, (y, 0, 1)), z / 2), (sp.Derivative(y * z, y), z), (sp.Derivative(log(v), v), 1 / v),
    ],
    "expectations": [
        (E_q(3 * x[t]) - E_q(x[t]), 2 * E_q(x[t])), (E_q(x[t] ** 2 + C), E_noise(NOISED**2) + C), (E_noise(epsilon), sp.S.Zero), (E_noise(epsilon**2), sp.S.One), (E_noise(epsilon**4), sp.Integer(3)), (E_noise(epsilon**16), sp.factorial2(15)), (E_noise(sp.exp(epsilon)), sp.exp(half)), (E_noise(sp.Abs(epsilon)), sqrt(2 / sp.pi)),
        (E_noise(NOISED), sqrt(alpha_bar[t]) * E_noise(x[0])), (E_q(x[t]), sqrt(alpha_bar[t]) * E_q(x[0])), (E_q(x[t] + x[t - 1]), E_q(x[t]) + E_q(x[t - 1])), (E_q(x[t] + x[t - 1]), E_noise(x[t]) + E_noise(x[t - 1])), (E_q(x[t] ** 2), alpha_bar[t] * E_q(x[0] ** 2) + 1 - alpha_bar[t]), (E_q(y), y), (E_noise(C) + E_q(C), 2 * C), (E_q(epsilon), epsilon),
        (E_noise(epsilon * x[0]), sp.S.Zero), (E_noise(epsilon**2 * f(x[0])), E_noise(f(x[0]))), (E_noise(f(x[t])), E_q(f(x[t]))), (y * E_q(x[t]), E_q(y * x[t])), (E_q(x[t]) * E_q(x[0]), E_q(x[0]) * E_q(x[t])), (E_q(x[t] * E_q(x[0])), E_q(x[t]) * E_q(x[0])), (E_q(Sum(x[s], (s, 1, T))), Sum(E_q(x[s]), (s, 1, T))), (x[t] * E_q(x[t]), E_q(x[t]) * x[t]),
        (E_noise(sp.cos(epsilon)), sp.exp(-half)), (E_noise(sp.exp(2 * epsilon)), sp.exp(2)), (E_noise((epsilon + 1) ** 2), sp.Integer(2)), (E_noise(sp.Max(epsilon, 0)), 1 / sqrt(2 * sp.pi)), (E_noise(epsilon**3 * x[t]), 3 * sqrt(1 - alpha_bar[t])), (E_q(x[t] + log(q(x[T]))), E_q(x[t]) + E_q(log(q(x[T])))), (E_noise(epsilon_t[t]), epsilon_t[t]),
    ],
    "squared norms": [
        (SquaredNorm(y - z), SquaredNorm(z - y)), (SquaredNorm(2 * y), 4 * SquaredNorm(y)), (SquaredNorm(sigma[t] * epsilon), sigma[t] ** 2 * SquaredNorm(epsilon)), (SquaredNorm(y + z) + SquaredNorm(y - z), 2 * SquaredNorm(y) + 2 * SquaredNorm(z)), (SquaredNorm(epsilon - NET), SquaredNorm(NET - epsilon)), (SquaredNorm(y) * SquaredNorm(z), SquaredNorm(z) * SquaredNorm(y)),
        (SquaredNorm((x[t] - sqrt(alpha_bar[t]) * x[0]) / sqrt(1 - alpha_bar[t])), SquaredNorm(x[t] - sqrt(alpha_bar[t]) * x[0]) / (1 - alpha_bar[t])), (SquaredNorm(y) + C, C + SquaredNorm(-y)), (E_noise(SquaredNorm(epsilon)), PIXELS), (E_noise(SquaredNorm(2 * epsilon)), 4 * E_noise(SquaredNorm(epsilon))), (SquaredNorm(a * y), a**2 * SquaredNorm(y)), (SquaredNorm(sp.Integer(0)), sp.S.Zero),
        (E_q(SquaredNorm(x[t])), E_noise(SquaredNorm(NOISED))), (E_noise(SquaredNorm(epsilon + x[0])), E_noise(SquaredNorm(epsilon)) + E_noise(SquaredNorm(x[0]))), (Sum(SquaredNorm(m[s]), (s, 1, T)), SquaredNorm(m[1]) + Sum(SquaredNorm(m[s]), (s, 2, T))),
    ],
    "densities": [
        (q(x[t], x[0]), q(x[0] | x[t]) * q(x[t])), (log(q(x[1:T] | x[0])), Sum(log(STEP), (t, 1, T))), (log(p_theta(x[1:T] | x[0])), log(p_theta(x[0:T])) - log(p_theta(x[0]))), (STEP, BAYES, FROM_2), (STEP, q(x[t] | (x[t - 1], x[0])), FROM_2), (q(x[t], x[0]), q(x[0], x[t])), (p_theta(x[0:T]), p(x[T]) * Product(REVERSE, (t, 1, T))), (q(x[0:T]), q(x[0]) * Product(STEP, (t, 1, T))),
        (q(x[t - 1] | x[t]), STEP * q(x[t - 1]) / q(x[t])), (POSTERIOR, STEP * q(x[t - 1] | x[0]) / q(x[t] | x[0]), FROM_2), (q(x[0] | (x[1], x[2])), q(x[0] | x[1])), (p_theta(x[T]), p(x[T])), (q(x[0], x[1], x[2]), q(x[2] | x[1]) * q(x[1] | x[0]) * q(x[0])), (q(x[t]) + q(x[0]), q(x[0]) + q(x[t])), (log(q(x[t])) - log(q(x[t - 1])), log(STEP / q(x[t - 1] | x[t]))), (q(x[1:2] | x[0]), q(x[1] | x[0]) * q(x[2] | x[1])),
        (p(x[T], x[0]), p(x[T] | x[0]) * p(x[0])), (Product(STEP, (t, 1, T)) / Product(REVERSE, (t, 1, T)), Product(STEP / REVERSE, (t, 1, T))), (q(x[0]) * (1 + y), q(x[0]) + y * q(x[0])), (q(x[t] | x[0]) * q(x[0]) / q(x[t]), q(x[0] | x[t])), (STEP, q(x[t], x[t - 1]) / q(x[t - 1])), (log(BAYES), log(STEP), FROM_2),
    ],
    "divergences": [
        (E_q(log(POSTERIOR) - log(REVERSE)), E_q(KL(POSTERIOR, REVERSE)), FROM_2), (KL(Normal(y, z, v), Normal(y, 0, w)), log(w / v) / 2 + (v + z**2) / (2 * w) - half), (Normal(y, z, v) * Normal(y, z, w) / Normal(y, z, v), Normal(y, z, w)), (Normal(y, z, v), sp.exp(-((y - z) ** 2) / (2 * v)) / sqrt(2 * sp.pi * v)), (KL(Normal(y, z, v), Normal(y, z, v)), sp.S.Zero),
        (KL(Normal(y, z, v), Normal(y, a, v)), (z - a) ** 2 / (2 * v)), (KL(q(x[T]), p(x[T])), E_q(log(q(x[T]) / p(x[T])))), (E_q(KL(q(x[T]), p(x[T]))), KL(q(x[T]), p(x[T]))), (2 * KL(q(x[T] | x[0]), p(x[T])), KL(q(x[T] | x[0]), p(x[T])) * 2), (Normal(y, z, v), Normal(z, y, v)), (Normal(y, z, v), Normal(-y, -z, v)), (Normal(y, z, v), Normal(y - z, 0, v)),
        (L, E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T)))), (L, E_q(-log(p_theta(x[0])) + KL(q(x[1:T] | x[0]), p_theta(x[1:T] | x[0])))), (KL(Normal(x[t], y, v, "I"), Normal(x[t], z, v, "I")), SquaredNorm(y - z) / (2 * v)), (L + C, C + E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T)))), (log(Normal(y, z, v)), -((y - z) ** 2) / (2 * v) - log(2 * sp.pi * v) / 2),
        (L, E_q(KL(q(x[T] | x[0]), p(x[T])) + Sum(KL(POSTERIOR, REVERSE), (t, 2, T)) - log(p_theta(x[0] | x[1])))), (Normal(x[t], y, v, "I") / Normal(x[t], y, v, "I"), sp.S.One), (E_q(log(q(x[T] | x[0])) - log(p(x[T]))), E_q(KL(q(x[T] | x[0]), p(x[T])))),
    ],
}
