"""What `python -m bookbuild` runs: the checks before a build, the build, the server."""
