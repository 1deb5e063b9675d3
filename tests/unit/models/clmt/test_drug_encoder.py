"""The drug encoder computes equal parts once; it must give what the plain formulation gives, value and gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.plain import plain_geometry
from clmt.models.clmt.drug_encoder import DRUG_PARTS, DrugEncoder, GeometryEncoder, MoleculeNorm
from clmt.models.clmt.molecule_plan import plan_molecules
from clmt.models.segments import RowMap
from tests.helpers.folds import small_molecules


@pytest.fixture(scope="module")
def molecules() -> dict[str, Any]:
    return small_molecules()


@pytest.fixture
def encoder() -> GeometryEncoder:
    torch.manual_seed(0)
    made = GeometryEncoder().eval()
    for parameter in made.parameters():  # so that norms and their offsets are no identity
        parameter.data += 0.05 * torch.randn_like(parameter)
    return made


def test_equals_plain_formulation(molecules: dict[str, Any], encoder: GeometryEncoder) -> None:
    plan = plan_molecules(molecules, np.arange(len(molecules["drug_ids"])))
    ours, plain = encoder(plan), plain_geometry(encoder, molecules)
    torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-5)


def test_gradients_equal_plain_formulation(molecules: dict[str, Any], encoder: GeometryEncoder) -> None:
    plan = plan_molecules(molecules, np.arange(len(molecules["drug_ids"])))
    gradients = []
    for output in (encoder(plan), plain_geometry(encoder, molecules)):
        encoder.zero_grad()
        (output * torch.linspace(-1, 1, output.numel()).reshape(output.shape)).sum().backward()
        gradients.append({name: p.grad.clone() for name, p in encoder.named_parameters() if p.grad is not None})
    assert gradients[0].keys() == gradients[1].keys() == dict(encoder.named_parameters()).keys()
    for name, gradient in gradients[1].items():
        scale = gradient.abs().max().clamp_min(1e-3)
        torch.testing.assert_close(gradients[0][name] / scale, gradient / scale, rtol=1e-3, atol=1e-4, msg=name)


def test_a_drug_does_not_depend_on_the_others(molecules: dict[str, Any], encoder: GeometryEncoder) -> None:
    """Fault 3: graph norm over the whole batch makes a drug's encoding depend on its company."""
    together = encoder(plan_molecules(molecules, np.arange(len(molecules["drug_ids"]))))
    for row in range(len(together)):
        alone = encoder(plan_molecules(molecules, np.array([row])))
        torch.testing.assert_close(alone[0], together[row], rtol=1e-4, atol=1e-5)


def test_order_of_drugs_does_not_matter(molecules: dict[str, Any], encoder: GeometryEncoder) -> None:
    order = np.array([3, 0, 7, 5])
    forward = encoder(plan_molecules(molecules, order))
    backward = encoder(plan_molecules(molecules, order[::-1].copy()))
    torch.testing.assert_close(forward, backward.flip(0), rtol=1e-4, atol=1e-5)


def test_norm_over_the_batch_would_be_caught(
    molecules: dict[str, Any], encoder: GeometryEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over_all(self: MoleculeNorm, rows: torch.Tensor, share: RowMap, molecule: RowMap) -> torch.Tensor:
        return (rows - rows.mean(0)) / rows.std(0).clamp_min(1e-3)

    monkeypatch.setattr(MoleculeNorm, "forward", over_all)
    with pytest.raises(AssertionError):
        test_a_drug_does_not_depend_on_the_others(molecules, encoder)


def check_evaluation_is_deterministic(encoder: DrugEncoder, molecules: dict[str, Any]) -> None:
    plan = plan_molecules(molecules, np.arange(len(molecules["drug_ids"])))
    fingerprints = molecules["morgan3"].float()
    assert torch.equal(encoder(plan, fingerprints), encoder(plan, fingerprints))


def test_evaluation_has_no_dropout(molecules: dict[str, Any]) -> None:
    """Fault 1: two evaluations of one model are bit-identical."""
    torch.manual_seed(0)
    encoder = DrugEncoder()
    check_evaluation_is_deterministic(encoder.eval(), molecules)
    with pytest.raises(AssertionError):
        check_evaluation_is_deterministic(encoder.train(), molecules)


@pytest.mark.parametrize("part", DRUG_PARTS)
def test_the_check_catches_dropout_that_stays_on(molecules: dict[str, Any], part: str) -> None:
    encoder = DrugEncoder(parts=(part,), live_dropout=True).eval()
    with pytest.raises(AssertionError):
        check_evaluation_is_deterministic(encoder, molecules)
    assert not any(layer.training for layer in encoder.modules() if isinstance(layer, torch.nn.BatchNorm1d))


def test_shapes(molecules: dict[str, Any]) -> None:
    plan = plan_molecules(molecules, np.array([0, 6]))  # the second is a single atom
    output = DrugEncoder().eval()(plan, molecules["morgan3"][[0, 6]].float())
    assert output.shape == (2, 512)
    assert torch.isfinite(output).all()


@pytest.mark.parametrize(("part", "absent"), [("geometry", slice(256, 512)), ("fingerprint", slice(0, 256))])
def test_one_part_leaves_the_columns_of_the_other_zero(molecules: dict[str, Any], part: str, absent: slice) -> None:
    torch.manual_seed(0)
    plan = plan_molecules(molecules, np.arange(len(molecules["drug_ids"])))
    output = DrugEncoder(parts=(part,)).eval()(plan, molecules["morgan3"].float())
    assert output.shape == (len(molecules["drug_ids"]), 512)
    assert (output[:, absent] == 0).all()
    assert not (output == 0).all()
