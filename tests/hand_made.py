"""What a store remembers of the first real dump, with themes made by hand: no search is needed.

Two named themes, broad themes of three groups of papers with finer ones under two of
them, and one that lies under a named theme.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from papertrends.arrivals import Arrivals
from papertrends.counting import put_together
from papertrends.encoders.lsa import LSA
from papertrends.memory import Memory, first_memory
from papertrends.papers import load
from papertrends.runs import Step, conclude
from papertrends.tables import MAP, THEMES, conform
from papertrends.themes.centroids import Centroids
from papertrends.themes.corrections import Correction
from papertrends.themes.evidence import WordSpace
from papertrends.themes.examples import examples_among
from papertrends.themes.fitted import (
    Fitted,
    can_be_primary,
    corpus_of,
    memberships_of,
    near_misses_of,
    one_row_each,
    texts_of_papers,
)
from papertrends.themes.growth import counted
from papertrends.themes.named import describe
from papertrends.themes.search import find_named
from papertrends.themes.theme import Theme
from papertrends.versions import versions

DUMPS = Path(__file__).parents[1] / "data"
FIRST, SECOND = sorted(DUMPS.glob("*.txt"))
DIMENSIONS = 48
NAMED = (
    Theme("fine-tuning", aliases=("SFT", "instruction tuning")),
    Theme("prompt learning", aliases=("prompt tuning", "prompts")),
)
#: Id, name and parent of the discovered themes.
FOUND = (
    ("vision", "Vision & language", ""),
    ("vision-video", "Video", "vision"),
    ("vision-images", "Images", "vision"),
    ("reasoning", "Reasoning", ""),
    ("reasoning-steps", "Steps", "reasoning"),
    ("reasoning-search", "Search", "reasoning"),
    ("agents", "Agents", ""),
    ("instructions", "Instructions", "fine-tuning"),
    ("instructions-code", "Code", "instructions"),
)


class BagEncoder:
    """Words hashed to signed places: the same text always gives the same vector."""

    name = "bag-of-words"

    def encode(self, texts: Sequence[str], *, progress: Any = None) -> np.ndarray:
        rows = np.zeros((len(texts), DIMENSIONS))
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                digest = hashlib.sha256(word.encode()).digest()
                rows[row, digest[0] % DIMENSIONS] += 1.0 if digest[1] % 2 else -1.0
            rows[row, 0] += 1e-3
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def remembered() -> Memory:
    """Return what is remembered of a first run over the first dump."""
    loaded = load([FIRST])
    unique = one_row_each(loaded.papers)
    texts = texts_of_papers(unique)
    encoder = BagEncoder()
    encoded, lsa = encoder.encode(texts), LSA.fit(texts)
    corpus = corpus_of(unique, encoded, lsa)
    space = WordSpace.fit(texts)
    vectors = encoder.encode([describe(theme) for theme in NAMED])
    named = find_named(NAMED, vectors, corpus, space, examples_among(NAMED, unique))
    parents = [_place(parent) for _, _, parent in FOUND]
    groups = _groups(corpus.joined.astype(np.float64))
    centroids = Centroids.fit(corpus.joined, groups, parents)
    found = np.minimum(centroids.score_fitted(corpus.joined, groups), 0.79)
    for column, group in enumerate(groups):
        if parents[column] >= 0:
            found[:, column] = 0.0
        found[group, column] = np.maximum(found[group, column], 0.6 + 0.1 * (parents[column] >= 0))
    scores = np.hstack([named.scores, found])
    ids, theme_ids = list(corpus.paper_ids), (*named.ids, *(key for key, _, _ in FOUND))
    primary = can_be_primary(len(NAMED), centroids)
    memberships, unassigned = memberships_of(ids, theme_ids, scores, primary)
    fitted = Fitted(
        encoder.name,
        lsa,
        space,
        named.fitted,
        centroids,
        theme_ids[len(NAMED) :],
        counted(_themes(named.stability), memberships, loaded.papers),
        memberships,
        unassigned,
        near_misses_of(ids, theme_ids, scores),
        conform(pd.DataFrame({"paper_id": ids, "x": 0.0, "y": 0.0}), MAP),
        (),
    )
    tables = put_together(
        loaded.papers, fitted, fitted.themes, by="digest", date="digest", count="every"
    )
    return first_memory(
        tables,
        fitted,
        encoded,
        load_report=loaded.report,
        settings=_settings(encoder.name),
        versions=versions(),
        remarks=(),
    )


def _settings(encoder: str) -> dict[str, Any]:
    return {
        "by": "digest",
        "by_asked": "auto",
        "date": "digest",
        "count": "every",
        "year": None,
        "seed": 0,
        "encoder": encoder,
        "encoder_asked": encoder,
        "themes": [theme.as_dict() for theme in NAMED],
        "labels_from": None,
    }


def _place(parent: str) -> int:
    ids = [key for key, _, _ in FOUND]
    return ids.index(parent) if parent in ids else -1


def _themes(stability: Sequence[float]) -> pd.DataFrame:
    rows = [
        (theme.theme_id, theme.title, "named", round(one, 6), "")
        for theme, one in zip(NAMED, stability, strict=True)
    ] + [(key, name, "discovered", 0.8, parent) for key, name, parent in FOUND]
    columns = ["theme_id", "name", "kind", "stability", "parent"]
    table = pd.DataFrame(rows, columns=columns)
    return conform(table.assign(keywords="some, words", n_papers=0), THEMES)


def _groups(points: np.ndarray) -> list[np.ndarray]:
    """Return the rows of the papers of each of `FOUND`: the last eighth is in none but one."""
    left = np.arange(len(points) * 7 // 8)
    groups = []
    for size in (28, 20, 12):
        middle = points[left].mean(axis=0)
        far = left[np.argmin(points[left] @ middle)]
        order = left[np.argsort(-(points[left] @ points[far]), kind="stable")]
        groups.append(np.sort(order[:size]))
        left = np.setdiff1d(left, groups[-1])
    vision, reasoning, agents = groups
    some = np.sort(np.concatenate([left[:4], np.arange(len(points) - 3, len(points))]))
    return [
        vision, vision[:10], vision[10:19], reasoning, reasoning[:7], reasoning[7:14], agents,
        some, some[:3],
    ]  # fmt: skip


def corrected(
    memory: Memory, correction: Correction, names: dict[str, str] | None = None
) -> Memory:
    """Return what is remembered after a correction, which must be consistent."""
    step = Step(
        correction.fitted,
        memory.encoded,
        memory.lsa,
        correction.events,
        names=names or {},
        definitions=correction.definitions,
        barred=correction.barred,
    )
    arrivals = Arrivals.none(memory.papers)
    after = conclude(memory, step, arrivals, command="themes", by="person")
    check_consistent(after)
    return after


def names_of(memory: Memory) -> dict[str, str]:
    """Return what each theme there ever was is called."""
    rows = memory.registry.themes
    return dict(zip(rows["theme_id"], rows["name"], strict=True))


def papers_in(memory: Memory, theme: str, *, primary: bool = False) -> set[str]:
    """Return the papers of a theme, or those whose primary one it is."""
    rows = memory.fitted.memberships
    rows = rows[rows["theme_id"] == theme]
    return set(rows.loc[rows["primary"] | (not primary), "paper_id"])


def parents_of(memory: Memory) -> dict[str, str]:
    """Return what each theme is part of."""
    themes = memory.tables.themes
    return dict(zip(themes["theme_id"], themes["parent"], strict=True))


def check_consistent(memory: Memory) -> None:
    """Check that themes, memberships, registry and model of `memory` fit each other."""
    fitted, tables = memory.fitted, memory.tables
    members, themes = tables.memberships, tables.themes
    ids, parents = (
        set(fitted.theme_ids),
        dict(zip(themes["theme_id"], themes["parent"], strict=True)),
    )
    assert list(fitted.theme_ids) == list(fitted.themes["theme_id"]) == list(themes["theme_id"])
    assert set(memory.registry.active) == ids
    assert members["score"].between(0.5, 1.0).all()
    assert not members.duplicated(["paper_id", "theme_id"]).any()
    primary = members[members["primary"]]
    can_be = dict(zip(fitted.theme_ids, fitted.can_be_primary, strict=True))
    assert primary["paper_id"].is_unique
    assert all(can_be[key] for key in primary["theme_id"])
    inside, outside = set(members["paper_id"]), set(tables.unassigned["paper_id"])
    assert set(primary["paper_id"]) == inside
    assert inside | outside == set(tables.papers["paper_id"])
    assert not inside & outside
    assert tables.unassigned["paper_id"].is_unique
    assert (tables.unassigned["score"] < 0.5).all()
    assert set(tables.unassigned["nearest_theme"]) <= ids | {""}
    pairs, near = (
        set(zip(table["paper_id"], table["theme_id"], strict=True))
        for table in (members, tables.near_misses)
    )
    assert not pairs & near
    assert set(tables.near_misses["theme_id"]) <= ids
    pd.testing.assert_frame_equal(counted(themes, members, tables.papers), conform(themes, THEMES))
    assert set(parents.values()) <= ids | {""}
    found = fitted.discovered_ids
    for key, above in zip(found, fitted.centroids.parents.tolist(), strict=True):
        assert (found[above] if above >= 0 else "") == (
            parents[key] if parents[key] in found else ""
        )
    for key, above in parents.items():
        if above in found:
            of = {
                one: set(members.loc[members["theme_id"] == one, "paper_id"])
                for one in (key, above)
            }
            assert of[key] <= of[above]
    assert np.allclose(np.linalg.norm(fitted.centroids.centres, axis=1), 1.0)
    assert (memory.registry.history["reason"] != "").all()
