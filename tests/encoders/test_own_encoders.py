"""What users bring as encoders: transformers, models, vectors; and what these return."""

from __future__ import annotations

import json
import pickle
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from papertrends import fits
from papertrends.encoders import GivenVectors, encode_cached, resolve_encoder
from papertrends.encoders.own import OwnModel, OwnTransformer, fitted_on, is_fitted
from papertrends.encoders.returned import checked_vectors, unit_length
from papertrends.errors import InputError
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

SUBJECTS = ("soft prompts tune frozen models", "protein folding of amino residues")
WORDS = "noise graph kernel oracle margin sparse regret policy tensor prior lemma fourier".split()
THEME = Theme("prompt tuning", ("soft prompts",))


def some_papers(n_papers: int = 12) -> pd.DataFrame:
    chance = random.Random(0)
    rows = [
        (f"p{number:02}", f"Study {number}", f"{SUBJECTS[number % 2]} {' '.join(words)}")
        for number in range(n_papers)
        for words in [chance.choices(WORDS, k=9)]
    ]
    frame = pd.DataFrame(rows, columns=["paper_id", "title", "abstract"])
    return frame.assign(digest_date=pd.Timestamp("2025-08-05"))


PAPERS = some_papers()
TEXTS = PAPERS["abstract"].tolist()
VECTORS = np.random.default_rng(0).normal(size=(len(PAPERS), 6))


def pipeline(dimensions: int = 4) -> Any:
    return make_pipeline(TfidfVectorizer(), TruncatedSVD(dimensions))


def fit(encoder: Any, papers: pd.DataFrame = PAPERS) -> ThemeModel:
    return ThemeModel([THEME], encoder=encoder).fit(papers)


class Model:
    """Has ``encode`` and no name, as a model2vec StaticModel has."""

    def __init__(self, seed: int = 0) -> None:
        self.rows = np.random.default_rng(seed).normal(size=(256, 8))
        self.sizes: list[int] = []

    def encode(self, sentences: Sequence[str], *, show_progress_bar: bool = False) -> np.ndarray:
        assert isinstance(sentences, list)
        self.sizes.append(len(sentences))
        return np.stack([self.rows[list(text.encode())].sum(axis=0) for text in sentences])


class Returning:
    """An encoder that returns what it is told to."""

    name = "told"

    def __init__(self, returned: Any) -> None:
        self.returned = returned

    def encode(self, texts: Sequence[str], *, progress: Any = None) -> Any:
        return self.returned


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        (None, "the encoder 'told' returned a NoneType, not an array"),
        ([[1.0], [1.0, 2.0]], "'told' returned a list that is no array of numbers"),
        (np.ones(2), r"returned an array of shape \(2,\) for 2 texts; return an .* \(2, d\)"),
        (np.ones((3, 4)), r"returned an array of shape \(3, 4\) for 2 texts"),
        (np.ones((0, 4)), r"returned an array of shape \(0, 4\) for 2 texts"),
        (np.ones((2, 3, 4)), r"shape \(2, 3, 4\) for 2 texts"),
        (np.ones((2, 0)), r"shape \(2, 0\): vectors without numbers"),
        (np.full((2, 3), "x"), r"shape \(2, 3\) of <U1, not of numbers"),
        (np.ones((2, 3), dtype=bool), "of bool, not of numbers"),
        (np.array([[1.0], [np.nan]]), "with nan in 1 of its rows, first in row 1"),
        (np.array([[1e300], [1.0]]), "with inf in 1 of its rows, first in row 0"),
    ],
)
def test_what_an_encoder_returns_is_told_by_its_shape(
    returned: Any, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=problem):
        encode_cached(Returning(returned), ["a", "b"], tmp_path)
    assert not list(tmp_path.iterdir())  # nothing of it is kept


def test_another_width_later_is_told() -> None:
    with pytest.raises(
        InputError,
        match=r"shape \(2, 4\), 4 numbers a text, where its vectors had 3 before; .* \(2, 3\)",
    ):
        checked_vectors(np.ones((2, 4)), 2, "told", width=3)
    model = fit(Model())
    model.get_params()["encoder"].rows = np.ones((256, 5))
    with pytest.raises(InputError, match="5 numbers a text, where its vectors had 8 before"):
        model.assign(PAPERS.head(2).assign(paper_id=["new", "newer"]))


def test_sparse_vectors_are_made_dense_where_they_are_narrow() -> None:
    assert checked_vectors(csr_matrix((2, 2048)), 2, "told").shape == (2, 2048)
    with pytest.raises(
        InputError, match=r"sparse matrix of shape \(2, 2049\), and at most 2,048.* TruncatedSVD"
    ):
        checked_vectors(csr_matrix((2, 2049)), 2, "told")


