"""The whole configuration as one model."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, create_model

from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.settings.base import Block, Label, Place, Seed, Settings, SeveralUnique
from clmt.planning.settings.encoders import Encoder
from clmt.planning.settings.features import Features, GraphVariant
from clmt.planning.settings.folds import SplitForm
from clmt.planning.settings.tables import Dataset
from clmt.planning.settings.text import Text

__all__ = ["Config", "Experiment", "Group", "ModelEntry"]

Entry = TypeVar("Entry")
#: A name that becomes a folder below results.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Named = Annotated[dict[Name, Entry], Field(min_length=1)]


class ModelEntry(Settings):
    """An entry of ``models``; beside these keys it has the settings of its architecture."""

    text_encoder: str | None = Field(
        default=None,
        description="Text encoder of this model, an entry of encoders, in place of the dataset's or of text.encoder.",
    )
    repeat_of: str | None = Field(
        default=None,
        description="Model that this one trains again, with its settings, from another seed; the summary joins both.",
    )
    graph: str | None = Field(
        default=None,
        description="Graph of a fold that this model reads, an entry of graphs, in place of the features'.",
    )


def _model_of(arch: str, settings: type[Settings]) -> Any:
    chosen: Any = (Literal[arch], Field(description="Architecture, an entry of clmt/planning/architectures.py."))
    return create_model(f"Model_{arch}", __base__=(settings, ModelEntry), __doc__=settings.__doc__, arch=chosen)


if TYPE_CHECKING:
    AnyModel = ModelEntry
else:
    _MODELS = [_model_of(arch, architecture.settings_class) for arch, architecture in ARCHITECTURES.items()]
    AnyModel = Annotated[reduce(or_, _MODELS), Field(discriminator="arch")]


class Experiment(Block):
    """An entry of ``experiments``: a table, results/<name>.tsv."""

    dataset: str = Field(description="Entry of datasets.")
    split: str = Field(description="Entry of splits.")
    folds: int | None = Field(
        default=None,
        ge=1,
        le=127,
        description="Run only this many folds, the first ones of the split; at most as many as it has.",
    )
    models: SeveralUnique[str] = Field(description="Entries of models, in the order of the table's rows.")
    reference: str | None = Field(
        default=None,
        description="Model that the others are compared with; without it, the best baseline for each metric.",
    )


class Group(Block):
    """An entry of ``groups``: a part of the paper, a target of its own and a section of results/report/index.html."""

    optional: ClassVar[frozenset[str]] = frozenset({"cases"})

    title: Label = Field(description="Heading of its section, a line of text.")
    experiments: SeveralUnique[str] = Field(description="Entries of experiments, in the order of the section.")
    cases: bool = Field(
        default=False,
        description="Show single drugs, cell lines and pairs of each experiment that has a model of arch clmt, in the "
        "place of its table.",
    )


class Config(Settings):
    """Configuration of the clmt workflow. Every key is required unless it says otherwise."""

    mirror: Place | None = Field(
        description=(
            "Folder that answers every download from disk, its files at host/path; null asks the live sources. "
            "clmt mirror DIR makes one. A path without braces."
        )
    )
    downloads: Place = Field(description="Folder of the raw downloads, each at its host/path. A path without braces.")
    simulated: bool = Field(
        description=(
            "Whether the downloads are simulated. Only datasets and experiments that agree are planned, so that "
            "simulated bytes never enter a real dataset."
        )
    )
    seed: Seed = Field(
        description="Base seed; each run derives its own from it and from the names of dataset, split, model and fold.",
    )
    datasets: Named[Dataset] = Field(description="Datasets by name.")
    features: Features = Field(description="Features of cell lines and drugs.")
    graphs: dict[Name, GraphVariant] = Field(
        default={}, description="Variants of a fold's graph by name, which models name; none where it is left out."
    )
    text: Text = Field(description="Descriptions of cell lines and drugs, and what reads them.")
    encoders: Named[Encoder] = Field(description="What turns a text into a vector, by name.")
    splits: Named[SplitForm] = Field(description="Ways to part the responses into folds, by name.")
    models: Named[AnyModel] = Field(description="Architectures with settings, by name.")
    experiments: Named[Experiment] = Field(description="Tables by name: which models on which dataset and split.")
    groups: Named[Group] = Field(description="Parts of the paper by name: which experiments; each is a target.")
