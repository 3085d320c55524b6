"""Fits and checks the weights with which named themes weigh their evidence.

Usage: python benchmarks/named_themes.py ARCHIVE.parquet

Labels were made by language models reading title and abstract, not by people
(``tests/data/labels_*.csv``: 1 about it, 0 not, u unclear or two readings differ). The 620 papers
of the archive are some 165 at random, and others drawn among those where the words of a theme, or
their meaning, are near: more cases in doubt than in a day's digest. The two dumps and the half of
the archive's labels marked ``develop`` fit the weights; a theme's figures come from weights
fitted without that theme's labels. The half marked ``report`` is never fitted on. The archive's
texts are not part of this repository: ARCHIVE.parquet needs arxiv_id, title, abstract,
digest_date.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from papertrends.encoders import LSA, cache_folder, encode_cached, resolve_encoder
from papertrends.papers import load_papers
from papertrends.themes import evidence
from papertrends.themes.evidence import EVIDENCE, Corpus, WordSpace
from papertrends.themes.fitted import corpus_of, one_row_each, texts_of_papers
from papertrends.themes.named import describe, fit_theme
from papertrends.themes.theme import BUILT_IN, Theme, as_themes, read_themes

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "named_themes.json"
#: Papers of the archive without a label that are read beside those with one.
BACKGROUND = 400

THEMES = (*BUILT_IN, *read_themes(ROOT / "tests" / "data" / "themes_archive.toml"))
#: The evidence that the first weights see: all but the classifier that is trained on them.
FIRST = list(EVIDENCE[:-1])
#: The third way to ask: with the aliases that the thesaurus knows for the name. Its entries were
#: written knowing titles of the archive, so no weight is fitted on it.
THESAURUS = "name, by thesaurus"
KEYS = ["half", "corpus", "asked", "theme"]


@dataclass(frozen=True)
class Reading:
    """A corpus as named themes read it."""

    name: str
    corpus: Corpus
    space: WordSpace


def archive_papers(path: str, labels: pd.DataFrame) -> pd.DataFrame:
    """Return the labelled papers of the archive and a sample of others."""
    table = duckdb.read_parquet(path).df().drop_duplicates("arxiv_id")
    table["abstract"] = [" ".join(text.split()) for text in table["abstract"]]
    known = table["arxiv_id"].isin(labels.index)
    some = pd.concat([table[known], table[~known].sample(BACKGROUND, random_state=1)])
    return some.assign(paper_id="arxiv:" + some["arxiv_id"], source="archive", position=1)


def read_corpus(papers: pd.DataFrame, name: str) -> Reading:
    """Return one row a paper, with everything the evidence is taken from."""
    unique = one_row_each(papers)
    texts = texts_of_papers(unique)
    vectors = encode_cached(resolve_encoder("auto"), texts, cache_folder())
    return Reading(name, corpus_of(unique, vectors, LSA.fit(texts)), WordSpace.fit(texts))


def evidence_rows(theme: Theme, reading: Reading, labels: pd.DataFrame) -> pd.DataFrame:
    """Return a row of evidence for each paper labelled for a theme, both ways of asking."""
    ids = pd.Series(reading.corpus.paper_ids)
    labelled = ids.isin(labels.index).to_numpy()
    nobody = np.zeros(len(ids), dtype=bool)
    tables = []
    (known,) = as_themes([theme.title])
    ways = {"with aliases": theme, "name only": Theme(theme.title), THESAURUS: known}
    for by, asked in ways.items():
        vector = encode_cached(resolve_encoder("auto"), [describe(asked)], cache_folder())[0]
        _, rows, _ = fit_theme(
            asked,
            vector.astype(float),
            reading.corpus,
            reading.space,
            examples=nobody,
            not_examples=nobody,
        )
        table = pd.DataFrame(rows[labelled], columns=list(EVIDENCE))
        table["label"] = labels.loc[ids[labelled], theme.theme_id].to_numpy()
        table["half"] = labels.loc[ids[labelled], "half"].to_numpy()
        tables.append(table.assign(corpus=reading.name, theme=theme.theme_id, asked=by))
    rows = pd.concat(tables, ignore_index=True)
    return rows[rows["label"].isin(["0", "1"])].assign(label=lambda r: (r["label"] == "1") * 1)


def all_rows(readings: list[tuple[Reading, pd.DataFrame]]) -> pd.DataFrame:
    """Return the evidence of all themes, with the first weights that are set."""
    return pd.concat(
        [
            evidence_rows(theme, reading, labels)
            for reading, labels in readings
            for theme in THEMES
            if theme.theme_id in labels
        ],
        ignore_index=True,
    )


def fitted_on(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that weights may be fitted on."""
    return rows[(rows["half"] == "develop") & (rows["asked"] != THESAURUS)]


