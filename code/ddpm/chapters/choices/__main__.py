"""`make choices`: measure what `results.json` lacks, setting by setting."""

import sys
import time
from pathlib import Path

from ddpm.chapters.choices import stored
from ddpm.chapters.choices.plan import jobs


def main(file: Path = stored.FILE) -> int:
    entries, planned = stored.load(file), jobs()
    stored.keep(entries, {stored.key_of(job.place, job.setting, job.recipe) for job in planned}, file)
    missing = [job for job in planned if stored.key_of(job.place, job.setting, job.recipe) not in entries]
    print(f"{len(planned) - len(missing)} of {len(planned)} settings are there", flush=True)
    for job in missing:
        started = time.process_time()
        measured = job.measure()
        used = time.process_time() - started
        stored.add(entries, job.place, job.setting, job.recipe, measured, used, file)
        print(f"{job.place}: {job.words}, {used:.0f} s of processors", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
