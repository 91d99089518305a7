"""Where functions of SymPy have no value: at poles, where something of the argument is 0, or where it is not known."""

import sympy as sp

BELOW_1 = sp.gamma, sp.loggamma, sp.polygamma, sp.digamma, sp.trigamma, sp.beta  # their poles, at whole numbers
POLES = *BELOW_1, sp.factorial, sp.harmonic  # those of the last two are below 0
NOT_0 = {  # what of an argument may not vanish
    sp.log: lambda u: u,
    **dict.fromkeys((sp.tan, sp.sec), sp.cos),
    **dict.fromkeys((sp.cot, sp.csc), sp.sin),
    **dict.fromkeys((sp.coth, sp.csch, sp.asech, sp.acsch, sp.asec, sp.acsc, sp.Ei, sp.Ci, sp.Chi), lambda u: u),
    **dict.fromkeys((sp.atanh, sp.acoth), lambda u: 1 - u**2),
    **dict.fromkeys((sp.zeta, sp.li), lambda u: u - 1),
}
EVERYWHERE = """exp sin cos asin acos atan acot sinh cosh tanh sech asinh acosh erf erfc erfi sinc Si Shi Abs sign floor
    ceiling frac Max Min re im conjugate Heaviside KroneckerDelta"""
KNOWN = {  # with what arguments it is known where they have values
    **dict.fromkeys((getattr(sp, name) for name in EVERYWHERE.split()), lambda *args: True),
    **dict.fromkeys((*POLES, *NOT_0), lambda *args: len(args) == 1),
    sp.beta: lambda *args: True,
    sp.polygamma: lambda order, u: order.is_nonnegative,
    sp.binomial: lambda n, k: k.is_integer,
    sp.Mod: lambda u, divisor: divisor.is_nonzero,
    sp.Piecewise: lambda *cases: not any(symbol.is_integer for symbol in cases[-1].cond.free_symbols),
}


def is_unknown(part) -> bool:
    """Whether it is a function of SymPy's of which it is not known where it has values."""
    if not isinstance(part, sp.Function) or not (type(part).__module__ or "").startswith("sympy."):
        return False
    return not (type(part) in KNOWN and KNOWN[type(part)](*part.args))
