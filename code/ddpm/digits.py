"""Numbers as readers write them."""


def powers_of_ten(text: str) -> str:
    """-1.3e-08 as readers write it: −1.3 × 10⁻⁸, in one line."""
    digits, e, exponent = text.partition("e")
    digits = digits.replace("-", "−")
    if not e:
        return digits
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10{raised}"
