"""Commands of bundles: fit the final model of a dataset, pack it, predict with it."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import THREADS, Subparsers
from clmt.commands.evaluation import add_repeats, add_runs, repeat
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt fit``, ``clmt bundle``, ``clmt predict``, ``clmt explain`` and ``clmt coverage``."""
    fit = subparsers.add_parser("fit", help="train the final model of a dataset and write it as one file")
    fit.add_argument("--dataset", required=True, help="entry of datasets, such as gdsc or demo")
    fit.add_argument("--model", default="clmt", help="entry of models, of arch clmt (default: %(default)s)")
    fit.add_argument("--configfile", type=Path, nargs="*", default=[], metavar="FILE", help="overlays of the config")
    fit.add_argument("--cores", type=THREADS, default=1, help="CPU cores (default: %(default)s)")
    fit.set_defaults(run=run_fit)

    pack = subparsers.add_parser("bundle", help="pack the checkpoints of a model's seeds, as clmt fit does")
    pack.add_argument("--settings", required=True, metavar="JSON", help="dataset, model, models, encoder, ...")
    pack.add_argument("--models", type=Path, nargs="+", required=True, metavar="FILE", help="model.pt of each seed")
    pack.add_argument("--graph", type=Path, required=True, help="graph.pt of their fold")
    pack.add_argument("--molecules", type=Path, required=True, help="molecules.pt")
    pack.add_argument("--text", type=Path, help="text_<encoder>.parquet, for a model that reads text")
    pack.add_argument("--tables", type=Path, required=True, metavar="DIR", help="the dataset's tables")
    pack.add_argument("--corpus", type=Path, required=True, metavar="DIR", help="folder of the corpus")
    pack.add_argument("--folder", type=Path, metavar="DIR", help="local folder of a transformer")
    pack.add_argument("--registry", type=Path, default=here_or_packaged(REGISTRY), help="default: %(default)s")
    pack.add_argument(
        "--calibration", nargs="*", default=[], metavar="KIND=FILE", help="predictions.parquet of a kind of pairs"
    )
    pack.add_argument("--out", type=Path, required=True, help="bundle to write, .clmt")
    pack.set_defaults(run=run_bundle)
    _add_predict(subparsers)
    _add_explain(subparsers)
    _add_coverage(subparsers)


def _add_predict(subparsers: Subparsers) -> None:
    predict = subparsers.add_parser("predict", help="predict known and new cell lines and drugs with a bundle")
    predict.add_argument("--bundle", type=Path, required=True, help="file that clmt fit wrote, .clmt")
    predict.add_argument(
        "--drugs",
        nargs="+",
        required=True,
        metavar="D",
        help="names, NAME=SMILES, or files: csv, tsv, xlsx, Parquet, smi, sdf",
    )
    predict.add_argument(
        "--cell-lines",
        nargs="+",
        required=True,
        metavar="C",
        help="names, or tables of expression: csv, tsv, xlsx, Parquet",
    )
    predict.add_argument("--mutation", type=Path, metavar="FILE", help="0 and 1 of new cell lines by gene")
    predict.add_argument("--copy-number", type=Path, metavar="FILE", help="0 and 1 of new cell lines by gene")
    predict.add_argument("--annotations", type=Path, metavar="FILE", help="cell_line, text, tissue of new cell lines")
    predict.add_argument("--encoder-folder", type=Path, metavar="DIR", help="transformer of the bundle, for own texts")
    predict.add_argument("--level", type=float, default=0.9, help="of the intervals (default: %(default)s)")
    predict.add_argument(
        "--max-missing", type=float, default=0.2, help="share of the genes a table may lack (default: %(default)s)"
    )
    predict.add_argument("--skip-bad", action="store_true", help="leave out, and count, SMILES that do not parse")
    predict.add_argument("--threads", type=THREADS, default=1, help="CPU threads (default: %(default)s)")
    predict.add_argument("--format", choices=["parquet", "csv", "tsv", "json"], help="default: the ending of --out")
    predict.add_argument("--out", type=Path, required=True, metavar="P", help="file of predictions to write")
    predict.set_defaults(run=run_predict)