def test_vectors_are_cut_to_length_one_and_zeros_stay() -> None:
    cut = unit_length(np.array([[3e30, 4e30], [0, 0], [0, 1e-30]], dtype=np.float32))
    np.testing.assert_allclose(cut, [[0.6, 0.8], [0, 0], [0, 1]], rtol=1e-6)
    unit = np.array([[0.6, 0.8]], dtype=np.float32)
    assert unit_length(unit) is unit


def test_vectors_that_are_all_zero_tell_nothing_apart() -> None:
    with pytest.raises(InputError, match="all 12 vectors of the encoder 'own-vectors/6' are zero"):
        fit(VECTORS * 0)


def test_a_transformer_is_copied_and_the_copy_fitted() -> None:
    own = pipeline()
    model = fit(own)
    assert not is_fitted(own)
    assert own[1].random_state is None
    assert model.get_params()["encoder"] is own
    fitted = model.encoder.transformer
    assert is_fitted(fitted)
    assert fitted[1].random_state == 0
    assert model.encoded.shape == (12, 4)
    shuffled = fit(pipeline(), PAPERS.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled.memberships, model.memberships)
    assert shuffled.encoder_name == model.encoder_name


def test_a_fitted_transformer_is_taken_as_it_is() -> None:
    own = pipeline().fit(TEXTS)
    before = own[1].components_.copy()
    assert fit(own).encoder.transformer is own
    np.testing.assert_array_equal(own[1].components_, before)


def test_transformers_are_told_apart_by_what_they_learned() -> None:
    one = fitted_on(pipeline(), TEXTS)
    assert pickle.loads(pickle.dumps(one)).name == one.name  # noqa: S301 (our own bytes)
    assert re.fullmatch(r"own-transformer/Pipeline-[0-9a-f]{16}", one.name)
    others = [fitted_on(pipeline(), TEXTS[:-1]), fitted_on(pipeline(3), TEXTS)]
    assert len({one.name, *(other.name for other in others)}) == 3


def test_a_transformer_of_no_texts_is_refused() -> None:
    with pytest.raises(
        InputError,
        match=r"the StandardScaler given as encoder cannot read 12 texts \(.*TfidfVectorizer",
    ):
        fit(StandardScaler())
    with pytest.raises(InputError, match="is the class TfidfVectorizer, not an object of it; give"):
        fit(TfidfVectorizer)
    with pytest.raises(InputError, match="the Pipeline given as encoder is not fitted; give the"):
        resolve_encoder(pipeline())


def test_a_transformer_that_is_none_of_scikit_learns() -> None:
    class Plain:
        def fit(self, texts: Any, y: Any = None) -> Any:
            self.n_ = len(texts)
            return self

        def transform(self, texts: Any) -> Any:
            return [[float(len(text)), self.n_] for text in texts]

    own = Plain()
    model = fit(own)
    assert not hasattr(own, "n_")
    assert model.encoder.transformer.n_ == 12


def test_a_model_is_read_in_batches_and_never_cached(tmp_path: Path) -> None:
    model = Model()
    own = resolve_encoder(model)
    assert isinstance(own, OwnModel)
    for _ in range(2):
        vectors = encode_cached(own, ["some text"] * 1_500, tmp_path)
    assert not list(tmp_path.iterdir())
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert model.sizes.count(1024) == 2
    assert resolve_encoder(Model()).name == own.name != resolve_encoder(Model(1)).name


