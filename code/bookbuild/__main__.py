"""`python -m bookbuild html|serve|notebooks|bare|gpu|pdf|readme|check [ROOT]` and `python -m bookbuild browser`."""

import argparse
import sys
from pathlib import Path

from bookbuild.cli import browser, build, check, readme, room, serve
from bookbuild.notebook import bare, gpu, notebooks
from bookbuild.print import pdf


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bookbuild", description="Build the book and what belongs to it.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in [
        ("html", "check the book, then build the website"),
        ("check", "only check settings and chapters"),
        ("serve", "serve the built website on localhost:8000"),
        ("notebooks", "build the website, then copy its notebooks out"),
        ("bare", "run the built notebooks in environments without the book"),
        ("gpu", "run the package's tests and the built notebooks on an NVIDIA GPU"),
        ("pdf", "build the book as one PDF"),
        ("readme", "write the parts of README.md that are made"),
    ]:
        command = commands.add_parser(name, help=text)
        command.add_argument("root", nargs="?", type=Path, default=Path("."), help="folder that holds _config.yml")
        if name == "gpu":
            command.add_argument("--python", default="", help="of an environment with JAX for this machine's driver")
    commands.add_parser("browser", help="find the browser of the tests, or install it")
    args = parser.parse_args(argv)
    try:
        if args.command == "browser":
            return browser.main()
        if args.command == "check":
            return check.main(args.root.resolve())
        if args.command == "bare":
            return bare.main(args.root.resolve())
        if args.command == "gpu":
            return gpu.main(args.root.resolve(), args.python)
        if args.command == "serve":
            return serve.main(args.root.resolve())
        if args.command == "readme":
            return readme.main(args.root.resolve())
        if args.command == "pdf":
            return pdf.main(args.root.resolve())
        status = build.build(args.root.resolve())
        if args.command == "notebooks" and not status:
            notebooks.collect(args.root.resolve())
        return status
    except OSError as error:
        if not (full := room.lacking(args.root.resolve(), str(error))):
            raise
        print(full, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
