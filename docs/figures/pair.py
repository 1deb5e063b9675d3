"""Draw the way of one pair through the three views: `python docs/figures/pair.py` writes pair.svg beside this file."""

from pathlib import Path

INK, PAPER, GREY = "#1b1f24", "#ffffff", "#57606a"
# Okabe and Ito's colours, told apart by people who see colours differently; light fills keep the text legible.
VIEWS = {"text": ("#d55e00", "#fdeee3"), "attribute": ("#0072b2", "#e6f1f8"), "structure": ("#007a5a", "#e3f4ee")}
ROWS = [
    ("text", "pathways of its altered genes", "cell line · text view · 256"),
    ("attribute", "expression, mutation, copy number", "cell line · attribute view · 512"),
    ("structure", "similar cell lines, known responses, similar drugs", "both · structure view · 256 + 256"),
    ("attribute", "3-D molecule and fingerprint", "drug · attribute view · 512"),
    ("text", "mechanism, targets, indication", "drug · text view · 256"),
]
TOP, STEP, HEIGHT, LEFT, WIDTH = 24, 72, 56, 196, 370


def box(x, y, width, height, stroke, fill, lines, bold=True):
    """A rounded box with one or two centred lines of text."""
    middle = y + height / 2
    parts = [
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="{fill}" stroke="{stroke}" '
        'stroke-width="2"/>'
    ]
    for number, line in enumerate(lines):
        place = middle + 5 + (number - (len(lines) - 1) / 2) * 20
        weight = "600" if bold == (number == 0) else "400"
        colour = INK if number == 0 or bold else stroke
        parts.append(
            f'<text x="{x + width / 2}" y="{place}" text-anchor="middle" font-weight="{weight}" fill="{colour}">'
            f"{line}</text>"
        )
    return parts


def arrow(x1, y1, x2, y2, colour=GREY):
    """A line with a head."""
    return [
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="2" marker-end="url(#head)"/>'
    ]


def draw():
    """The whole picture."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 400" width="880" height="400" role="img" '
        'font-family="Helvetica, Arial, sans-serif" font-size="14">',
        "<title>One pair of a cell line and a drug, its three views, and the predicted ln IC50</title>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0,0 L10,5 L0,10 z" fill="{GREY}"/></marker></defs>',
        f'<rect x="1" y="1" width="878" height="398" rx="12" fill="{PAPER}" stroke="#d0d7de"/>',
    ]
    middles = [TOP + STEP * row + HEIGHT / 2 for row in range(len(ROWS))]
    entities = {
        "cell line": (middles[0] + middles[1]) / 2,
        "drug": (middles[3] + middles[4]) / 2,
    }
    for (name, y), example in zip(entities.items(), ("e.g. MCF7, breast", "e.g. afatinib"), strict=True):
        parts += box(20, y - 36, 130, 72, INK, "#f6f8fa", [name, example])
    reads = {"cell line": (0, 1, 2), "drug": (2, 3, 4)}
    for name, rows in reads.items():
        for row in rows:
            shift = 0 if row != 2 else (-10 if name == "cell line" else 10)
            start = entities[name] + (row - sum(rows) / 3) * 16
            parts += arrow(150, start, LEFT - 2, middles[row] + shift)
    for (view, reads_what, caption), middle in zip(ROWS, middles, strict=True):
        stroke, fill = VIEWS[view]
        parts += box(LEFT, middle - HEIGHT / 2, WIDTH, HEIGHT, stroke, fill, [reads_what, caption], bold=False)
        parts += arrow(LEFT + WIDTH, middle, 612, middles[2] + (middle - middles[2]) * 0.3)
    parts += box(614, middles[2] - 62, 112, 124, INK, "#f6f8fa", ["predictor", "512 – 128 – 1"])
    parts += arrow(726, middles[2], 764, middles[2])
    parts += box(766, middles[2] - 36, 96, 72, INK, INK, [])
    for dy, text, weight in ((-2, "ln IC50", "600"), (18, "(µM)", "400")):
        parts.append(
            f'<text x="814" y="{middles[2] + dy}" text-anchor="middle" font-weight="{weight}" fill="{PAPER}">'
            f"{text}</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    Path(__file__).with_suffix(".svg").write_text(draw(), encoding="utf-8")
