"""How the tests are shared out among the processes of pytest."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

DEMO = "tests/e2e/demo"
#: Folders whose files take a minute or so: they start first, so that no process waits for another at the end.
SLOW = ("tests/e2e/", "tests/workflow/", "tests/package/")


class ByFile(LoadFileScheduling):
    """A file at a time, and all files that read the one run of the demo together, so that it runs once."""

    def _split_scope(self, nodeid: str) -> str:
        return DEMO if nodeid.startswith(f"{DEMO}/") else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))
