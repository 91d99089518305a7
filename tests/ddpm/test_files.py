"""ddpm.files: a file is there whole or not at all."""

import errno
import os
import resource
import signal

import pytest

from ddpm import files


def test_a_file_is_replaced_and_a_link_not_followed(tmp_path):
    file, link = tmp_path / "a.json", tmp_path / "link"
    for data in (b"1", b"22"):
        files.replace(file, data)
        assert file.read_bytes() == data and file.stat().st_mode & 0o777 == 0o644
    link.symlink_to(file)
    files.replace(link, b"3")
    assert not link.is_symlink() and file.read_bytes() == b"22" and sorted(os.listdir(tmp_path)) == ["a.json", "link"]


def test_where_there_is_no_room_for_it_what_was_there_stays(tmp_path):
    file, limits = tmp_path / "a.json", resource.getrlimit(resource.RLIMIT_FSIZE)
    files.replace(file, b"before")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a write beyond the limit is an error
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="a.json is not written, and is what it was") as raised:
            files.replace(file, bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert raised.value.errno == errno.EFBIG and file.read_bytes() == b"before" and os.listdir(tmp_path) == ["a.json"]
