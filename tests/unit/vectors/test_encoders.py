"""Encoders: one interface, vectors that depend on the text alone."""

from __future__ import annotations

import json
import shutil
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD
from threadpoolctl import threadpool_info, threadpool_limits

from clmt.errors import ClmtError
from clmt.text.corpus import KINDS, WORDING, Sentence, write_corpus, write_wording
from clmt.vectors.encode import encode_corpus
from clmt.vectors.encoders import ENCODERS, encode
from clmt.vectors.files import read_vectors
from clmt.vectors.transformer import THREADS
from tests.helpers.text_sources import write_tables

WORDS = ["zinc", "copper", "repair", "kinase", "inhibitor", "cell", "line", "lung", "acts", "on"]
LSA = {"encoder": "lsa", "kind": "lsa", "dimensions": 4}


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory):
    """A random BERT of two layers with a vocabulary of its own, saved as a local folder."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast(vocab={word: row for row, word in enumerate(vocabulary)}).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=24,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def sentences(count, seed=0):
    rng = np.random.default_rng(seed)
    return {f"e{i}": " ".join(rng.choice(WORDS, size=rng.integers(2, 15))) for i in range(count)}


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda name: f"auto_model.{name}", "embeddings.LayerNorm.bias"),
        (lambda name: f"0.auto_model.{name}", "embeddings.LayerNorm.bias"),
        (lambda name: None if ".layer.1." in name else name, "encoder.layer.1.attention.output.LayerNorm.bias"),
    ],
    ids=["prefix", "module", "half"],
)
def test_weights_that_are_not_in_the_folder_are_refused(tiny_bert, tmp_path, change, first):
    """The library would draw them at random: another vector in each run."""
    folder = with_weights(tiny_bert, tmp_path / "model", change)
    settings = {"encoder": "tiny", "kind": "folder", "path": str(folder)}
    with pytest.raises(ClmtError, match=rf"weights of the transformer are not there! got: none named '{first}'"):
        encode(sentences(2), settings)


@pytest.mark.parametrize(
    "change",
    [lambda name: f"bert.{name}", lambda name: None if name.startswith("pooler.") else name],
    ids=["own prefix", "no pooler"],
)
def test_weights_under_the_prefix_of_the_architecture_and_without_a_pooler_are_read(tiny_bert, tmp_path, change):
    folders = tiny_bert, with_weights(tiny_bert, tmp_path / "model", change)
    found = [encode(sentences(3), {"encoder": "tiny", "kind": "folder", "path": str(path)})[0] for path in folders]
    np.testing.assert_array_equal(*found)


def with_weights(model, folder, change):
    """A copy of a model's folder whose weights have other names; None: none."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(model, folder)
    weights = load_file(folder / "model.safetensors")
    named = {change(name): tensor for name, tensor in weights.items()}
    save_file({name: tensor for name, tensor in named.items() if name}, folder / "model.safetensors", {"format": "pt"})
    return folder


def test_a_vector_does_not_depend_on_its_batch(tiny_bert, monkeypatch):
    settings = {"encoder": "tiny", "kind": "folder", "path": str(tiny_bert)}
    texts = sentences(12)
    together, report = encode(texts, settings)
    assert together.shape == (12, 16)
    assert together.dtype == np.float32
    assert report["truncated"] == 0
    for row, (name, text) in enumerate(texts.items()):
        np.testing.assert_allclose(encode({name: text}, settings)[0][0], together[row], atol=1e-5)
    monkeypatch.setattr("clmt.vectors.transformer.BATCH_TOKENS", 20)
    np.testing.assert_allclose(encode(texts, settings)[0], together, atol=1e-5)
    backwards = encode(dict(reversed(texts.items())), settings)[0]
    np.testing.assert_allclose(backwards[::-1], together, atol=1e-5)


def test_a_vector_does_not_depend_on_the_threads_that_are_given(tiny_bert, monkeypatch):
    import torch
    from transformers import BertModel

    seen, forward, before = [], BertModel.forward, torch.get_num_threads()

    def watched(*given, **named):
        seen.append(torch.get_num_threads())
        return forward(*given, **named)

    monkeypatch.setattr(BertModel, "forward", watched)
    try:
        for given in (1, 2):
            torch.set_num_threads(given)
            encode(sentences(3), {"encoder": "tiny", "kind": "folder", "path": str(tiny_bert)})
            assert torch.get_num_threads() == given
    finally:
        torch.set_num_threads(before)
    assert seen == [THREADS] * 2


