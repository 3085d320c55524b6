"""A GPU's encoder and estimators, with stand-ins for what is not on the machine."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import papertrends as pt

PAGE = (Path(__file__).parents[1] / "docs" / "gpu.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


class DeviceArray:
    """An array that is not NumPy's and turns into one when asked, as cuML's do."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.shape, self.dtype = values.shape, values.dtype

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __getitem__(self, key: Any) -> Any:
        return DeviceArray(self.values[key])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.values, dtype=dtype)


class KeptOnDevice(DeviceArray):
    """An array as CuPy has them: it leaves the device only when told to."""

    def get(self) -> np.ndarray:
        return self.values

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(self.refusal)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise TypeError(self.refusal)

    refusal = "Implicit conversion to a NumPy array is not allowed. Please use `.get()`"


class UMAP:
    """The two main axes and more, with the interface and arrays of cuML's UMAP."""

    arrays: type[DeviceArray] = DeviceArray

    def __init__(self, *, n_components: int = 2, **options: Any) -> None:
        assert set(options) <= {"n_neighbors", "min_dist", "random_state"}
        self.n_components = n_components

    def fit(self, vectors: np.ndarray, y: Any = None) -> UMAP:
        assert type(vectors) is np.ndarray
        assert vectors.dtype == np.float32  # cuML has no more
        self.mean = vectors.mean(axis=0)
        *_, axes = np.linalg.svd(vectors - self.mean, full_matrices=False)
        self.axes = axes[: self.n_components].T
        return self

    def transform(self, vectors: np.ndarray) -> DeviceArray:
        return self.arrays((vectors - self.mean) @ self.axes)

    def fit_transform(self, vectors: np.ndarray, y: Any = None) -> DeviceArray:
        return self.fit(vectors, y).transform(vectors)


class HDBSCAN:
    """Groups by the sign of two axes, and a tenth in none, with cuML's interface and arrays."""

    arrays: type[DeviceArray] = DeviceArray

    def __init__(self, *, min_cluster_size: int = 5, prediction_data: bool = False) -> None:
        assert prediction_data

    def fit(self, places: np.ndarray, y: Any = None) -> HDBSCAN:
        groups = self._groups(np.asarray(places))
        self.labels_ = self.arrays(groups)
        self.probabilities_ = self.arrays((groups >= 0).astype(np.float32))
        return self

    def predict(self, places: np.ndarray) -> DeviceArray:
        return self.arrays(self._groups(np.asarray(places)))

    @staticmethod
    def _groups(places: np.ndarray) -> np.ndarray:
        size = np.linalg.norm(places[:, :2], axis=1)
        groups = 2 * (places[:, 0] > 0) + (places[:, 1] > 0)
        return np.where(size > np.quantile(size, 0.1), groups, -1).astype(np.int32)


class Model:
    """A SentenceTransformer: words, each in a place of its own among 64."""

    max_seq_length = 256
    devices: list[str | None]

    def __init__(self, name: str, device: str | None = None) -> None:
        self.devices.append(device)

    def state_dict(self) -> dict[str, Any]:
        return {}

    def encode(self, texts: list[str], **options: Any) -> DeviceArray:
        assert options["normalize_embeddings"]
        counts = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w{5,}", text.casefold()):
                counts[row, sum(map(ord, word)) % 64] += 1
        counts += 1e-3
        return DeviceArray(counts / np.linalg.norm(counts, axis=1, keepdims=True))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put stand-ins where torch, sentence-transformers and cuML would be."""
    contents: dict[str, dict[str, Any]] = {
        "torch": {"empty": lambda size, *, device: None},
        "sentence_transformers": {"SentenceTransformer": Model},
        "cuml": {},
        "cuml.cluster": {"HDBSCAN": HDBSCAN},
        "cuml.manifold": {"UMAP": UMAP},
    }
    for name, content in contents.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(Model, "devices", [], raising=False)


@pytest.fixture(scope="module")
def bertopic() -> Any:
    """Return BERTopic, imported before stand-ins could be taken for the real packages."""
    return pytest.importorskip("bertopic")


class Counts:
    """An encoder of one's own that takes no time."""

    name = "counts"

    def encode(self, texts: list[str], *, progress: Any = None) -> np.ndarray:
        counts = np.asarray(Model.encode(Model.__new__(Model), texts, normalize_embeddings=True))
        return counts.astype(np.float32)


def test_every_example_is_python() -> None:
    assert len(EXAMPLES) == 3
    for example in EXAMPLES:
        compile(example, "docs/gpu.md", "exec")


@pytest.mark.slow
@pytest.mark.usefixtures("bertopic", "machine")
def test_the_examples_run(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").symlink_to(data)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for example in EXAMPLES:
        exec(compile(example, "docs/gpu.md", "exec"), names)
    assert Model.devices == ["cuda", "cuda:1"]
    assert (tmp_path / "report.html").is_file()
    assert (tmp_path / "shares.html").is_file()
    analysis, model = names["analysis"], names["model"]
    assert analysis.settings["encoder"] == "sentence-transformers/all-mpnet-base-v2"
    discovered = model.themes.query("kind == 'discovered'")
    assert len(discovered) >= 2
    # As the page says of a BERTopic of one's own.
    assert discovered["stability"].isna().all()
    assert set(discovered["parent"]) <= {"", *model.themes.query("kind == 'named'")["theme_id"]}
    assert getattr(names["own"], "topics_", None) is None
    assert isinstance(model.bertopic.hdbscan_model, HDBSCAN)
    assert names["trends"].groupby("theme_id").size().eq(2).all()
    later = names["papers"].assign(paper_id="t:" + names["papers"].index.astype(str))
    assert set(model.assign(later)["theme_id"]) <= set(model.themes["theme_id"])


@pytest.fixture
def own(bertopic: Any) -> Any:
    """Return a BERTopic with cuML-like estimators in it."""
    umap, hdbscan = UMAP(n_components=5), HDBSCAN(prediction_data=True)
    return bertopic.BERTopic(umap_model=umap, hdbscan_model=hdbscan)


@pytest.mark.slow
def test_arrays_of_another_kind_make_the_same_themes_as_those_of_numpy(
    own: Any, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = pt.load_papers(data)
    theirs = pt.ThemeModel(encoder=Counts(), bertopic=own).fit(papers)
    for estimator in (UMAP, HDBSCAN):
        monkeypatch.setattr(estimator, "arrays", np.asarray)
    plain = pt.ThemeModel(encoder=Counts(), bertopic=own).fit(papers)
    pd.testing.assert_frame_equal(theirs.themes, plain.themes)
    pd.testing.assert_frame_equal(theirs.memberships, plain.memberships)
    assert theirs.themes["n_papers"].max() >= 10


@pytest.mark.slow
def test_arrays_that_stay_on_the_device_are_refused_in_one_line(
    own: Any, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HDBSCAN, "arrays", KeptOnDevice)
    wrong = r"the BERTopic given cannot be fitted on 150 papers \(.*NumPy.*\); leave it out, change"
    with pytest.raises(pt.InputError, match=wrong):
        pt.ThemeModel(encoder=Counts(), bertopic=own).fit(pt.load_papers(data))
