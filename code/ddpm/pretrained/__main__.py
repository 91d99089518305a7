"""`make digits`: train the network that comes with the book, write its file, and say how good it is."""

import sys
import time

import jax

from ddpm.path import cosine_path
from ddpm.pretrained import DIGITS, FILE, court, make
from ddpm.sample import labelled_sample


def main() -> int:
    started, used = time.monotonic(), time.process_time()
    try:
        network = make(progress=lambda step, loss: print(f"{step} steps, loss {loss:.4f}", flush=True))
    except KeyboardInterrupt:
        print(f"Interrupted; {FILE} is as it was.", file=sys.stderr)
        return 130
    print(
        f"{FILE}: {FILE.stat().st_size / 1e6:.2f} MB, {DIGITS.steps} steps in {time.monotonic() - started:.0f} s "
        f"({time.process_time() - used:.0f} s of processors) on {jax.devices()[0].device_kind}"
    )
    judges = court(DIGITS.seed)
    floor, labels = judges.floor(), judges.other.labels
    print(f"floor of the Frechet distance {floor.value:.3f}, {floor.low:.3f} to {floor.high:.3f}")
    print(f"coverage of as many fresh images {judges.expected_coverage(len(labels)):.3f}")
    for guidance in (None, 1.0):
        samples = labelled_sample(
            jax.random.key(DIGITS.seed), cosine_path(), network, labels, (8, 8), guidance=guidance
        )
        verdict = judges.verdict(jax.random.key(1), samples, labels)
        print(f"guidance {guidance}: Frechet distance {verdict.frechet.value / floor.value:.2f} floors")
        for name, found in verdict._asdict().items():
            print(f"  {name} {found.value:.3f}, {found.low:.3f} to {found.high:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