def weights_of(rows: pd.DataFrame, columns: list[str]) -> tuple[tuple[float, ...], float]:
    """Return weights and intercept of a logistic regression of the label on the evidence."""
    scaler, regression = make_pipeline(StandardScaler(), LogisticRegression(C=1.0)).fit(
        rows[columns], rows["label"]
    )
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - weights @ scaler.mean_)
    fitted = dict(zip(columns, weights.round(3).tolist(), strict=True))
    every = dict.fromkeys(EVIDENCE, 0.0) | fitted
    return tuple(every.values()), round(intercept, 3)


def set_first(rows: pd.DataFrame) -> None:
    """Let the second classifiers be trained on a first score with weights from `rows`."""
    evidence.FIRST_WEIGHTS, evidence.FIRST_INTERCEPT = weights_of(rows, FIRST)


def held_out(rows: pd.DataFrame, readings: list[tuple[Reading, pd.DataFrame]]) -> pd.DataFrame:
    """Return precision, recall and F1 of each theme with weights that never saw its labels."""
    develop = fitted_on(rows)
    result = []
    for theme in THEMES:
        others = develop[develop["theme"] != theme.theme_id]
        set_first(others)
        weights, intercept = weights_of(others, list(EVIDENCE))
        for reading, labels in readings:
            if theme.theme_id not in labels:
                continue
            own = evidence_rows(theme, reading, labels)
            own["found"] = own[list(EVIDENCE)].to_numpy() @ np.array(weights) + intercept >= 0
            for keys, group in own.groupby(KEYS):
                found, about = group["found"].to_numpy(), group["label"].to_numpy() == 1
                hits = (found & about).sum()
                scores = {
                    "precision": hits / max(found.sum(), 1),
                    "recall": hits / max(about.sum(), 1),
                    "f1": 2 * hits / max(found.sum() + about.sum(), 1),
                    "n": int(about.sum()),
                }
                result.append(dict(zip(KEYS, keys, strict=True)) | scores)
    return pd.DataFrame(result).sort_values(KEYS).round(3)


def main() -> None:
    """Print weights and figures, and keep them."""
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/named_themes.py ARCHIVE.parquet")
    dumps = pd.read_csv(ROOT / "tests/data/labels_dumps.csv", dtype=str).set_index("paper_id")
    archive = pd.read_csv(ROOT / "tests/data/labels_archive.csv", dtype=str).set_index("arxiv_id")
    papers = archive_papers(sys.argv[1], archive)
    archive.index = "arxiv:" + archive.index
    readings = [
        (read_corpus(load_papers(ROOT / "data"), "two dumps"), dumps.assign(half="develop")),
        (read_corpus(papers, "archive"), archive),
    ]
    rows = all_rows(readings)
    set_first(fitted_on(rows))
    first = (evidence.FIRST_WEIGHTS, evidence.FIRST_INTERCEPT)
    rows = all_rows(readings)
    weights = weights_of(fitted_on(rows), list(EVIDENCE))
    table = held_out(rows, readings)
    print(table.to_string())
    means = table.groupby(KEYS[:3])["f1"].mean().round(3)
    print(means.to_string())
    print("FIRST_WEIGHTS =", first[0], "FIRST_INTERCEPT =", first[1])
    print("WEIGHTS =", weights[0], "INTERCEPT =", weights[1])
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "first": dict(zip(EVIDENCE, first[0], strict=True)) | {"intercept": first[1]},
        "weights": dict(zip(EVIDENCE, weights[0], strict=True)) | {"intercept": weights[1]},
        "macro_f1": means.reset_index().to_dict("records"),
        "figures": table.to_dict("records"),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
