"""What problem 19.3 asks for, from the chapter's equations."""


def counted() -> dict:
    """By the keys of the problem: from `eq-ring`, `eq-sent` for a large network, `eq-kept` and `eq-again`; and that
    parts add up to the whole within rounding (`eq-shared-gradient`)."""

    def sent(n, rounds):
        return rounds * (n - 1) / n

    return {
        "sent_256": sent(256, rounds=2) / sent(8, rounds=2),
        "sent_split": sent(8, rounds=3) / sent(8, rounds=2),
        "kept_split": 1 / 8,
        "again": (2 + 4 + 2) / (2 + 4),
        "parts": "close",
    }
