"""Formulas as a line of text, from the MathML of finished pages: `x̄ₜ₋₁`, `√(1 − ᾱₜ)`, `a/b`."""

import unicodedata

from bs4 import NavigableString, Tag

MARKS = {"~": "\u0303", "˜": "\u0303", "¯": "\u0304", "―": "\u0304", "^": "\u0302", "ˆ": "\u0302", "→": "\u20d7"}
RAISED = dict(zip("0123456789+-−=()nix⋆*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣ⋆*", strict=True))
LOWERED = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))


def text(node) -> str:
    """A MathML element in one line, with Unicode's raised and lowered signs where there are such."""
    if isinstance(node, NavigableString):
        return str(node)
    parts = [text(child) for child in node.children if isinstance(child, Tag) or str(child).strip()]
    match node.name, parts:
        case "msub" | "munder", [base, low]:
            return base + shifted(low, LOWERED, "_")
        case "msup", [base, high]:
            return base + shifted(high, RAISED, "^")
        case "msubsup" | "munderover", [base, low, high]:
            return base + shifted(low, LOWERED, "_") + shifted(high, RAISED, "^")
        case "mover", [base, high]:
            return base + MARKS[high] if high in MARKS else base + shifted(high, RAISED, "^")
        case "mfrac", [over, under]:
            return f"{bracketed(over)}/{bracketed(under)}"
        case "msqrt", _:
            return f"√{bracketed(''.join(parts))}"
        case "mo", [sign] if sign in "=≤≥<>≈∼≠→∣":
            return f" {sign} "
        case "mo", ["," | ";" as sign]:
            return f"{sign} "
    return "".join(parts)


def bracketed(words: str) -> str:
    return words if sum(not unicodedata.combining(letter) for letter in words) < 2 or words.isdigit() else f"({words})"


def shifted(words: str, signs: dict[str, str], mark: str) -> str:
    compact = words.replace(" ", "")
    if all(letter in signs for letter in compact):
        return "".join(signs[letter] for letter in compact)
    return f"{mark}{words}" if len(compact) == 1 else f"{mark}({words})"