def test_pooling_is_the_mean_over_the_attention_mask(tiny_bert):
    import torch
    from transformers import AutoModel, AutoTokenizer

    vector = encode({"a": "zinc repair"}, {"kind": "folder", "path": str(tiny_bert)})[0][0]
    tokenizer, model = AutoTokenizer.from_pretrained(tiny_bert), AutoModel.from_pretrained(tiny_bert).eval()
    with torch.no_grad():
        hidden = model(**tokenizer("zinc repair", return_tensors="pt")).last_hidden_state[0]
    assert len(hidden) == 4  # the special tokens are read, and so are part of the mean
    np.testing.assert_allclose(vector, hidden.mean(dim=0).numpy(), atol=1e-5)


def pooled_as(tiny_bert, folder, pooling, *modules):
    """Copy the model with a pooling's settings and the modules after it."""
    import shutil

    shutil.copytree(tiny_bert, folder, dirs_exist_ok=True)
    kinds = ("Transformer", "Pooling", *modules)
    paths = {"Transformer": "", "Pooling": "1_Pooling"}
    rows = [{"type": f"sentence_transformers.models.{kind}", "path": paths.get(kind, "2")} for kind in kinds]
    (folder / "modules.json").write_text(json.dumps(rows))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 16, **pooling}))
    return {"kind": "folder", "path": str(folder)}


@pytest.mark.parametrize("pooling", [{"pooling_mode_cls_token": True}, {"pooling_mode": "cls"}])
def test_the_pooling_is_that_of_the_folder(tiny_bert, tmp_path, pooling):
    import torch
    from transformers import AutoModel, AutoTokenizer

    settings = pooled_as(tiny_bert, tmp_path / "cls", {"pooling_mode_mean_tokens": False, **pooling})
    texts = {"a": "zinc repair", "b": "zinc repair acts on lung"}  # of two lengths: one is padded
    tokenizer, model = AutoTokenizer.from_pretrained(tiny_bert), AutoModel.from_pretrained(tiny_bert).eval()
    with torch.no_grad():
        first = [model(**tokenizer(t, return_tensors="pt")).last_hidden_state[0, 0].numpy() for t in texts.values()]
    vectors, report = encode(texts, settings)
    np.testing.assert_allclose(vectors, first, atol=1e-5)
    assert report["pooling"] == "cls"
    settings = pooled_as(tiny_bert, tmp_path / "cls", pooling, "Normalize")
    vectors, report = encode(texts, settings)
    np.testing.assert_allclose(vectors, first / np.linalg.norm(first, axis=1, keepdims=True), atol=1e-5)
    assert report["pooling"] == "cls, normalized"


