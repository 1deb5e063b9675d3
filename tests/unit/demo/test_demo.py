"""The demo's generator: known drugs, reproducible bytes, the planted mechanism, and layouts that the readers accept."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from clmt.acquire.registry import load_registry
from clmt.cli import main
from clmt.demo.drugs import DRUGS, SALT_FORM, UNKNOWN_COMPOUND
from clmt.demo.genes import MARKERS, PROGRAMS, all_genes, alterable_genes
from clmt.demo.layouts import SIMULATED, pubchem_answers, survey_zip
from clmt.demo.mirror import mirror_files, write_mirror
from clmt.demo.world import World, simulate
from clmt.errors import ClmtError
from clmt.planning.config import check_mirror
from clmt.planning.settings.tables import TableSettings
from clmt.simulated import MARK
from clmt.tables.build import build_tables
from clmt.tables.layouts.reader import check_simulated, layout_reader

ROOT = Path(__file__).resolve().parents[3]
TRACKED = ROOT / "resources" / "demo" / "mirror"
# Molecular weights (g/mol) of the free bases, as the drugs' labels print them.
WEIGHTS = {
    "Erlotinib": 393.4, "Gefitinib": 446.9, "Lapatinib": 581.1, "Afatinib": 485.9, "Vemurafenib": 489.9,
    "Dabrafenib": 519.6, "Trametinib": 615.4, "Selumetinib": 457.7, "Idelalisib": 415.4, "Alpelisib": 441.5,
    "Palbociclib": 447.5, "Ribociclib": 434.5, "Abemaciclib": 506.6, "Olaparib": 434.5, "Niraparib": 320.4,
    "Rucaparib": 323.4, "Vorinostat": 264.3, "Belinostat": 318.3, "Imatinib": 493.6, "Dasatinib": 488.0,
    "Nilotinib": 529.5, "Gemcitabine": 263.2, "Cytarabine": 243.2, "Methotrexate": 454.4,
    "Erlotinib Hydrochloride": 429.9,
}  # fmt: skip


@pytest.fixture(scope="module")
def registry():
    return load_registry(ROOT / "config" / "sources.yaml")


@pytest.fixture(scope="module")
def world() -> World:
    return simulate()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    path = tmp_path_factory.mktemp("archive") / "GDSC_DATASET_S1-S12.zip"
    path.write_bytes(survey_zip(world))
    return path


@pytest.mark.parametrize("drug", [*DRUGS, SALT_FORM], ids=lambda drug: drug.name)
def test_drug_has_its_known_structure(drug):
    from rdkit import Chem
    from rdkit.Chem.Descriptors import MolWt
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    molecule = Chem.MolFromSmiles(drug.smiles)
    assert molecule is not None
    assert CalcMolFormula(molecule) == drug.formula
    assert MolWt(molecule) == pytest.approx(WEIGHTS[drug.name], abs=0.1)
    assert Chem.MolToInchiKey(molecule) == drug.inchikey


@pytest.mark.parametrize("drug", [*DRUGS, SALT_FORM], ids=lambda drug: drug.name)
def test_pubchem_answer_has_the_same_skeleton_with_and_without_stereo(drug):
    from rdkit import Chem

    names, structures = (json.loads(answer) for answer in pubchem_answers(drug))
    (properties,) = structures["PropertyTable"]["Properties"]
    assert names["IdentifierList"]["CID"] == [properties["CID"]] == [drug.cid]
    flat = Chem.MolFromSmiles(properties["ConnectivitySMILES"])
    assert Chem.MolToSmiles(flat) == Chem.MolToSmiles(Chem.MolFromSmiles(drug.smiles), isomericSmiles=False)


def test_drugs_and_genes_are_distinct():
    assert len(DRUGS) == 24
    assert len({drug.inchikey for drug in DRUGS}) == len({drug.cid for drug in DRUGS}) == 24
    assert {pathway for drug in DRUGS for pathway in drug.pathways} > {p.pathway for p in PROGRAMS if p.pathway}
    listed = [gene for program in PROGRAMS for gene in program.genes] + [g for genes in MARKERS.values() for g in genes]
    assert sorted(listed) == all_genes()
    drivers = {gene for program in PROGRAMS for gene in program.genes[: program.drivers]}
    assert drivers < set(alterable_genes()) < set(all_genes())


def test_one_seed_gives_one_world(world):
    again, other = simulate(), simulate(7)
    assert np.array_equal(world.observed, again.observed, equal_nan=True)
    assert not np.array_equal(world.expected, other.expected)


def test_world_has_the_planted_mechanism(world):
    lines, drugs = world.observed.shape
    assert (lines, drugs) == (60, 24)
    missing = np.isnan(world.observed)
    assert 0.04 < missing.mean() < 0.1
    assert missing.sum(axis=0).max() < lines / 2
    assert missing.sum(axis=1).max() < drugs / 2
    assert np.nanstd(world.observed - world.expected) == pytest.approx(0.35, abs=0.03)
    column = {program.pathway: index for index, program in enumerate(PROGRAMS)}
    for index, drug in enumerate(DRUGS):
        own = np.mean([world.sensitivity[:, column[p]] for p in drug.pathways if p in column], axis=0)
        assert np.corrcoef(own, world.expected[:, index])[0, 1] < -0.8, drug.name
        assert np.corrcoef(own, world.effect[:, index])[0, 1] == pytest.approx(-1.0)


def test_omics_show_the_mechanism(world):
    """What decides the response can be read from the features: drivers and the program's expression."""
    gene = {name: index for index, name in enumerate(world.genes)}
    altered = world.mutation | world.copy_number
    for index, program in enumerate(PROGRAMS):
        drivers = [world.alterable.index(name) for name in program.genes[: program.drivers]]
        counts = altered[:, drivers].sum(axis=1)
        shown = world.expression[:, [gene[name] for name in program.genes]].mean(axis=1)
        assert np.corrcoef(counts, world.sensitivity[:, index])[0, 1] > 0.4
        assert np.corrcoef(shown, world.sensitivity[:, index])[0, 1] > 0.6


