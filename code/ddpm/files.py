"""Files that are there whole or not at all."""

import os
import tempfile
from pathlib import Path


def replace(file: Path, data: bytes) -> None:
    """Write a file under another name, and put it in place: what was there stays until then. A link of that name is
    replaced, not followed.

    Raises:
        OSError: it cannot be written, as where a disk is full; nothing has changed.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".writing-")
        try:
            with open(handle, "wb") as opened:
                opened.write(data)
            os.chmod(temporary, 0o644)
            os.replace(temporary, file)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}: {file} is not written, and is what it was", str(file)) from error