def test_mean_pooling_may_be_said_and_other_pooling_is_refused(tiny_bert, tmp_path):
    plain = encode({"a": "zinc"}, {"kind": "folder", "path": str(tiny_bert)})[0]
    mean = pooled_as(tiny_bert, tmp_path / "m", {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False})
    np.testing.assert_array_equal(encode({"a": "zinc"}, mean)[0], plain)
    for pooling, got in (
        ({"pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, "cls and mean"),
        ({"pooling_mode": "lasttoken"}, "lasttoken"),
        ({}, "none"),
    ):
        settings = pooled_as(tiny_bert, tmp_path / "m", pooling)
        message = f"1_Pooling/config.json: unsupported pooling mode! got: {got}, expected one of: mean, cls"
        with pytest.raises(ClmtError, match=message):
            encode({"a": "zinc"}, settings)
    settings = pooled_as(tiny_bert, tmp_path / "m", {"pooling_mode_mean_tokens": True}, "Dense")
    with pytest.raises(
        ClmtError, match=r"modules.json: unsupported module! got: .*Dense.*, expected one of: .*Pooling"
    ):
        encode({"a": "zinc"}, settings)


def test_unknown_tokens_are_counted(tiny_bert):
    report = encode({"a": "zinc \u2603", "b": "zinc"}, {"kind": "folder", "path": str(tiny_bert)})[1]
    assert report["tokens_unknown"] == round(1 / 7, 6)  # of [CLS] zinc [UNK] [SEP] and [CLS] zinc [SEP]


def test_a_vocabulary_of_something_else_is_refused(tiny_bert):
    with pytest.raises(ClmtError, match="no word for most of the texts! got: 75% of the tokens unknown"):
        encode({"a": "\u2603 " * 6}, {"kind": "folder", "path": str(tiny_bert)})


def test_truncation_is_counted_and_has_the_limit_of_settings_or_model(tiny_bert):
    texts = {"short": "zinc acts", "long": "zinc " * 30, "longer": "zinc " * 40}
    vectors, report = encode(texts, {"kind": "folder", "path": str(tiny_bert)})
    assert (report["truncated"], report["tokens_limit"], report["tokens_max"]) == (2, 24, 42)
    np.testing.assert_allclose(vectors[1], vectors[2], atol=1e-5)  # what differs lies beyond the limit
    assert encode(texts, {"kind": "folder", "path": str(tiny_bert), "max_tokens": 3})[1]["truncated"] == 3


def test_a_huggingface_encoder_reads_the_folder_that_was_fetched(tiny_bert, tmp_path):
    settings = {"encoder": "big", "kind": "huggingface", "id": "a/b", "revision": "0" * 40}
    assert encode({"a": "zinc"}, settings, tiny_bert)[0].shape == (1, 16)
    with pytest.raises(ClmtError, match="needs a folder with a/b"):
        encode({"a": "zinc"}, settings)
    with pytest.raises(ClmtError, match="holds no transformer"):
        encode({"a": "zinc"}, settings, tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ClmtError, match="cannot be loaded"):
        encode({"a": "zinc"}, settings, tmp_path)


def test_an_empty_text_is_refused_by_name():
    with pytest.raises(ClmtError, match="1 texts are empty, the first is that of 'drug B'"):
        encode({"drug A": "zinc", "drug B": " \n"}, LSA)


def test_lsa_is_deterministic_and_padded_beyond_its_rank():
    texts = sentences(10)
    first, report = encode(texts, {**LSA, "dimensions": 32})
    second, _ = encode(texts, {**LSA, "dimensions": 32})
    assert first.tobytes() == second.tobytes()
    assert first.shape == (10, 32)
    assert report["rank"] == 9
    assert np.abs(first[:, :9]).sum(axis=0).min() > 0
    assert not first[:, 9:].any()


def test_lsa_puts_like_texts_together():
    texts = {"a": "zinc repair zinc", "b": "zinc repair", "c": "kinase inhibitor", "d": "kinase inhibitor lung"}
    vectors, _ = encode(texts, {**LSA, "dimensions": 2})
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > 0.9
    assert abs(unit[0] @ unit[2]) < 0.1


def test_lsa_of_a_single_text_is_zero_and_not_a_crash():
    vectors, report = encode({"a": "zinc repair"}, LSA)
    assert vectors.shape == (1, 4)
    assert report["rank"] == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"encoder": "x", "kind": "bag"}, "encoders.x.kind is not declared! got: 'bag', expected one of: .*lsa"),
        ({"encoder": "x", "kind": "lsa"}, "encoders.x.dimensions is missing! got: encoder, kind"),
        ({"encoder": "x", "kind": "lsa", "dimensions": 0}, "encoders.x.dimensions"),
        ({"encoder": "x", "kind": "lsa", "dimensions": 4, "dimension": 4}, "unknown key! got: 'dimension'"),
    ],
)
def test_bad_settings_are_refused_by_name(settings, message):
    with pytest.raises(ClmtError, match=message):
        encode({"a": "zinc"}, settings)


@pytest.fixture
def corpus(tmp_path):
    tables = write_tables(tmp_path / "tables")
    folder = tmp_path / "text"
    names = {"c1": "KM-12", "c2": "BEN", "c3": "NoGenes", "c4": "Many"}
    cells = [Sentence(k, 0, f"{n} is a lung cell line {k}.", "tables", k, "x", "y") for k, n in names.items()]
    drugs = ["Alphanib", "Betamide", "Deltamab", "Gammacillin"]
    rows = [Sentence(k, 0, f"{k} acts on zinc of kind {i}.", "tables", k, "x", "y") for i, k in enumerate(drugs)]
    write_corpus(folder / KINDS["cell_line"], cells, list(names))
    write_corpus(folder / KINDS["drug"], rows, drugs)
    write_wording(folder / WORDING, {"cell_line": cells, "drug": rows})
    return folder, tables, tmp_path


def vectors_of(corpus, **settings):
    folder, tables, place = corpus
    text = json.dumps({"encoder": "e", "kind": "random", "dimensions": 6, **settings})
    encode_corpus(text, folder, place / "out.parquet", tables=tables)
    return read_vectors(place / "out.parquet")


def matrix(vectors, kind):
    return np.array(list(vectors[kind].values()))