def _add_explain(subparsers: Subparsers) -> None:
    explain = subparsers.add_parser("explain", help="say which genes, atoms, sentences and views a prediction rests on")
    explain.add_argument("--bundle", type=Path, required=True, help="file that clmt fit wrote, .clmt")
    explain.add_argument("--drug", required=True, metavar="D", help="name, NAME=SMILES, or a file of one drug")
    explain.add_argument("--cell-line", required=True, metavar="C", help="name, or a table of one profile")
    explain.add_argument("--mutation", type=Path, metavar="FILE", help="0 and 1 of a new cell line by gene")
    explain.add_argument("--copy-number", type=Path, metavar="FILE", help="0 and 1 of a new cell line by gene")
    explain.add_argument("--corpus", type=Path, metavar="DIR", help="texts of known entities: results/<dataset>/text")
    explain.add_argument("--encoder-folder", type=Path, metavar="DIR", help="transformer of the bundle, for sentences")
    explain.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the two files to write")
    explain.set_defaults(run=run_explain)


def _add_coverage(subparsers: Subparsers) -> None:
    coverage = subparsers.add_parser("coverage", help="measure on held-out folds how often the intervals hold")
    add_runs(coverage)
    add_repeats(coverage)
    coverage.add_argument("--kind", required=True, help="kind of pairs that the split tests, such as 'new drug'")
    coverage.add_argument("--graphs", type=Path, nargs="*", default=[], help="graph.pt of each fold, for distances")
    coverage.add_argument("--out", type=Path, required=True, help="table to write")
    coverage.set_defaults(run=run_coverage)


def run_fit(args: argparse.Namespace) -> None:
    """Run the workflow for the bundle of a dataset."""
    from clmt.bundles.fit import fit

    print(fit(args.dataset, args.model, args.configfile, args.cores))


def run_bundle(args: argparse.Namespace) -> None:
    """Write a bundle."""
    from clmt.bundles.pack import pack_bundle
    from clmt.errors import ClmtError, expected_one_of
    from clmt.planning.bundles import GROUPS
    from clmt.planning.settings.bundles import BundleSettings

    calibration = []
    for text in args.calibration:
        kind, separator, path = text.partition("=")
        if not separator or not path:
            raise ClmtError(f"--calibration is not KIND=FILE! got: {text!r}")
        if kind not in GROUPS:
            raise expected_one_of("--calibration: unknown kind of pairs", kind, GROUPS)
        calibration.append((kind, Path(path)))
    pack_bundle(
        BundleSettings.parse(args.settings),
        models=args.models,
        graph=args.graph,
        molecules=args.molecules,
        text=args.text,
        tables=args.tables,
        corpus=args.corpus,
        folder=args.folder,
        registry=args.registry,
        calibration=calibration,
        out=args.out,
    )


def run_predict(args: argparse.Namespace) -> None:
    """Predict with a bundle."""
    import torch

    from clmt.bundles.output import output_format, write_predictions
    from clmt.bundles.predict import load_bundle

    kind = output_format(args.out, args.format)
    torch.set_num_threads(args.threads)
    frame = load_bundle(args.bundle).predict(
        args.drugs,
        args.cell_lines,
        mutation=args.mutation,
        copy_number=args.copy_number,
        annotations=args.annotations,
        level=args.level,
        max_missing=args.max_missing,
        skip_bad=args.skip_bad,
        encoder_folder=args.encoder_folder,
        threads=args.threads,
    )
    write_predictions(frame, args.out, kind)


def run_explain(args: argparse.Namespace) -> None:
    """Write what a prediction rests on."""
    from clmt.bundles.explain import explain, write_explanation
    from clmt.bundles.predict import load_bundle

    options = {"mutation": args.mutation, "copy_number": args.copy_number}
    found = explain(
        load_bundle(args.bundle),
        args.drug,
        args.cell_line,
        corpus=args.corpus,
        encoder_folder=args.encoder_folder,
        **options,
    )
    write_explanation(found, args.out)


def run_coverage(args: argparse.Namespace) -> None:
    """Write the table of coverage of an experiment."""
    from clmt.bundles.coverage import write_coverage
    from clmt.errors import choose
    from clmt.planning.bundles import GROUPS

    choose("--kind: unknown kind of pairs", args.kind, GROUPS)
    write_coverage(
        args.experiment,
        args.kind,
        metrics=args.metrics,
        predictions=args.predictions,
        models=args.models,
        digests=args.digests,
        repeat_of=dict(repeat(text) for text in args.repeats),
        graphs=args.graphs,
        out=args.out,
    )
