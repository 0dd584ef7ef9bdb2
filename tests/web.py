"""Web servers of this machine, for what is fetched."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler as Request
from http.server import ThreadingHTTPServer


@contextmanager
def web_server(answer: Callable[[Request], None], secure: ssl.SSLContext | None = None) -> Iterator[str]:
    """Has each request answered so; yields the server's address."""

    class Handler(Request):
        def do_GET(self) -> None:
            answer(self)

        do_CONNECT = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if secure:
            server.socket = secure.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            name = "https://localhost" if secure else "http://127.0.0.1"
            yield f"{name}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def send(
    request: Request,
    body: bytes,
    status: int = 200,
    length: int | None = None,
    kind: str = "application/octet-stream",
) -> None:
    """Answers a request with ``body``, which is said to be so long."""
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body) if length is None else length))
    request.end_headers()
    request.wfile.write(body)
