"""What servers and what lies before them do wrong; each writes one answer in place of the right one."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from typing import Any

from tests.helpers.live_services import Reply

__all__ = ["FAULTS", "ODD", "PAUSE"]

#: Seconds between the bytes of a slow answer.
PAUSE = 0.02
PAGE = b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body>moved</body></html>"
HTML = {"Content-Type": "text/html"}


def _gateway_404(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(404, PAGE, HTML))


def _gateway_404_json(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(
        Reply(404, b'{"message": "no Route matched with those values"}', {"Content-Type": "application/json"})
    )


def _no_such_name(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(400, b'{"Fault": {"Code": "PUGREST.BadRequest"}}', {"Content-Type": "application/json"}))


def _error_500(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(500, b"Internal Server Error"))


def _busy_503(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(503, PAGE, {**HTML, "Retry-After": "1"}))


def _many_429(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(429, b'{"error": "slow down"}', {"Retry-After": "1"}))


def _cut(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(reply.status, reply.body[: len(reply.body) // 2], _plain(reply)), length=len(reply.body))


def _cut_in_silence(handler: Any, reply: Reply, base: str) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + reply.body[: len(reply.body) // 2])


def _cut_chunks(handler: Any, reply: Reply, base: str) -> None:
    half = reply.body[: len(reply.body) // 2]
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(half), half))


def _too_long(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(reply.status, reply.body, _plain(reply)), length=len(reply.body) + 100)


def _too_short(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(reply.status, reply.body, _plain(reply)), length=len(reply.body) // 2)


def _x_gzip(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(reply.status, gzip.compress(reply.body, 1), {**_plain(reply), "Content-Encoding": "x-gzip"}))


def _page_200(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(200, PAGE, HTML))


def _drip(handler: Any, reply: Reply, base: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    _slowly(handler, reply.body)


def _slow_header(handler: Any, reply: Reply, base: str) -> None:
    _slowly(handler, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60_000)


def _continue(handler: Any, reply: Reply, base: str) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 1000)


def _endless(handler: Any, reply: Reply, base: str) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + reply.body)
    block = (reply.body[-4096:] or b"x") * 64
    while True:
        handler.wfile.write(block)


def _redirect_loop(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(302, b"", {"Location": f"{base}/loop"}))


def _redirect_elsewhere(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(302, b"", {"Location": f"{base.replace('127.0.0.1', 'localhost')}/login"}))


def _other_json(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(200, b'["busy", 7]\n', {"Content-Type": "application/json"}))


def _empty(handler: Any, reply: Reply, base: str) -> None:
    handler.reply(Reply(200, b""))


def _reset(handler: Any, reply: Reply, base: str) -> None:
    handler.reset()


def _page_with(start: bytes, end: bytes) -> Callable[[Any, Reply, str], None]:
    """A page with 200 that holds the file's own first bytes, and so its header."""

    def write(handler: Any, reply: Reply, base: str) -> None:
        handler.reply(Reply(200, start + reply.body[:200] + end, HTML))

    return write


def _sent_on(place: bytes) -> Callable[[Any, Reply, str], None]:
    def write(handler: Any, reply: Reply, base: str) -> None:
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n")

    return write


def _odd_header(handler: Any, reply: Reply, base: str) -> None:
    head = (
        f"HTTP/1.1 200 OK\r\nX-\u00e9: \u00ff\u00fe\r\nContent-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n"
    )
    handler.wfile.write(head.encode("latin-1") + reply.body)


def _negative_chunk(handler: Any, reply: Reply, base: str) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n" + reply.body + b"\r\n0\r\n\r\n")


def _retry_after_square(handler: Any, reply: Reply, base: str) -> None:
    handler.wfile.write("HTTP/1.1 503 Busy\r\nRetry-After: \u00b2\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))


def _slowly(handler: Any, content: bytes) -> None:
    for byte in content:
        handler.wfile.write(bytes([byte]))
        time.sleep(PAUSE)


def _plain(reply: Reply) -> dict[str, str]:
    return {key: value for key, value in reply.headers.items() if key not in ("Transfer-Encoding", "Accept-Ranges")}


FAULTS: dict[str, Callable[[Any, Reply, str], None]] = {
    "gateway 404": _gateway_404,
    "gateway 404 in JSON": _gateway_404_json,
    "no such name": _no_such_name,
    "500": _error_500,
    "503 with Retry-After": _busy_503,
    "429": _many_429,
    "cut": _cut,
    "cut in silence": _cut_in_silence,
    "cut chunks": _cut_chunks,
    "length too long": _too_long,
    "length too short": _too_short,
    "x-gzip": _x_gzip,
    "page with 200": _page_200,
    "drip": _drip,
    "slow header": _slow_header,
    "100 Continue for ever": _continue,
    "endless": _endless,
    "redirect loop": _redirect_loop,
    "redirect to a page": _redirect_elsewhere,
    "other JSON": _other_json,
    "empty": _empty,
    "reset": _reset,
}

#: Rarer ones, which tests/cases tries one by one.
ODD: dict[str, Callable[[Any, Reply, str], None]] = {
    "page in XML": _page_with(b"<?xml version='1.0'?><error>", b"</error>"),
    "page's title": _page_with(b"<title>busy</title>", b""),
    "page's table": _page_with(b"<table><tr><td>", b"</td></tr></table>"),
    "page behind a comment": _page_with(b"<!-- x --><html>", b"</html>"),
    "JSON with the header": _page_with(b'{"message": "', b'"}'),
    "redirect to a long label": _sent_on(b"http://" + b"a" * 70 + b".invalid/"),
    "redirect to half an address": _sent_on(b"http://["),
    "redirect in Latin-1": _sent_on(b"http://127.0.0.1:1/\xe9"),
    "header in Latin-1": _odd_header,
    "chunk of negative size": _negative_chunk,
    "Retry-After of no number": _retry_after_square,
}
