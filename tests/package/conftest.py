"""The wheel and the environments that the tests of a package share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.installed import Environment, build_wheel, make_environment


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel, which does not know the checkout."""
    return make_environment(tmp_path_factory.mktemp("installed") / "venv", wheel)