def test_model2vec() -> None:
    pytest.importorskip("model2vec")
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = sorted({word for text in TEXTS for word in text.split()})
    tokenizer = Tokenizer(
        models.WordLevel({word: row for row, word in enumerate(["[UNK]", *words])}, "[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    table = np.random.default_rng(0).normal(size=(len(words) + 1, 16)).astype(np.float32)
    model = fit(StaticModel(table, tokenizer))
    assert model.encoder_name.startswith("own-model/StaticModel-")
    assert model.encoded.shape == (12, 16)


def test_vectors_by_row_by_id_and_in_a_mapping_are_the_same() -> None:
    frame = pd.DataFrame(VECTORS, index=PAPERS["paper_id"])
    by_row = fit(VECTORS)
    for given in (frame, frame[::-1].reset_index(), dict(zip(frame.index, VECTORS, strict=True))):
        model = fit(given)
        np.testing.assert_array_equal(model.encoded, by_row.encoded)
        pd.testing.assert_frame_equal(model.memberships, by_row.memberships)
    np.testing.assert_array_equal(model.encoded, unit_length(VECTORS.astype(np.float32)))
    assert "learned from words, by ridge regression on 12 papers" in by_row.notes[0]


def test_rows_of_an_array_are_those_of_the_table_in_any_order() -> None:
    order = np.random.default_rng(1).permutation(12)
    again = pd.concat([PAPERS.iloc[order], PAPERS.head(1).assign(digest_date="2025-09-01")])
    vectors = np.vstack([VECTORS[order], np.ones((1, 6))])  # of a later listing of p00
    np.testing.assert_array_equal(fit(vectors, again).encoded, fit(VECTORS).encoded)


def test_papers_with_one_text_keep_their_own_vectors() -> None:
    same = PAPERS.assign(title="A title", abstract="The very same")
    assert len(np.unique(fit(VECTORS, same).encoded, axis=0)) == 12


def test_what_is_no_vector_of_the_papers_is_told() -> None:
    frame = pd.DataFrame(VECTORS, index=PAPERS["paper_id"])
    for given, problem in (
        (VECTORS[:5], r"array of shape \(5, 6\), and the papers table has 12 rows of 12 papers"),
        (VECTORS[:, 0], r"array of shape \(12,\), and the papers table has 12 rows"),
        (frame.iloc[:10], "none of the paper 'p10' and 1 more, of 12 papers; give a DataFrame"),
        (frame.reset_index(drop=True), r"its index is 0, 1, 2, \.\.\.: set_index"),
        (pd.concat([frame, frame.tail(1)]), "the paper 'p11' has more than one vector; keep"),
        (frame.assign(x="a"), "the column 'x' of the vectors is .*, not numbers"),
        (frame.replace(VECTORS[2, 0], np.nan), "vector given of the paper 'p02' holds numbers"),
        ({"p00": [1.0], "p01": [1.0, 2.0]}, r"different shapes or none: \(1,\), \(2,\)"),
    ):
        with pytest.raises(InputError, match=problem):
            fit(given)


def test_new_papers_have_their_vectors_in_the_table_or_are_told() -> None:
    new = PAPERS.head(1).assign(paper_id="new")
    table = pd.DataFrame(VECTORS, index=PAPERS["paper_id"])
    table.loc["new"] = VECTORS[0]
    assert set(fit(table).assign(new)["paper_id"]) <= {"new"}
    with pytest.raises(InputError, match="none of the paper 'new', of 1 papers"):
        fit(VECTORS).assign(new)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (VECTORS, "encoder=vectors, a DataFrame of vectors with the paper_id as its index"),
        (pipeline(), "encoder=transformer, as it was fitted"),
        (Model(), "encoder=model, the loaded model"),
    ],
)
def test_a_saved_model_says_what_to_give_again(given: Any, what: str, tmp_path: Path) -> None:
    model = fit(given)
    model.save(tmp_path / "model")
    new = PAPERS.tail(1).assign(paper_id="new")
    plain = ThemeModel.load(tmp_path / "model")
    pd.testing.assert_frame_equal(plain.memberships, model.memberships)
    with pytest.raises(InputError, match="an encoder of one's own, 'own-.*give it again: " + what):
        plain.assign(new)
    with pytest.raises(
        InputError, match=r"fitted with the encoder 'own-.*', not 'own-model/Model-"
    ):
        ThemeModel.load(tmp_path / "model", encoder=Model(7)).assign(new)
    again = ThemeModel.load(tmp_path / "model", encoder=model.encoder)
    pd.testing.assert_frame_equal(again.assign(PAPERS), model.memberships)
    if given is not VECTORS:
        pd.testing.assert_frame_equal(again.assign(new), model.assign(new))


def test_no_fit_of_one_is_taken_for_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(*_: Any) -> str:
        raise AssertionError("looked for a kept fit")

    monkeypatch.setattr(fits, "_fingerprint", kept)
    for given in (VECTORS, pipeline(), Model()):
        model = fits.fit_cached(PAPERS, (THEME,), encoder=given, seed=0)
        assert model.encoder_name.startswith("own-")
        assert json.dumps(model.plain_params())


def test_an_array_alone_is_no_encoder() -> None:
    with pytest.raises(InputError, match="an array of vectors does not say which papers"):
        resolve_encoder(VECTORS)
    table = resolve_encoder(pd.DataFrame(VECTORS, index=PAPERS["paper_id"]))
    assert isinstance(table, GivenVectors)
    with pytest.raises(InputError, match="a table of vectors, which has none of 1 further texts"):
        table.encode(["a theme"])
    assert isinstance(resolve_encoder(pipeline().fit(TEXTS)), OwnTransformer)
