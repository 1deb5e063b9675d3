"""HTML pages that need nothing but themselves, from templates, styles and scripts that lie beside the modules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from clmt.simulated import STAMP

__all__ = ["embed", "render"]

_loader = PackageLoader("clmt", ".")
_environment = Environment(
    loader=_loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def render(template: str, *, simulated: bool, **values: Any) -> str:
    """Fill a template that extends ``pages/layout.html.j2``.

    Parameters
    ----------
    template
        Path inside the package: ``report/groups.html.j2``, beside which ``groups.css`` lies, and ``groups.js`` if the
        page has a script of its own; ``pages/sort.js`` is for all pages with a table that sorts.
    simulated
        Whether the page is stamped as one of simulated data.
    **values
        What the template shows. Text is escaped; a name that the template has and nobody gives is an error.
    """
    stem = template.removesuffix(".html.j2")
    return _environment.get_template(template).render(
        css=_content("pages/layout.css") + _content(f"{stem}.css"),
        script=_content(f"{stem}.js") if Path(__file__).parents[1].joinpath(f"{stem}.js").is_file() else "",
        stamp=STAMP if simulated else "",
        **values,
    )


def embed(value: Any) -> Markup:
    """JSON that can stand inside a ``<script>`` element: without "<" no text can end the element or open a comment."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(plain.replace("<", "\\u003c"))


def _content(name: str) -> Markup:
    """Text of a style or script, which stands in the page as it is."""
    return Markup(_loader.get_source(_environment, name)[0])
