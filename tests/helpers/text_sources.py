"""A made-up world for the tests of the text stage: four cell lines, four drugs and sources in the published layouts."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from clmt.acquire.look_ups import Record
from clmt.planning.settings.text import TextSettings
from clmt.planning.text_sources import SOURCE_CHOICES
from clmt.tables.schema import write_table
from clmt.text.build import build_corpus
from clmt.text.corpus import KINDS, read_corpus
from clmt.text.entities import CellLine, Drug, Genotype

GENES = [f"GEN{number}" for number in range(40)]

REGISTRY = """
sources:
  reactome_gmt: {url: https://a.example/r.gmt.zip, kind: zip, floating: true, licence: CC0, date: rolling}
  reactome_summations: {url: https://a.example/s.txt, kind: text, floating: true, licence: CC0, date: rolling}
  repurposing_hub: {url: https://a.example/hub.txt, kind: text, floating: true, licence: Hub, date: 2020-03-24}
  gdsc_compounds: {url: https://a.example/c.csv, kind: text, floating: true, licence: Sanger, date: 2023-10-27}
  ccle_profiling: {url: https://a.example/p.csv, kind: text, floating: true, licence: CCLE, date: 2012-02-20}
  ncit_flat: {url: https://a.example/n.zip, kind: zip, floating: true, licence: CC BY, date: rolling}
  gene_summary: {url: https://a.example/g.gz, kind: gzip, floating: true, licence: public, date: 2026-01-01}
  gene_info: {url: https://a.example/i.gz, kind: gzip, floating: true, licence: public, date: 2026-01-01}
  own: {url: https://a.example/own.zip, kind: zip, floating: true, licence: own terms, date: 2020}
apis:
  chembl: {url: https://chembl.example/api/data, licence: CC BY-SA, interval: 0.0}
  pubchem: {url: https://pubchem.example/pug, licence: NLM, interval: 0.0}
  pubchem_view: {url: https://pubchem.example/pug_view, licence: NLM, interval: 0.0}
  uniprot: {url: https://uniprot.example, licence: CC BY, interval: 0.0}
  kegg: {url: https://kegg.example, licence: academic, interval: 0.0}
  reactome: {url: https://reactome.example/ContentService, licence: CC0, interval: 0.0}
"""

GMT = [
    ("Zinc repair pathway", "R-HSA-100", GENES[0:6]),
    ("Zinc repair pathway, late", "R-HSA-101", GENES[0:5]),
    ("Copper transport", "R-HSA-102", GENES[10:16]),
    ("Disease", "R-HSA-103", GENES[0:20]),
    ("HIV Infection", "R-HSA-104", GENES[0:4]),
    ("Two genes only", "R-HSA-105", GENES[0:2]),
    ("Iron storage", "R-HSA-106", GENES[20:26]),
]

SUMMATIONS = (
    "stId\tname\tsummation\n"
    "R-HSA-100\tZinc repair pathway\tZinc fingers<br>bind Zn<sup>2+</sup> (Doe et al. 2004). They mend DNA e.g. at "
    "breaks. A third sentence.\n"
    'R-HSA-102\tCopper transport\t"Copper is ""moved"" by pumps (reviewed in Roe & Poe, 2011)."\n'
    "R-HSA-102\tCopper transport\tIt returns. Not kept.\n"
    "R-HSA-106\tIron storage\t<p> </p>\n"
)

HUB = (
    '!Source\t"Made up, for tests"\r\n!Restrictions\tnone\r\n'
    "pert_iname\tclinical_phase\tmoa\ttarget\tdisease_area\tindication\r\n"
    "alphanib\tLaunched\tALK5 inhibitor|RTK inhibitor\tTGFBR1|KIT\toncology\tlung cancer|skin cancer\r\n"
    "betamide\tPhase 2\tzinc chelator\t\toncology\t\r\n"
    "epsilonate\tPhase 1\tmTOR inhibitor\tMTOR\t\t\r\n"
)

COMPOUNDS = (
    "\ufeffDRUG_ID,SCREENING_SITE,DRUG_NAME,SYNONYMS,TARGET,TARGET_PATHWAY\n"
    '7,MGH,Alphanib,"AB-001, Alpha One",ALK5,RTK signaling\n'
    '8,SANGER,Alphanib,"AB-001",KIT,RTK signaling\n'
    '9,SANGER,Gammacillin,"Epsilonate Hydrochloride, GC-2",MTORC1,"Other, kinases"\n'
)

PROFILING = (
    "Compound (code or generic name),Compound (brand name),Target(s),Mechanism of action,Class,"
    "Highest Phase,Organization\r\n"
    'AB-001 ,Alphara,"ALK5, C-KIT",ALK5 Inhibitor,Kinase inhibitor,Launched-2001,Nobody\r\n'
    "Deltamab\u00a0\u00a0,,Zinc,Zinc \u2013 binder,Other targeted therapies,Preclinical,Nobody\r\n"
)

NCIT = [
    ("C1", "Alphanib|AB-001", "An inhibitor of ALK5. (NCI04) It is oral. Third. Fourth.", "Alphanib", ""),
    ("C2", "Alphanib/Betamide Regimen", "A regimen.", "Alphanib/Betamide Regimen", ""),
    ("C3", "Betamide", "Retired text.", "Betamide", "Retired_Concept"),
    ("C4", "Betamide|BM", "A chelator with high potency; the cell line KM-12 was resistant to it.", "Betamide", ""),
]


RECORDS = {
    "chembl": {"Alphanib": [Record("CHEMBL1", "TGF-beta receptor type-1 inhibitor", "2026-02-01", kind="mechanism")]},
    "pubchem": {"Betamide": [Record("CID 12", "It is a chelator. Used by few.", "2026-02-01", kind="description")]},
    "uniprot": {"KIT": [Record("P1", "Acts as a receptor (PubMed:123). Binds SCF.", "2026-02-01")]},
    "kegg": {"hsa1": [Record("hsa1", "Zinc text.", "2026-02-01", name="Zinc", genes=tuple(GENES[:6]))]},
    "reactome_content": {"R-HSA-106": [Record("R-HSA-106", "Iron is stored.", "2026-02-01")]},
}

ALPHA = Drug("Alphanib", "Alphanib", targets=("ALK5", "KIT"), pathways=("RTK signaling",), symbols=("TGFBR1", "KIT"))
CELLS = [CellLine("c1", "KM-12", "large_intestine", "adenocarcinoma"), CellLine("c2", "BEN", "lung", "lung")]


def write_tables(folder: Path) -> Path:
    """Write the tables that the text stage reads."""
    ids = ["c1", "c2", "c3", "c4"]
    cells = {"cell_line_id": ids, "name": ["KM-12", "BEN", "NoGenes", "Many"]}
    sites = {"primary_site": ["large_intestine", "lung", "", "skin"], "histology": ["adenocarcinoma", "lung", "", ""]}
    others = {"synonyms": ["", "", "", "MANY1; Mny-2"], "donor": ["P1", None, None, None]}
    write_table(pd.DataFrame({**cells, **sites, **others}), folder / "cell_lines.parquet", "cell_lines")
    mutation = np.zeros((4, 40), dtype=np.int8)
    mutation[0, :5] = 1
    mutation[1, 10:14] = 1
    mutation[3, :35] = 1
    copy_number = np.zeros((4, 40), dtype=np.int8)
    copy_number[0, [5, 20]] = 1
    for kind, matrix in (("mutation", mutation), ("copy_number", copy_number)):
        frame = pd.DataFrame(matrix, columns=GENES)
        frame.insert(0, "cell_line_id", ids)
        write_table(frame, folder / f"{kind}.parquet", kind)
    drugs = pd.DataFrame(
        {
            "drug_id": ["Alphanib", "Betamide", "Deltamab", "Gammacillin"],
            "name": ["Alphanib", "Betamide", "Deltamab", "Gammacillin"],
            "pubchem_cid": pd.array([11, 12, None, 14], dtype="Int64"),
            "smiles": ["CCO", "CCN", "CCC", "CCF"],
            "inchikey": [f"{letter * 14}-{letter * 10}-N" for letter in "ABDG"],
            "targets": ["ALK5; KIT", "", "DNA crosslinker", "MTORC1"],
            "target_pathway": ["RTK signaling", "", "", ""],
        }
    )
    write_table(drugs, folder / "drugs.parquet", "drugs")
    return folder


def write_sources(folder: Path) -> dict[str, Path]:
    """Write the downloaded files and return them by registry name."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "reactome_gmt": folder / "r.gmt.zip",
        "reactome_summations": folder / "s.txt",
        "repurposing_hub": folder / "hub.txt",
        "gdsc_compounds": folder / "c.csv",
        "ccle_profiling": folder / "p.csv",
        "ncit_flat": folder / "n.zip",
        "gene_summary": folder / "g.gz",
        "gene_info": folder / "i.gz",
    }
    gmt = "".join("\t".join([name, key, *genes]) + "\n" for name, key, genes in GMT)
    _zip(files["reactome_gmt"], "R.gmt", gmt)
    files["reactome_summations"].write_text(SUMMATIONS, encoding="utf-8")
    files["repurposing_hub"].write_bytes(HUB.encode())
    files["gdsc_compounds"].write_text(COMPOUNDS, encoding="utf-8")
    files["ccle_profiling"].write_bytes(PROFILING.encode("cp1252"))
    rows = ["\t".join([c, f"<x#{c}>", "", s, d, n, t, "Pharmacologic Substance", ""]) for c, s, d, n, t in NCIT]
    _zip(files["ncit_flat"], "Thesaurus.txt", "\n".join(rows))
    genes = [("9606", "1", "TGFBR1"), ("9606", "2", "KIT"), ("10090", "3", "MTOR")]
    files["gene_info"].write_bytes(_gz("#tax_id\tGeneID\tSymbol", genes))
    summaries = [
        ("9606", "1", "RefSeq", "A receptor of TGF. It signals. More. [provided by RefSeq, Jul 2008]."),
        ("9606", "2", "RefSeq", " "),
        ("10090", "3", "RefSeq", "Of the mouse."),
    ]
    files["gene_summary"].write_bytes(_gz("#tax_id\tGeneID\tSource\tSummary", summaries))
    return files


def write_registry(path: Path) -> Path:
    """Write a registry of the made-up sources."""
    path.write_text(REGISTRY, encoding="utf-8")
    return path


def build(world, folder, sources=SOURCE_CHOICES, repeats=False, **settings):
    """Build the corpus of a world and read it back, by kind."""
    tables, inputs, registry = world
    build_corpus(TextSettings(sources=tuple(sources), **settings), tables, inputs, registry, folder, archive="own")
    return {kind: read_corpus(folder / file, repeats=repeats) for kind, file in KINDS.items()}


def genotype(mutated, copied=()):
    """Genotype of two cell lines with the columns that are mutated and copied in each."""
    matrix = np.zeros((2, 40), dtype=bool)
    for row, columns in enumerate(mutated):
        matrix[row, list(columns)] = True
    other = np.zeros((2, 40), dtype=bool)
    for row, columns in enumerate(copied):
        other[row, list(columns)] = True
    return Genotype(GENES, matrix, other)


def texts(facts):
    """Sentences of facts."""
    return [fact.text for fact in facts.rows]


def texts_of_part(facts, entity, part):
    return [fact.text for fact in facts.rows if fact.entity_id == entity and fact.part == part]


def entity_texts(path: Path) -> dict[str, str]:
    """Full text of each entity of a corpus."""
    texts: dict[str, str] = {}
    for item in sorted(read_corpus(path), key=lambda item: (item.entity_id, item.position)):
        texts[item.entity_id] = " ".join(filter(None, (texts.get(item.entity_id), item.sentence)))
    return texts


def _zip(path: Path, member: str, text: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(member, (2025, 3, 4, 0, 0, 0)), text)


def _gz(header: str, rows: list[tuple[str, ...]]) -> bytes:
    return gzip.compress("\n".join([header, *("\t".join(row) for row in rows)]).encode(), mtime=0)
