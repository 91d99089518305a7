"""Several processes that train together: python -m ddpm.scale.launch --processes 2 script.py [its arguments]

Each of them runs the script with `jax.devices()` being the devices of all. One after the other they say nothing to
each other but what JAX sends; the script gives `train` a mesh of all devices. If one ends with an error, all are ended,
after a few seconds in which the others can say theirs: a loss that is no number is seen by all at the same step.
Several machines: on each of them the same command with --coordinator HOST:PORT, an address of the first machine, and
--index 0, 1, ...; that starts one process there. (Where a scheduler has started the processes, `python -m` is not
needed: `jax.distributed.initialize()` finds out by itself.)
"""

import argparse
import os
import runpy
import socket
import subprocess
import sys
import time
import traceback

LOOK = 0.05  # seconds
GRACE = 5.0  # seconds that the others have to end by themselves when one has failed


def main(arguments: list[str] | None = None) -> int:
    """The exit status: that of the first process that failed, or 0."""
    parser = argparse.ArgumentParser("python -m ddpm.scale.launch", description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, required=True, help="how many in all")
    parser.add_argument("--coordinator", help="HOST:PORT of the first process; with --index")
    parser.add_argument("--index", type=int, help="be this one of the processes, instead of starting all of them here")
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.processes < 1:
        parser.error(f"--processes must be at least 1; got {options.processes}")
    if (options.index is None) != (options.coordinator is None):
        parser.error("--index and --coordinator belong together; without both, all processes are started here")
    if options.index is None:
        return start_all(options.processes, [options.script, *options.arguments])
    if not 0 <= options.index < options.processes:
        parser.error(f"--index must lie in 0 ... {options.processes - 1}; got {options.index}")
    join(options.coordinator, options.processes, options.index, options.script, options.arguments)
    return 0


def start_all(count: int, command: list[str]) -> int:
    """Start all processes on this machine, and wait; if one fails, or at Ctrl-C, end the others."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        coordinator = f"127.0.0.1:{free.getsockname()[1]}"
    begin = [sys.executable, "-m", "ddpm.scale.launch", "--processes", str(count), "--coordinator", coordinator]
    quiet = {"TQDM_DISABLE": "1"}  # one bar is enough
    running = [
        subprocess.Popen(
            [*begin, "--index", str(i), *command], env=os.environ | (quiet if i else {}), start_new_session=True
        )
        for i in range(count)
    ]
    try:
        while True:
            codes = [process.poll() for process in running]
            if failed := [i for i, code in enumerate(codes) if code]:
                code = codes[failed[0]]
                how = f"exit status {code}" if code > 0 else f"signal {-code}"
                last = time.monotonic() + GRACE
                while time.monotonic() < last and None in [process.poll() for process in running]:
                    time.sleep(LOOK)
                print(f"Process {failed[0]} of {count} has ended with {how}; all are ended.", file=sys.stderr)
                return code if code > 0 else 1
            if None not in codes:
                return 0
            time.sleep(LOOK)
    except KeyboardInterrupt:
        print("Interrupted; what the last checkpoint holds is kept.", file=sys.stderr)
        return 130
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


def join(coordinator: str, count: int, index: int, script: str, arguments: list[str]) -> None:
    """Be one of the processes, and run the script. An error ends the process at once: at the usual end it would wait
    for the others, and they for it."""
    import jax

    jax.config.update("jax_cpu_collectives_implementation", "gloo")  # where the devices are processors
    jax.distributed.initialize(coordinator, num_processes=count, process_id=index)
    sys.argv, sys.path[0] = [script, *arguments], os.path.dirname(os.path.abspath(script))
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException as error:
        if isinstance(error, SystemExit) and not error.code:
            return
        traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