def test_the_file_holds_both_kinds_and_says_how_it_was_made(corpus):
    vectors, metadata = vectors_of(corpus, kind="lsa", dimensions=5)
    assert list(vectors["cell_line"]) == ["c1", "c2", "c3", "c4"]
    assert list(vectors["drug"]) == ["Alphanib", "Betamide", "Deltamab", "Gammacillin"]
    assert vectors["drug"]["Betamide"].dtype == np.float32
    wanted = {"encoder": "e", "revision": "lsa", "dim": "5", "truncated": "0"}
    assert wanted.items() <= metadata.items()
    before = (corpus[2] / "out.parquet").read_bytes()
    vectors_of(corpus, kind="lsa", dimensions=5)
    assert (corpus[2] / "out.parquet").read_bytes() == before


def test_the_variants_of_the_text_question(corpus):
    plain = vectors_of(corpus)[0]
    assert not matrix(vectors_of(corpus, kind="none")[0], "drug").any()
    assert np.abs(matrix(vectors_of(corpus, seed=1)[0], "drug") - matrix(plain, "drug")).max() > 0.1
    only = vectors_of(corpus, only="drug")[0]
    assert not matrix(only, "cell_line").any()
    np.testing.assert_array_equal(matrix(only, "drug"), matrix(plain, "drug"))
    shuffled = vectors_of(corpus, shuffle=True)[0]
    for kind in KINDS:
        assert np.abs(matrix(shuffled, kind) - matrix(plain, kind)).max() > 0.1
        np.testing.assert_array_equal(np.sort(matrix(shuffled, kind), axis=0), np.sort(matrix(plain, kind), axis=0))


def test_skipping_cuts_the_start_and_leaves_no_empty_text(corpus):
    whole = vectors_of(corpus, kind="lsa", dimensions=3)[0]
    cut, metadata = vectors_of(corpus, kind="lsa", dimensions=3, skip_characters=12)
    assert metadata["cut_away_whole"] == "0"
    assert np.abs(matrix(cut, "drug") - matrix(whole, "drug")).max() > 1e-3


def test_a_text_that_is_cut_away_whole_tells_nothing_and_is_counted(corpus, monkeypatch, caplog):
    read = {}
    monkeypatch.setattr("clmt.vectors.encode.encode", lambda texts, *rest: read.update(texts) or encode(texts, *rest))
    metadata = vectors_of(corpus, kind="lsa", dimensions=3, skip_characters=33)[1]
    assert read["drug Betamide"] == "This compound is a compound of the data set."
    assert read["cell_line c2"] == "This cell line is a cell line of the data set."
    assert read["drug Gammacillin"] == "3."  # the longest of them keeps its end
    assert metadata["cut_away_whole"] == str(sum(text.endswith("of the data set.") for text in read.values()))
    assert f"{metadata['cut_away_whole']} of 8 texts are taken away whole" in caplog.text


def test_hidden_names_change_the_vectors_and_need_the_tables(corpus):
    folder, _, place = corpus
    plain = vectors_of(corpus, kind="lsa", dimensions=3)[0]
    hidden = vectors_of(corpus, kind="lsa", dimensions=3, hide_names=True)[0]
    assert np.abs(matrix(hidden, "drug") - matrix(plain, "drug")).max() > 1e-3
    with pytest.raises(ClmtError, match="--tables"):
        encode_corpus(json.dumps({**LSA, "hide_names": True}), folder, place / "x.parquet")
    with pytest.raises(ClmtError, match="got: 'drugs', expected one of: cell_line, drug"):
        encode_corpus(json.dumps({**LSA, "only": "drugs"}), folder, place / "x.parquet")
    assert not (place / "x.parquet").exists()


def test_lsa_computes_on_one_thread_whatever_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several threads add up in another order, so that the last digits would depend on --cores."""
    seen: list[int] = []
    decompose = TruncatedSVD.fit_transform

    def watched(self: TruncatedSVD, matrix: Any, y: Any = None) -> Any:
        seen.extend(pool["num_threads"] for pool in threadpool_info())
        return decompose(self, matrix, y)

    monkeypatch.setattr(TruncatedSVD, "fit_transform", watched)
    texts = [f"kinase {word} inhibits growth of {word} cells" for word in ("alpha", "beta", "gamma", "delta")]
    with threadpool_limits(2):
        ENCODERS["lsa"](texts, {"dimensions": 2}, None)
    assert set(seen) == {1}
