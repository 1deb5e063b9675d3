"""Settings told to a command by hand: of other types, out of range, or too large (B7, C2, C3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.settings.features import GraphSettings, MoleculeSettings
from clmt.planning.settings.folds import FoldSettings
from tests.cases import world as of
from tests.cases.case import Act, Case, Place

HUGE = 10**30
#: Values that no number of that kind may have; a bool, a text and a list are no numbers.
WRONG = {
    int: ("x", "5", 1.5, 5.0, True, None, [5], {}, -1, -5, HUGE),
    float: ("x", "1e-4", True, None, [0.5], {}, -1, -5.0),
    tuple: ("x", None, 5, {}, [None], [[1]], ["x"], [True], [1.5, "x"]),
    bool: ("yes", 1, None, []),
    str: (5, None, ["x"], True, "nonsense"),
}
#: Wrong values of single settings: a 0 where something must be there, a share above 1, what no library takes.
RANGES: dict[str, dict[str, tuple[Any, ...]]] = {
    "mlp": {
        "dropout": (1.0, 1.5, 2.0),
        "hidden": ([], [0], [-5], [1.5], [10**9]),
        "batch": (0,),
        "epochs": (0,),
        "patience": (0,),
        "factors": (0,),
        "learning_rate": (0, 1e300),
        "interaction": ("product",),
    },
    "clmt": {
        "dropout": (1.0,),
        "geometry_dropout": (1.0,),
        "epochs": (0, -3),
        "patience": (0,),
        "batch_size": (0,),
        "updates_per_encoding": (0,),
        "learning_rate": (0,),
        "warm_up": (1.5,),
        "average": (2.0,),
        "views": ([], ["text", "text"], ["smell"]),
        "drug_attribute": ([], ["geometry", "geometry"]),
        "contrastive": (["intra", "intra"],),
        "auxiliary": (["tissue", "tissue"],),
        "contrastive_sample": (0,),
    },
    "gradient_boosting": {
        "leaves": ([], [1], [10**9], [0]),
        "feature_share": (0, 2.0),
        "learning_rate": (0,),
        "trees": (0,),
        "patience": (0,),
        "encoding_parts": (1, 0, 10**9),
        "min_pairs": (10**9,),
    },
    "matrix_factorisation": {"rank": (0, 10**7), "regularisation": (0,), "sweeps": (0,), "fits": (0,)},
    "drug_ridge": {"alphas": ([], [0], [-1.0], [True]), "choose": ("both",)},
    "tanimoto_ridge": {"alphas": ([], [0], [-1.0], [True])},
    "mean_effects": {},
    "tissue_drug_mean": {},
}
#: The same of the stages before the models.
STAGE_RANGES: dict[str, dict[str, tuple[Any, ...]]] = {
    "molecules": {
        "conformers": (0, 10**9),
        "conformer_seed": (2**31, 10**12),
        "angle_step_degrees": (0, 1e-320, 1e-9, 400.0),
    },
    "folds": {"folds": (0, 1), "validation": (0, 1.0, 0.999999), "protocol": ("blind",)},
    "graph": {"genes": (0,), "neighbours": (0,), "threshold_draws": (0, 10**12), "threshold_spread": ("wide",)},
}
STAGES: dict[str, tuple[type[Any], Callable[[Place, str], Act], tuple[str, ...]]] = {
    "molecules": (MoleculeSettings, lambda place, text: of.molecules(place.world, settings=text), ("tables",)),
    "folds": (FoldSettings, lambda place, text: of.folds(place.world, settings=text), ("tables",)),
    "graph": (GraphSettings, lambda place, text: of.graph(place.world, settings=text), ("graph",)),
}


def spelt(value: Any) -> str:
    return str(value) if value in (HUGE, 1e-320, 1e300) else json.dumps(value)


def wrong_values(model: type[Any], ranges: dict[str, tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    """Wrong values of every setting of a model, by the type of its default."""
    for key, field in model.model_fields.items():
        values: list[Any] = list(ranges.get(key, ()))
        if field.default is not None and key not in ("dataset", "split", "seed"):
            kind = type(field.get_default()) if not field.is_required() else field.annotation
            values += WRONG.get(kind, WRONG[str])
        seen: set[str] = set()
        for value in values:
            if spelt(value) not in seen:
                seen.add(spelt(value))
                yield key, value


def cause_of(value: Any, cause: str) -> str:
    """Sizes that no memory holds are a cause of their own."""
    return "B7" if value in (10**7, 10**12, [10**9]) and cause != "C3" else cause


def model_cases() -> list[Case]:
    def case(arch: str, key: str, value: Any) -> Case:
        def act(place: Place) -> Act:
            return of.train(place.world, arch, settings=place.world.run_settings(arch, **{key: value}))

        return Case(
            cause_of(value, "C2"),
            f"settings train {arch}: {key} {spelt(value)}",
            act,
            (rf"\b{key}\b",),
            stages=("graph",),
        )

    return [
        case(arch, key, value)
        for arch, ranges in RANGES.items()
        for key, value in wrong_values(ARCHITECTURES[arch].settings_class, ranges)
    ]


def stage_cases() -> list[Case]:
    def case(stage: str, key: str, value: Any) -> Case:
        _, command, stages = STAGES[stage]

        def act(place: Place) -> Act:
            return command(place, place.world.settings(stage, **{key: value}))

        return Case("C3", f"settings {stage}: {key} {spelt(value)}", act, (rf"\b{key}\b",), stages=stages)

    made = [
        case(stage, key, value)
        for stage, (model, _, _) in STAGES.items()
        for key, value in wrong_values(model, STAGE_RANGES[stage])
    ]
    made += [case("graph", "fold", value) for value in ([0], True, -1, 7, "0", 0.0)]
    made += [case(stage, "seed", value) for stage in ("folds", "graph") for value in ("x", None, 1.5, True, -1, [1])]
    return [one for number, one in enumerate(made) if one.name not in {other.name for other in made[:number]}]


#: Texts that are no settings at all, for every command that takes some.
TEXTS = {
    "deep": "[" * 50_000 + "]" * 50_000,
    "huge number": '{"seed": ' + "9" * 5_000 + "}",
    "a list": "[]",
    "no JSON": "{seed: 1",
    "key twice": '{"seed": 1, "seed": 2}',
    "NaN": '{"seed": NaN}',
    "empty": "",
    "unknown key": '{"nonsense": 1}',
}
COMMANDS: dict[str, tuple[Callable[[Place, str], Act], tuple[str, ...]]] = {
    "encode": (lambda place, text: of.text_encode(place.world, settings=text), ("text",)),
    "vary": (lambda place, text: of.text_vary(place.world, settings=text), ("vectors",)),
    "tables": (lambda place, text: ["tables", "--settings", text, *place.world.tables()[3:]], ("structures",)),
    "text build": (lambda place, text: _with_settings(place.world.text_build(), text), ("tables",)),
    "train": (lambda place, text: of.train(place.world, "drug_mean", settings=text), ("graph",)),
    "evaluate": (lambda place, text: _with_settings(of.evaluate(place.world, "drug_mean"), text), ("model:drug_mean",)),
    "molecules": (lambda place, text: _with_settings(of.molecules(place.world), text), ("tables",)),
    "folds": (lambda place, text: _with_settings(of.folds(place.world), text), ("tables",)),
    "graph": (lambda place, text: _with_settings(of.graph(place.world), text), ("graph",)),
}


def _with_settings(argv: list[str], text: str) -> list[str]:
    place = argv.index("--settings") + 1
    return [*argv[:place], text, *argv[place + 1 :]]


def text_cases() -> list[Case]:
    def case(command: str, name: str, text: str) -> Case:
        act, stages = COMMANDS[command]
        return Case("C3", f"settings {command}: {name}", lambda place: act(place, text), stages=stages)

    made = [case(command, name, text) for command in COMMANDS for name, text in TEXTS.items()]
    made.append(case("train", "empty object", "{}"))
    made.append(case("train", "arch lost", '{"settings": {}, "seed": 1}'))
    return made


def other_cases() -> list[Case]:
    def trained(name: str, **changed: Any) -> Case:
        def act(place: Place) -> Act:
            settings = {**json.loads(place.world.run_settings("drug_mean")), **changed}
            return of.train(place.world, "drug_mean", settings=json.dumps(settings))

        return Case("C3", f"settings train: {name}", act, tuple(changed), stages=("graph",))

    def encoded(key: str, value: Any) -> Case:
        def act(place: Place) -> Act:
            return of.text_encode(place.world, settings=place.world.encoder_settings(**{key: value}))

        return Case("C3", f"settings encode: {key} {spelt(value)}", act, (key,), stages=("text",))

    def tabled(key: str, value: Any) -> Case:
        def act(place: Place) -> Act:
            return place.world.tables(settings=place.world.settings("tables", **{key: value}))

        return Case("C3", f"settings tables: {key} {spelt(value)}", act, (key,), stages=("structures",))

    def option(
        name: str, words: str, command: Callable[[Place], Act], stages: tuple[str, ...], cause: str = "C3"
    ) -> Case:
        return Case(cause, name, command, (words,), stages=stages)

    def collecting(*more: str) -> Callable[[Place], Act]:
        return lambda place: of.collect("out", *more)

    def training(*more: str) -> Callable[[Place], Act]:
        return lambda place: [*of.train(place.world, "drug_mean"), *more]

    made = [
        trained("arch [drug_mean]", arch=["drug_mean"]),
        trained("arch null", arch=None),
        trained("settings x", settings="x"),
        trained("settings []", settings=[]),
        trained("settings nonsense", settings={"nonsense": 1}),
        trained("seed x", seed="x"),
        trained("seed null", seed=None),
        trained("seed huge", seed=HUGE),
        trained("fold 0.0", fold=0.0),
        trained("text_encoder 5", text_encoder=5),
    ]
    made += [encoded("kind", value) for value in (["lsa"], "word2vec", 5)]
    made += [encoded("seed", value) for value in (2**32, 10**12, 10**23, -1, "x", True)]
    made += [encoded("dimensions", value) for value in (0, 1, "x", 5.0, True, None)]
    made += [encoded("skip_characters", value) for value in (-1, "x", 1.5, True)]
    made += [tabled("layout", value) for value in (["survey_gdsc"], "survey", 5, None)]
    made += [tabled("cell_lines", value) for value in (0, -1, 1.5, "x", True)]
    made += [tabled("exclude_drugs", value) for value in ("x", [5], None, [""])]
    for value in ("0", "-1", "-2000"):
        made.append(
            option(f"collect --replicates {value}", "replicates", collecting("--replicates", value), ("collected",))
        )
    made.append(option("collect --seed -1", "seed", collecting("--seed", "-1"), ("collected",)))
    huge = collecting("--replicates", str(10**9))
    made.append(option("collect --replicates huge", "replicates", huge, ("collected",), "B7"))
    for value in ("0", "-1", "1000000"):
        made.append(option(f"settings train --threads {value}", "threads", training("--threads", value), ("graph",)))
        molecules: Iterable[str] = ("--threads", value)
        command = lambda place, more=molecules: [*of.molecules(place.world), *more]  # noqa: E731
        made.append(option(f"molecules --threads {value}", "threads", command, ("tables",)))
    made.append(option("train --device gpu", "device", training("--device", "gpu"), ("graph",)))
    for dimensions in (10**9, HUGE):
        made.append(
            Case(
                "B7",
                f"encoders.lsa.dimensions = {dimensions}",
                encoded("dimensions", dimensions).act,
                ("dimensions",),
                stages=("text",),
            )
        )
    return made


def cases() -> list[Case]:
    return [*model_cases(), *stage_cases(), *text_cases(), *other_cases()]
