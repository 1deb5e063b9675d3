"""A small web server in a thread whose answers a test writes down, and a clock that only moves when told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from clmt.acquire.connection import watched_session
from clmt.acquire.transport import Transport


@dataclass
class Answer:
    """One reply; ``claimed`` is a Content-Length that differs from the body's."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    claimed: int | None = None


@dataclass
class Web:
    """Replies of each path in order, the last one for ever, and the paths that were asked for."""

    base: str
    replies: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, *answers: Answer) -> str:
        """Set the replies of a path; returns its address."""
        self.replies[path] = list(answers)
        return self.base + path


@dataclass
class Clock:
    """Time for pacing and back-off: sleeping moves it on."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        """Seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.slept.append(seconds)
        self.now += seconds


def quick_transport(clock: Clock | None = None, **settings: Any) -> Transport:
    """A transport that never waits in earnest and ignores the proxies of the machine."""
    clock = clock or Clock()
    session = watched_session()
    session.trust_env = False
    return Transport(session=session, clock=clock.read, sleep=clock.sleep, timeout=(5, 5), **settings)


@contextlib.contextmanager
def serving() -> Iterator[Web]:
    """Run the server while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append(self.path)
            replies = web.replies.get(self.path, [Answer(404, b"{}")])
            answer = replies.pop(0) if len(replies) > 1 else replies[0]
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.claimed is None else answer.claimed))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web = Web(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
