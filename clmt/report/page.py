"""The summary of an experiment as one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, StrictUndefined

from clmt.errors import ClmtError
from clmt.evaluation.metrics import GROUP_RULE, METRICS
from clmt.evaluation.runs import Runs
from clmt.evaluation.statistics import COMPARED
from clmt.report.style import subtitle
from clmt.simulated import STAMP

__all__ = ["MEANING", "html_table"]

MEANING: Mapping[str, str] = {
    "rmse": "root mean squared error over all test pairs, in ln IC50 units (µM); lower is better",
    "mae": "mean absolute error, in ln IC50 units (µM); lower is better",
    "r2": "share of the variance of ln IC50 that is explained; knowing each drug's mean is enough for a high value",
    "pearson": "linear correlation over all test pairs; knowing each drug's mean is enough for a high value",
    "spearman": "rank correlation over all test pairs",
    "per_drug_r": "Pearson correlation over the cell lines of one drug, averaged over drugs: does the model tell "
    "sensitive from resistant cell lines? The drug's mean scores 0",
    "per_cell_r": "Pearson correlation over the drugs of one cell line, averaged over cell lines",
    "normalized_pearson": "Pearson correlation after the training means of drug and cell line are taken off both sides",
    "normalized_r2": "R2 after the training means of drug and cell line are taken off both sides",
}
"""One line on each metric."""


# The template stands here and not in a file of its own, so that an edit of it is an edit of code and redraws the page.
TEMPLATE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{ title }}{% if stamp %} – {{ stamp }}{% endif %}</title>
<style>
body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; }
h1 { font-size: 1.3rem; margin: 0; }
p { max-width: 75ch; margin: 0.4rem 0; }
.stamp { display: inline-block; border: 2px solid #d55e00; color: #d55e00; font-weight: bold; padding: 0 0.5rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { position: sticky; left: 0; background: #fff; }
th { background: #f3f3f3 !important; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
th button { font: inherit; font-weight: bold; border: 0; background: none; padding: 0; cursor: pointer; }
th button::after { content: " ↕"; color: #888; }
tr.clmt td { color: #a84a00; font-weight: bold; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; max-width: 95ch; }
dt { font-family: ui-monospace, monospace; }
dd { margin: 0; }
</style>
</head>
<body>
{% if stamp %}
<p class="stamp">{{ stamp }}: the responses are made up; no figure here says anything about a real drug</p>
{% endif %}
<h1>{{ title }}</h1>
<p>{{ subtitle }}; clmt {{ version }}</p>
<p>Metrics are the mean ± standard deviation over folds. Differences are over the test pairs of all folds at once, model
minus reference, with the 95 % interval of a bootstrap of drugs and cell lines together and Holm-corrected p.
{% if has_baselines %}
The reference is the baseline with the best value over these very pairs: the hardest one to beat.
{% else %}
The reference is the first model: this experiment has no baseline.
{% endif %}
</p>
<div class="scroll">
<table>
<thead>
<tr>
<th><button>model</button></th>
<th><button>role</button></th>
{% for name in meaning %}
<th title="{{ meaning[name] }}"><button>{{ name }}</button></th>
{% endfor %}
{% for name, reference in compared %}
<th title="difference of {{ name }} to {{ reference }}"><button>Δ {{ name }} to {{ reference }}</button></th>
{% endfor %}
</tr>
</thead>
<tbody>
{% for row in rows %}
<tr class="{{ row.role | lower }}">
<td>{{ row.model }}</td>
<td>{{ row.role }}</td>
{% for cell in row.cells %}
<td data-sort="{{ cell.sort }}">{{ cell.text }}</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table>
</div>
<h2>What the metrics mean</h2>
<dl>
{% for name in meaning %}
<dt>{{ name }}</dt><dd>{{ meaning[name] }}</dd>
{% endfor %}
</dl>
<p>Correlations within drugs and cell lines: {{ rule }}.</p>
<script>
document.querySelectorAll("th button").forEach((button, column) => {
  let direction = 1;
  button.addEventListener("click", () => {
    const body = document.querySelector("tbody");
    const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
    const compare = (a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      return direction * (isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y);
    };
    body.append(...[...body.rows].sort(compare));
    direction = -direction;
  });
});
</script>
</body>
</html>
"""

ENVIRONMENT = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def shown(text: str, form: str = ".3f") -> str:
    """A number of a table as a reader wants it; a dash for what is undefined."""
    return format(float(text), form) if text else "–"


def table_rows(runs: Runs, summary: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Rows of the HTML table: per model its role, its metrics and its differences, each with a value to sort by."""
    found = {(row["model"], row["metric"]): row for row in summary}
    missing = [(m, name) for m in runs.models for name in METRICS if (m, name) not in found]
    if missing:
        raise ClmtError(
            f"the summary of {runs.experiment} lacks {missing[0][1]} of model {missing[0][0]!r}! Rerun collect"
        )
    rows = []
    for model in runs.models:
        cells = []
        for name in METRICS:
            row = found[model, name]
            spread = f" ± {shown(row['sd'])}" if row["sd"] else ""
            cells.append({"text": f"{shown(row['mean'])}{spread}", "sort": row["mean"]})
        for name in COMPARED:
            row = found[model, name]
            interval = f"[{shown(row['difference_low'], '+.3f')}, {shown(row['difference_high'], '+.3f')}]"
            text = (
                f"{shown(row['difference'], '+.3f')} {interval}, p {shown(row['p_holm'])}" if row["difference"] else "–"
            )
            cells.append({"text": text, "sort": row["difference"]})
        rows.append({"model": model, "role": "baseline" if model in runs.baselines else "CLMT", "cells": cells})
    return rows


def html_table(runs: Runs, summary: Sequence[Mapping[str, str]]) -> str:
    """The summary as one self-contained HTML page whose columns sort on a click."""
    references = {row["metric"]: row["reference"] for row in summary if row["reference"]}
    return ENVIRONMENT.from_string(TEMPLATE).render(
        title=runs.experiment,
        subtitle=subtitle(runs),
        stamp=STAMP if runs.simulated else "",
        meaning=MEANING,
        compared=[(name, references.get(name, "–")) for name in COMPARED],
        has_baselines=bool(runs.baselines),
        rows=table_rows(runs, summary),
        rule=GROUP_RULE,
        version=", ".join(sorted({str(card["clmt_version"]) for card in runs.cards})),
    )
