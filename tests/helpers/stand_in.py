"""Every host of the registry behind HTTP on this machine: `http://127.0.0.1:PORT/host/path`, with faults by address."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import yaml

from clmt.paths import REGISTRY, packaged
from tests.helpers.live_services import Reply, World, answer
from tests.helpers.web_faults import FAULTS, ODD

__all__ = ["StandIn", "standing_in"]


@dataclass
class StandIn:
    """What is served, which faults the next requests of an address meet, one each, what was asked, met and sent."""

    base: str
    world: World
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False
    met: list[tuple[str, str]] = field(default_factory=list)
    sent: list[tuple[str, int, int]] = field(default_factory=list)

    def forget(self) -> None:
        """Meet no fault, and begin the lists of what was asked, met and sent anew."""
        self.down = False
        for kept in (self.faults, self.asked, self.met, self.sent):
            kept.clear()

    def next_fault(self, address: str) -> str:
        """The fault of this request; one that ends with ``*`` stays."""
        waiting = ["500*"] if self.down else self.faults.get(address, [])
        if not waiting:
            return ""
        fault = waiting[0] if waiting[0].endswith("*") else waiting.pop(0)
        self.met.append((address, fault.rstrip("*")))
        return fault.rstrip("*")

    def write_registry(self, path: Path) -> Path:
        """Write the registry with each address led here, and with the checksums of what is served."""
        content = yaml.safe_load(packaged(REGISTRY).read_text(encoding="utf-8"))
        for entry in (*content["sources"].values(), *content["later"].values()):
            entry.pop("also", None)  # each file has one address here; tests of several make their own
            body = self.world.get(entry["url"].removeprefix("https://"))
            if body is not None and not entry.get("floating"):
                bare = body.replace(b"\r", b"") if entry.get("any_line_ends") else body
                entry |= {"bytes": len(bare), "sha256": hashlib.sha256(bare).hexdigest()}
                entry.pop("md5", None)
            if body is not None and len(body) < 4 * entry.get("min_bytes", 1):
                entry["min_bytes"] = 1
        for block in content.values():
            for entry in block.values():
                entry["url"] = entry["url"].replace("https://", f"{self.base}/")
        for entry in content["apis"].values():
            entry["interval"] = 0.0
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path


@contextlib.contextmanager
def standing_in(world: World) -> Iterator[StandIn]:
    """Serve a world, addresses to bytes, while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer({key: values[0] for key, values in parse_qs(body).items()})

        def _answer(self, form: Mapping[str, str]) -> None:
            address = self.path.lstrip("/")
            stand_in.asked.append((self.command, address))
            path, _, query = address.partition("?")
            fields = dict(pair.partition("=")[::2] for pair in query.split("&")) if query else {}
            arguments = {key: unquote_plus(value) for key, value in fields.items()}
            reply = answer(stand_in.world, stand_in.base, address, path, {**arguments, **form})
            fault = stand_in.next_fault(address)
            with contextlib.suppress(OSError):
                if fault:
                    self.close_connection = True
                    (FAULTS | ODD)[fault](self, reply, stand_in.base)
                else:
                    reply = _part(reply, self.headers.get("Range"))
                    if reply.status < 300:
                        stand_in.sent.append((address, reply.status, len(reply.body)))
                    self.reply(reply)

        def reply(self, reply: Reply, length: int | None = None) -> None:
            """Send an answer as it is; ``length`` is a false one."""
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            chunked = reply.headers.get("Transfer-Encoding") == "chunked" and length is None
            if not chunked:
                self.send_header("Content-Length", str(len(reply.body) if length is None else length))
            self.end_headers()
            for start in range(0, len(reply.body), 1 << 16):
                piece = reply.body[start : start + (1 << 16)]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")

        def reset(self) -> None:
            """End the connection with a reset instead of an end."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.shutdown(socket.SHUT_RD)
            self.connection.close()

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *args: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    stand_in = StandIn(f"http://127.0.0.1:{server.server_port}", world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _part(reply: Reply, asked: str | None) -> Reply:
    """The part of a file that was asked for."""
    match = re.fullmatch(r"bytes=(\d+)-", asked or "")
    if not match or reply.status != 200 or reply.headers.get("Accept-Ranges") != "bytes":
        return reply
    start, whole = int(match[1]), len(reply.body)
    if start >= whole:
        return Reply(416, b"", {"Content-Range": f"bytes */{whole}"})
    headers = {**reply.headers, "Content-Range": f"bytes {start}-{whole - 1}/{whole}"}
    return Reply(206, reply.body[start:], headers)
