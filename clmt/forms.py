"""Types, shapes and ranges that the parts of a ``.pt`` file must have, and what does not fit them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

__all__ = ["Array", "Names", "problems"]


@dataclass(frozen=True)
class Names:
    """How many names there are; a letter stands for the same number everywhere."""

    size: str


@dataclass(frozen=True)
class Array:
    """Type and shape of a tensor; ``rows`` says what the two sides of edges or pairs are rows of.

    Values lie within ``limit``, either side of 0, and the columns of ``categories`` from 0 to below these numbers.
    """

    dtype: torch.dtype
    shape: tuple[int | str, ...]
    rows: tuple[str, ...] = ()
    limit: float | None = None
    categories: tuple[int, ...] = ()


def problems(values: Mapping[str, Any], forms: Mapping[str, Any]) -> Iterator[str]:
    """Say what does not fit, one part after the other; a form is an `Array`, `Names` or a plain type."""
    sizes: dict[str, int] = {}
    for name, form in forms.items():
        value = values[name]
        if isinstance(form, Array):
            yield from _array_problems(name, value, form, sizes)
        elif isinstance(form, Names):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                yield f"{name} must be a list of names! got: {type(value).__name__}"
            if len(value) != sizes.setdefault(form.size, len(value)):
                yield f"{name} must have {sizes[form.size]} entries! got: {len(value)}"
        elif not isinstance(value, form):
            yield f"{name} must be {form.__name__}! got: {value!r}"


def _array_problems(name: str, value: Any, form: Array, sizes: dict[str, int]) -> Iterator[str]:
    if not isinstance(value, Tensor) or value.dtype != form.dtype:
        found = value.dtype if isinstance(value, Tensor) else type(value).__name__
        yield f"{name} must be a tensor of {form.dtype}! got: {found}"
    if value.dim() == len(form.shape):
        for size, length in zip(form.shape, value.shape, strict=True):
            sizes.setdefault(str(size), length)  # a number of edges or pairs is what it is where it first stands
    shape = tuple(size if isinstance(size, int) else sizes.get(size, -1) for size in form.shape)
    if tuple(value.shape) != shape:
        yield f"{name} must have the shape {shape}! got: {tuple(value.shape)}"
    if not value.numel():
        return
    sides = value if form.shape[0] == 2 else value.reshape(len(value), -1).T
    for side, of in zip(sides if form.rows else (), form.rows, strict=True):
        low, high = int(side.min()), int(side.max())
        if not 0 <= low <= high < sizes[of]:
            yield f"{name} must be rows from 0 to {sizes[of] - 1}! got: {low} to {high}"
    for column, size in enumerate(form.categories):
        low, high = int(value[:, column].min()), int(value[:, column].max())
        if not 0 <= low <= high < size:
            yield f"{name} must hold categories from 0 to {size - 1} in column {column}! got: {low} to {high}"
    if form.limit is not None and not bool((value.abs() <= form.limit).all()):
        odd = float(value[~(value.abs() <= form.limit)].flatten()[0])
        yield f"{name} must hold numbers from -{form.limit:g} to {form.limit:g}! got: {odd:g}"
