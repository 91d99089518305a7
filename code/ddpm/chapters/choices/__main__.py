"""`make choices`: measure what `results.json` lacks, setting by setting."""

import sys
import time

from ddpm.chapters.choices import stored
from ddpm.chapters.choices.plan import jobs


def main() -> int:
    entries, planned = stored.load(), jobs()
    stored.keep(entries, {stored.key_of(job.place, job.setting, job.recipe) for job in planned})
    missing = [job for job in planned if stored.key_of(job.place, job.setting, job.recipe) not in entries]
    print(f"{len(planned) - len(missing)} of {len(planned)} settings are there", flush=True)
    for job in missing:
        started = time.process_time()
        measured = job.measure()
        stored.add(entries, job.place, job.setting, job.recipe, measured)
        used = time.process_time() - started
        print(f"{job.place}: {job.words}, {used:.0f} s of processors", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