def test_tracked_mirror_is_what_the_generator_writes(registry, tmp_path):
    """Byte for byte: the bytes in the repository were written by this code and by nothing else."""
    count = write_mirror(registry, tmp_path / "mirror")
    fresh = {path.relative_to(tmp_path / "mirror"): path.read_bytes() for path in _files(tmp_path / "mirror")}
    tracked = {path.relative_to(TRACKED): path.read_bytes() for path in _files(TRACKED)}
    assert sorted(map(str, fresh)) == sorted(map(str, tracked))
    assert [str(name) for name in fresh if fresh[name] != tracked[name]] == []
    assert len(fresh) == count + 2
    assert sum(map(len, fresh.values())) < 2**20


def test_another_seed_changes_the_responses_only(registry):
    default, other = mirror_files(registry), mirror_files(registry, seed=7)
    changed = [address for address in default if default[address] != other[address]]
    assert changed == [registry.source("survey_gdsc").address]


def test_every_file_says_that_it_is_simulated(registry):
    for address, content in mirror_files(registry).items():
        if "pubchem" in address:
            assert b"Written by clmt demo" in content, address
        else:
            assert b"SIMULATED" in content, address


def test_checksums_cover_every_file():
    import hashlib

    listed = dict(reversed(line.split("  ", 1)) for line in (TRACKED / "SHA256SUMS").read_text().splitlines())
    found = {str(path.relative_to(TRACKED)): hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(TRACKED)}
    assert listed == {name: digest for name, digest in found.items() if name not in ("SHA256SUMS", MARK)}


def test_readers_accept_the_survey_layout(archive, world):
    reader = layout_reader("survey_gdsc")
    ids = [line.identifier for line in world.cell_lines]
    responses = reader.responses(archive)
    assert responses.cell_lines == ids
    assert responses.values[:, :24] == pytest.approx(world.observed, abs=1e-4, nan_ok=True)
    assert not responses.censored.any()
    omics = reader.omics(archive)
    assert (omics["expression"].ids, omics["expression"].columns) == (ids, list(world.genes))
    assert omics["expression"].values == pytest.approx(world.expression, abs=1e-4)
    assert np.array_equal(omics["mutation"].values, world.mutation)
    assert np.array_equal(omics["copy_number"].values, world.copy_number)
    annotation = reader.annotation(archive)
    assert annotation["9900001"] == {"name": "DEMO-LUNG-01", "primary_site": "lung", "histology": "carcinoma"}
    assert reader.drug_names(archive) == [*(drug.name for drug in DRUGS), SALT_FORM.name, UNKNOWN_COMPOUND]
    groups = reader.groups(archive)
    assert groups["Dasatinib"] == ["ABL signaling", "RTK signaling"]
    assert groups["Vorinostat"] == ["Chromatin histone acetylation"]


