"""Damaged or foreign checkpoints (C6), and bits that rot in them (A6)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import torch

from tests.cases import world as of
from tests.cases.case import Act, Case, Place
from tests.cases.damage import rotten_cases, whole_cases
from tests.cases.same import same_scores

GRAPH = "results/demo/demo_mixed/fold0/graph.pt"
MOLECULES = "results/demo/features/molecules.pt"
MODEL = "results/demo/demo_mixed/{}/fold0/model.pt"
BROKEN = (
    "empty",
    "one byte",
    "half",
    "last byte lost",
    "zeros",
    "random",
    "text",
    "HTML",
    "zip of something",
    "doubled",
)


def edited(path: str, edit: Callable[[Any], Any], act: Callable[[Place], Act]) -> Callable[[Place], Act]:
    """Load a ``.pt`` file, change it in memory, and save it as a sound file of other content."""

    def change(place: Place) -> Act:
        content = torch.load(io.BytesIO(place.get(path)), weights_only=True)
        changed = edit(content)
        buffer = io.BytesIO()
        torch.save(content if changed is None else changed, buffer)
        place.put(path, buffer.getvalue())
        return act(place)

    return change


def evaluating(model: str) -> Callable[[Place], Act]:
    return lambda place: of.evaluate(place.world, model)


def training(model: str) -> Callable[[Place], Act]:
    return lambda place: of.train(place.world, model)


def graphing(place: Place) -> Act:
    return of.graph(place.world)


def without(*keys: str) -> Callable[[Any], None]:
    """Take a key out, below others."""

    def edit(content: Any) -> None:
        for key in keys[:-1]:
            content = content[key]
        del content[keys[-1]]

    return edit


def setting(value: Callable[[Any], Any] | Any, *keys: str) -> Callable[[Any], None]:
    """Replace a value, or change it by a function of the old one."""

    def edit(content: Any) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value(content[keys[-1]]) if callable(value) else value

    return edit


def first(value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """Put a value into the first cell of a tensor."""

    def change(tensor: torch.Tensor) -> torch.Tensor:
        changed = tensor.clone()
        changed.view(-1)[0] = value
        return changed

    return change


def half(tensor: torch.Tensor) -> torch.Tensor:
    return tensor[: len(tensor) // 2]


def model_cases() -> list[Case]:
    path, act, stages = MODEL.format("mean_effects"), evaluating("mean_effects"), ("model:mean_effects",)
    edits = {
        "settings.arch lost": without("settings", "arch"),
        "settings.model lost": without("settings", "model"),
        "settings.fold lost": without("settings", "fold"),
        "settings a list": setting([], "settings"),
        "settings null": setting(None, "settings"),
        "state null": setting(None, "state"),
        "state a list": setting([], "state"),
        "state.mu lost": without("state", "mu"),
        "state.cell_effect of two dimensions": setting(lambda old: old[None], "state", "cell_effect"),
        "state.cell_effect a list": setting(lambda old: old.tolist(), "state", "cell_effect"),
        "state.drug_effect a list": setting(lambda old: old.tolist(), "state", "drug_effect"),
        "state.drug_effect bfloat16": setting(lambda old: old.bfloat16(), "state", "drug_effect"),
        "state.cell_effect bfloat16": setting(lambda old: old.bfloat16(), "state", "cell_effect"),
        "state.drug_effect too short": setting(lambda old: old[:3], "state", "drug_effect"),
        "state.drug_effect integers": setting(lambda old: old.long(), "state", "drug_effect"),
        "state.drug_effect NaN": setting(first(float("nan")), "state", "drug_effect"),
        "state.cell_effect inf": setting(first(float("inf")), "state", "cell_effect"),
        "arch of another model": setting("drug_mean", "settings", "arch"),
        "record without n_train": without("record", "n_train"),
        "record says another n_train": setting(7, "record", "n_train"),
        "record with a tensor": setting(torch.zeros(2), "record", "seconds"),
        "record with NaN": setting(float("nan"), "record", "seconds"),
        "an empty dict": lambda content: {},
        "a tensor": lambda content: torch.zeros(3),
    }
    cases = [
        Case("C6", f"model: {name}", edited(path, edit, act), ("model.pt",), stages=stages)
        for name, edit in edits.items()
    ]
    overwritten = edited(path, setting("another", "record", "model"), act)
    cases.append(
        Case(
            "C4",
            "model: record overwrites a metric's name",
            overwritten,
            ("model.pt",),
            same_scores("mean_effects"),
            stages,
        )
    )
    others = {
        ("C6", "boosting: booster cut", "gradient_boosting"): setting(_cut, "state", "booster"),
        ("C6", "boosting: booster garbage", "gradient_boosting"): setting("tree\nnothing\n", "state", "booster"),
        ("C6", "boosting: axes of another width", "gradient_boosting"): _narrow_axes,
        ("C6", "factorisation: factors of another rank", "matrix_factorisation"): _other_rank,
        ("C6", "clmt: a weight of another shape", "clmt"): _other_weight,
        ("C6", "clmt: a weight NaN", "clmt"): _weight_nan,
        ("B7", "clmt: shape absurd", "clmt"): _absurd,
    }
    return cases + [
        Case(cause, name, edited(MODEL.format(arch), edit, evaluating(arch)), ("model.pt",), stages=(f"model:{arch}",))
        for (cause, name, arch), edit in others.items()
    ]


def _cut(booster: Any) -> Any:
    return booster[: len(booster) // 2]


def _tensors(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, Any, torch.Tensor]]:
    """Every tensor of a state: its holder, its key and itself."""
    found = []
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, torch.Tensor):
            found.append((tree, key, value))
        elif isinstance(value, dict | list):
            found += _tensors(value, (*path, key))
    return found


def _narrow_axes(content: Any) -> None:
    for holder, key, tensor in _tensors(content["state"]):
        if tensor.dim() == 2 and tensor.shape[0] > 3 and tensor.is_floating_point():
            holder[key] = tensor[:3]


def _other_rank(content: Any) -> None:
    for holder, key, tensor in _tensors(content["state"]):
        if tensor.dim() >= 2:
            holder[key] = torch.cat([tensor, tensor[..., :1]], dim=-1)
            return


def _other_weight(content: Any) -> None:
    holder, key, tensor = next(found for found in _tensors(content["state"]) if found[2].dim() == 2)
    holder[key] = tensor[:-1]


def _weight_nan(content: Any) -> None:
    holder, key, tensor = next(found for found in _tensors(content["state"]) if found[2].dim() == 2)
    holder[key] = first(float("nan"))(tensor)


def _absurd(content: Any) -> None:
    for key, value in list(content["state"].items()):
        if isinstance(value, int) and not isinstance(value, bool):
            content["state"][key] = 10**9
        if isinstance(value, dict) and value and all(isinstance(entry, int) for entry in value.values()):
            content["state"][key] = {name: 10**9 for name in value}
    holder, key, tensor = next(found for found in _tensors(content["state"]) if found[2].dim() == 2)
    holder[key] = torch.zeros(1, tensor.shape[1]).expand(10, -1)


def cases() -> list[Case]:
    model = MODEL.format("drug_mean")
    act, stages, same = evaluating("drug_mean"), ("model:drug_mean",), same_scores("drug_mean")
    made = model_cases()
    made += whole_cases("C6", "model.pt", model, act, BROKEN[:-1], ("model.pt",), stages)
    made += rotten_cases("A6", "model.pt", model, act, same, ("model.pt",), stages, flips=8, wipes=8)
    return made
