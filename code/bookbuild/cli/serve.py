"""The built site on this machine, sent as a host on the web would: text compressed, connections kept."""

import gzip
import io
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TEXT = (".html", ".css", ".js", ".svg", ".json", ".txt")


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body leave in two writes

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXT or not path.is_file() or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return super().send_head()
        body = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, *_):
        pass


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of `folder` on 127.0.0.1; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=folder))


def main(root: Path, port: int = 8000) -> int:
    try:
        serving = server(root / "_build/html", port)
    except OSError as error:
        print(f"Port {port} cannot be used: {error.strerror}. Is the book being served already?", file=sys.stderr)
        return 1
    with serving:
        print(f"The book is at http://localhost:{port}/ until you press Ctrl+C.")
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0
