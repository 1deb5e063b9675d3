"""Typed access to the answers of look-up services: what is not as it should be is named, never guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clmt.acquire.client import Client
from clmt.errors import ClmtError

__all__ = ["NOTHING", "Node", "ask_node", "layout_error", "open_node"]

#: Statuses with which services say that they have nothing: a name that cannot be parsed, and an unknown one.
NOTHING = frozenset({400, 404})

_REMEDY = "try again: it will be asked anew"


def ask_node(client: Client, service: str, url: str, fault: str = "") -> Node | None:
    """Ask for a mapping; None where the service has nothing, which it says under the key ``fault``."""
    answer = client.get_json(url, NOTHING, fault=fault)
    return None if answer is None else open_node(answer, f"{service}, {url}")


def layout_error(where: str, key: str, value: Any, expected: str) -> ClmtError:
    """The one line that names service and address, key, what came and what should have."""
    got = f"keys {sorted(map(str, value))[:5]}" if isinstance(value, Mapping) else f"{value!r:.60}"
    return ClmtError(f"{where}: the layout has changed! {key}: got: {got}, expected: {expected}; {_REMEDY}")


@dataclass(frozen=True)
class Node:
    """A mapping in an answer, and where it stands: service, address and the keys that lead to it.

    A key that is optional may be missing or null; a value of another type is refused in any case.
    """

    value: Mapping[str, Any]
    where: str

    def text(self, key: str) -> str:
        """Return an optional text, stripped."""
        value = self.value.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise layout_error(self.where, key, value, "text")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise layout_error(self.where, key, ascii(value[:40]), "Unicode text")
        return value.strip()

    def node(self, key: str, *, needed: bool = False) -> Node:
        """Return a mapping; an empty one where it may be missing and is."""
        value = self._get(key, needed)
        return open_node({} if value is None else value, self.where, key)

    def nodes(self, key: str, *, needed: bool = False) -> list[Node]:
        """Return a list of mappings; an empty one where it may be missing and is."""
        values = self._get(key, needed)
        if values is None:
            return []
        if not isinstance(values, list):
            raise layout_error(self.where, key, values, "a list")
        return [open_node(value, self.where, f"{key}[{row}]") for row, value in enumerate(values)]

    def _get(self, key: str, needed: bool) -> Any:
        value = self.value.get(key)
        if needed and value is None:
            raise layout_error(self.where, key, self.value, f"{key!r}")
        return value


def open_node(value: Any, where: str, key: str = "answer") -> Node:
    """Take a value that must be a mapping."""
    if not isinstance(value, Mapping):
        raise layout_error(where, key, value, "keys with values")
    return Node(value, where if key == "answer" else f"{where}, {key}")