def test_archive_is_marked_and_uncompressed(archive):
    with zipfile.ZipFile(archive) as opened:
        assert opened.comment.decode() == SIMULATED
        assert {member.compress_type for member in opened.infolist()} == {zipfile.ZIP_STORED}
        assert {member.date_time for member in opened.infolist()} == {(2026, 1, 1, 0, 0, 0)}


def test_simulated_mirror_is_refused_for_real_data():
    check_mirror({"mirror": str(TRACKED), "simulated": True})
    check_mirror({"mirror": None, "simulated": False})
    with pytest.raises(ClmtError, match="holds simulated files"):
        check_mirror({"mirror": str(TRACKED), "simulated": False})


def test_simulated_data_need_a_simulated_mirror(tmp_path):
    for mirror in (None, str(tmp_path)):
        with pytest.raises(ClmtError, match="need a mirror that 'clmt demo' wrote"):
            check_mirror({"mirror": mirror, "simulated": True})


def test_simulated_archive_cannot_pass_for_measurements(archive, tmp_path):
    """Whatever way the bytes came: their mark and the dataset's declaration must agree."""
    structures = {
        drug.name: {"cid": drug.cid, "smiles": drug.smiles, "title": drug.name} for drug in (*DRUGS, SALT_FORM)
    }
    structures[UNKNOWN_COMPOUND] = {"cid": None, "smiles": None, "title": None}
    with pytest.raises(ClmtError, match="holds simulated values, the dataset is declared measured"):
        build_tables(TableSettings(layout="survey_gdsc"), archive=archive, structures=structures)
    built = build_tables(TableSettings(layout="survey_gdsc", simulated=True), archive=archive, structures=structures)
    assert len(built.frames["cell_lines"]) == 60
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(plain, "w") as new:
        for name in old.namelist():
            if MARK not in name:
                new.writestr(name, old.read(name))
    check_simulated(layout_reader("survey_gdsc"), plain, simulated=False)
    with pytest.raises(ClmtError, match="holds measured values, the dataset is declared simulated"):
        check_simulated(layout_reader("survey_gdsc"), plain, simulated=True)


def test_command_replaces_an_earlier_demo_mirror(tmp_path):
    out, registry = tmp_path / "mirror", ROOT / "config" / "sources.yaml"
    assert main(["demo", "--registry", str(registry), "--out", str(out)]) == 0
    (out / "SHA256SUMS").write_text("spoilt")
    assert main(["demo", "--registry", str(registry), "--out", str(out)]) == 0
    assert (out / "SHA256SUMS").read_bytes() == (TRACKED / "SHA256SUMS").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["mirror"]


def test_command_leaves_foreign_files_alone(tmp_path, registry, capsys):
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(ClmtError, match="not an earlier demo mirror"):
        write_mirror(registry, tmp_path)
    code = main(["demo", "--registry", str(ROOT / "config" / "sources.yaml"), "--out", str(tmp_path)])
    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_command_leaves_what_was_put_beside_or_into_a_demo_mirror(tmp_path, registry, monkeypatch):
    (tmp_path / ".mirror.part").mkdir()
    (tmp_path / ".mirror.part" / "mine.txt").write_text("mine")
    write_mirror(registry, tmp_path / "mirror")
    assert (tmp_path / ".mirror.part" / "mine.txt").read_text() == "mine"
    (tmp_path / "mirror" / "host").mkdir()
    (tmp_path / "mirror" / "host" / "download.csv").write_text("mine")
    with pytest.raises(ClmtError, match=r"other files \(host/download\.csv\)"):
        write_mirror(registry, tmp_path / "mirror")
    monkeypatch.chdir(tmp_path / "mirror")
    with pytest.raises(ClmtError, match="the working directory"):
        write_mirror(registry, Path())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
