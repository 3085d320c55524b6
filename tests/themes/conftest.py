"""A small made-up field with four groups of papers, and an encoder that needs no model."""

from __future__ import annotations

import hashlib
import random
import re
import runpy
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.themes import endpoint
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

fake = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fake_endpoint.py"))))

DIMENSIONS = 64
N_EACH = 12

GROUPS = {
    "diffusion": "denoising diffusion samplers|noise schedules|image synthesis|pixel guidance"
    "|score matching|latent autoencoders",
    "protein": "protein folding|amino residues|molecular docking|binding pockets"
    "|enzyme sequences|structural biology",
    "speech": "speech recognition|acoustic features|phoneme alignment|speaker voices"
    "|audio transcripts|spoken dialogue",
    "prompt": "prompt learning|soft prompts|prompt tuning|frozen backbones"
    "|prompt templates|learnable prompts",
}
TITLES = (
    "On {} with {}",
    "{}: rethinking {}",
    "Scaling {} beyond {}",
    "What {} owes to {}",
)
SENTENCES = (
    "We study {} together with {}.",
    "Our results on {} hold for {} as well.",
    "Most earlier attempts at {} ignored {}.",
    "Theory links {} to {}.",
)
PROMPTS = Theme(
    "prompt learning",
    aliases=("soft prompts", "prompt tuning", "learnable prompts"),
    description="Learning soft prompts for frozen backbones.",
)
GHOST = Theme("quantum gravity", aliases=("loop quantisation",))


class BagEncoder:
    """Words hashed to signed places: the same text always gives the same vector."""

    def __init__(self, name: str = "bag-of-words") -> None:
        self.name = name
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: Any = None) -> np.ndarray:
        self.encoded.extend(texts)
        rows = np.zeros((len(texts), DIMENSIONS))
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                digest = hashlib.sha256(word.rstrip("s").encode()).digest()
                rows[row, digest[0] % DIMENSIONS] += 1.0 if digest[1] % 2 else -1.0
            if not rows[row].any():
                rows[row, 0] = 1.0
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def made_up_papers(n_each: int = N_EACH, groups: Sequence[str] = tuple(GROUPS)) -> pd.DataFrame:
    """Return papers of the groups in two digests, the first of each group in both."""
    rows = []
    for group in groups:
        for number in range(n_each):
            chance = random.Random(f"{group} {number}")
            topics = GROUPS[group].split("|")

            def pair(chance: random.Random = chance, topics: list[str] = topics) -> list[str]:
                return chance.sample(topics, 2)

            title = chance.choice(TITLES).format(*pair())
            abstract = " ".join(sentence.format(*pair()) for sentence in SENTENCES)
            rows.append((f"{group}-{number:02}", f"{title} ({number})", abstract, number % 2))
            if number == 0:
                rows.append((*rows[-1][:3], 1))
    frame = pd.DataFrame(rows, columns=["paper_id", "title", "abstract", "digest"])
    frame["digest_date"] = pd.Timestamp("2025-07-31") + pd.to_timedelta(frame["digest"] * 5, "D")
    frame["position"] = frame.groupby("digest_date").cumcount() + 1
    return frame.assign(source="made-up").drop(columns="digest")


@pytest.fixture(scope="session")
def bag_encoder() -> type[BagEncoder]:
    return BagEncoder


@pytest.fixture(scope="session")
def make_papers() -> Any:
    return made_up_papers


@pytest.fixture(scope="session")
def papers() -> pd.DataFrame:
    return made_up_papers()


@pytest.fixture(scope="session")
def themes() -> tuple[Theme, Theme]:
    """Return a theme with papers and one without any."""
    return PROMPTS, GHOST


@pytest.fixture(scope="session")
def fitted(papers: pd.DataFrame, themes: tuple[Theme, Theme]) -> ThemeModel:
    """Return a model fitted once for all tests; none of them may change it."""
    return ThemeModel(themes, encoder=BagEncoder(), seed=0).fit(papers)


@pytest.fixture
def server() -> Iterator[Any]:
    """Return a label endpoint of our own."""
    made = fake.Server()
    yield made
    made.close()


#: A second one, that nobody should go to.
elsewhere = server


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep keys and proxies of whoever runs the tests out, and do not wait."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    for name in (*fake.KEYS, *proxies):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(endpoint, "_WAITS", (0.0, 0.0))
