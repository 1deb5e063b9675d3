"""The page on which a reader looks up a text: its form and its script."""

from __future__ import annotations

__all__ = ["TEMPLATE"]

# The texts reach the document through textContent only, whatever they hold; the policy refuses anything from outside.
TEMPLATE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<title>{{ title }}{% if stamp %} – {{ stamp }}{% endif %}</title>
<style>
body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0; }
h3 { font-size: 1rem; margin: 0.6rem 0 0.2rem; }
p { max-width: 75ch; margin: 0.4rem 0; }
.stamp { display: inline-block; border: 2px solid #d55e00; color: #d55e00; font-weight: bold; padding: 0 0.5rem; }
.tables { display: flex; flex-wrap: wrap; align-items: start; gap: 0 3rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: bold; padding: 0.3rem 0; }
th, td { padding: 0.15rem 0.6rem; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { background: #f3f3f3; }
tr.group td { color: #5c5c5c; font-style: italic; }
tr.all td { font-weight: bold; }
summary { cursor: pointer; margin: 0.6rem 0; }
main { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 2rem; margin-top: 1rem; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; display: flex; flex-direction: column; }
input[type=search] { font: inherit; width: 100%; box-sizing: border-box; padding: 0.35rem 0.5rem; }
#list { overflow-y: auto; min-height: 12rem; }
#list a { display: block; padding: 0.1rem 0.5rem; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
#list a:hover { background: #f3f3f3; }
#list a[aria-current] { background: #a84a00; color: #fff; }
#list a span { color: #5c5c5c; font-size: 0.85em; margin-left: 0.5rem; }
#list a[aria-current] span { color: #fff; }
:focus-visible { outline: 2px solid #0072b2; outline-offset: -2px; }
.quiet, .from { color: #5c5c5c; }
.from { font-size: 0.9em; }
.from b { font-weight: 600; color: #1a1a1a; }
#sources label { margin-right: 1.2rem; white-space: nowrap; }
ol { padding-left: 2.2rem; }
li { max-width: 85ch; margin-bottom: 0.6rem; overflow-wrap: anywhere; }
li.found > div:first-child { background: #fff1c9; }
@media (max-width: 45rem) { main { grid-template-columns: 1fr; } nav { position: static; max-height: 45vh; } }
@media print { nav, #sources { display: none; } main { display: block; } }
</style>
</head>
<body>
{% if stamp %}
<p class="stamp">{{ stamp }}: the cell lines and sources are made up; no sentence here is evidence about a real drug</p>
{% endif %}
<h1>{{ title }}</h1>
<p>What the models read about each drug and cell line, sentence by sentence; clmt {{ version }}.</p>
<details id="about" open>
<summary>What each source covers, and what was left out</summary>
<div class="tables">
{% for kind in kinds %}
<table>
<caption>{{ kind.plural }}</caption>
<thead>
<tr><th>source</th><th>{{ kind.plural | lower }}</th><th>share</th><th>sentences</th><th>characters</th></tr>
</thead>
<tbody>
{% for row in kind.coverage %}
<tr class="{{ row.css }}"><td>{{ row.source }}</td><td>{{ row.entities }} of {{ row.of }}</td><td>{{ row.share }}</td>\
<td>{{ row.sentences }}</td><td>{{ row.characters }}</td></tr>
{% endfor %}
</tbody>
</table>
{% endfor %}
</div>
{% for kind in kinds %}
<p>{{ kind.plural }}: {{ kind.dropped }} dropped by the leak screen, which looks for responses of this dataset\
{% if kind.kept %}; {{ kind.kept }} found by it and kept, as configured{% endif %};
{{ kind.repeated }} not written again because an earlier source says the same.</p>
{% endfor %}
</details>
<noscript><p>The texts lie in this page as data; reading them takes a browser that runs scripts.</p></noscript>
<main>
<nav aria-label="Drugs and cell lines">
<input type="search" id="search" placeholder="Name, id or word of a text" aria-label="Search" aria-controls="list" \
autocomplete="off" spellcheck="false" title="/ to search, arrows to move, Enter to open, Escape to clear">
<p id="count" class="quiet" role="status"></p>
<div id="list"></div>
</nav>
<article aria-labelledby="name">
<h2 id="name"></h2>
<p id="what" class="quiet"></p>
<p id="sources" role="group" aria-label="Sources to show"></p>
<ol id="text"></ol>
</article>
</main>
<script type="application/json" id="data">{{ data }}</script>
<script>
{{ script }}
</script>
</body>
</html>
"""
