"""Fits and checks the weights with which named themes weigh their evidence.

Usage: python benchmarks/named_themes.py ARCHIVE.parquet

Labels were made by language models reading title and abstract, not by people
(``tests/data/labels_*.csv``: 1 about it, 0 not, u unclear; the two dumps by two readings,
unclear where they differ). The two dumps and the half of the
archive's labels marked ``develop`` fit the weights; each theme's figures come from weights
fitted without that theme. The half marked ``report`` is never fitted on. The archive's texts
are not part of this repository: ARCHIVE.parquet needs arxiv_id, title, abstract, digest_date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from papertrends.encoders import LSA, cache_folder, encode_cached, resolve_encoder
from papertrends.papers import load_papers
from papertrends.themes.fitted import corpus_of, one_row_each, texts_of_papers
from papertrends.themes.named import EVIDENCE, WordSpace, describe, fit_theme
from papertrends.themes.theme import BUILT_IN, Theme

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "named_themes.json"
#: Papers of the archive without a label that are read beside those with one.
BACKGROUND = 720

THEMES = (
    *BUILT_IN,
    Theme("LLM agents", aliases=("agent", "agentic", "multi-agent")),
    Theme(
        "reinforcement learning with verifiable rewards",
        aliases=("RLVR", "GRPO", "verifiable rewards", "rule-based rewards"),
    ),
    Theme("vision-language-action models", aliases=("VLA", "robot policy")),
    Theme("3D Gaussian splatting", aliases=("3DGS", "Gaussian splatting")),
    Theme("state-space models", aliases=("SSM", "Mamba")),
)


def archive_papers(path: str, labels: pd.DataFrame) -> pd.DataFrame:
    """Return the labelled papers of the archive and a sample of others."""
    table = duckdb.read_parquet(path).df().drop_duplicates("arxiv_id")
    table["abstract"] = [" ".join(text.split()) for text in table["abstract"]]
    known = table["arxiv_id"].isin(labels.index)
    some = pd.concat([table[known], table[~known].sample(BACKGROUND, random_state=1)])
    return some.assign(paper_id="arxiv:" + some["arxiv_id"], source="archive", position=1)


def evidence_rows(papers: pd.DataFrame, labels: pd.DataFrame, corpus_name: str) -> pd.DataFrame:
    """Return a row of evidence for each labelled pair of paper and theme, both ways of asking."""
    unique = one_row_each(papers)
    texts = texts_of_papers(unique)
    encoder = resolve_encoder("auto")
    vectors = encode_cached(encoder, texts, cache_folder())
    corpus = corpus_of(unique, vectors, LSA.fit(texts))
    space = WordSpace.fit(texts)
    nobody = np.zeros(len(texts), dtype=bool)
    labelled = unique["paper_id"].isin(labels.index).to_numpy()
    ids = unique.loc[labelled, "paper_id"]
    tables = []
    for theme in THEMES:
        if theme.theme_id not in labels:
            continue
        for asked, by in ((theme, "with aliases"), (Theme(theme.title), "name only")):
            vector = encode_cached(encoder, [describe(asked)], cache_folder())[0]
            _, evidence, _ = fit_theme(
                asked, vector.astype(float), corpus, space, examples=nobody, not_examples=nobody
            )
            table = pd.DataFrame(evidence[labelled], columns=list(EVIDENCE))
            table["label"] = labels.loc[ids, theme.theme_id].to_numpy()
            table["half"] = labels.loc[ids, "half"].to_numpy()
            tables.append(table.assign(corpus=corpus_name, theme=theme.theme_id, asked=by))
    rows = pd.concat(tables, ignore_index=True)
    return rows[rows["label"].isin(["0", "1"])].assign(label=lambda r: (r["label"] == "1") * 1)


def fitted(rows: pd.DataFrame) -> object:
    """Return a logistic regression of the label on the evidence."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    return model.fit(rows[list(EVIDENCE)], rows["label"])


def figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Return precision, recall and F1 of each theme with weights fitted without it."""
    develop = rows[rows["half"] == "develop"]
    result = []
    for keys, group in rows.groupby(["half", "corpus", "asked", "theme"]):
        model = fitted(develop[develop["theme"] != keys[-1]])
        found = model.predict(group[list(EVIDENCE)]) == 1
        about = group["label"].to_numpy() == 1
        hits = (found & about).sum()
        scores = {
            "precision": hits / max(found.sum(), 1),
            "recall": hits / max(about.sum(), 1),
            "f1": 2 * hits / max(found.sum() + about.sum(), 1),
            "n": int(about.sum()),
        }
        result.append(dict(zip(("half", "corpus", "asked", "theme"), keys, strict=True)) | scores)
    return pd.DataFrame(result).round(3)


def main() -> None:
    """Print weights and figures, and keep them."""
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/named_themes.py ARCHIVE.parquet")
    dumps = pd.read_csv(ROOT / "tests/data/labels_dumps.csv", dtype=str).set_index("paper_id")
    archive = pd.read_csv(ROOT / "tests/data/labels_archive.csv", dtype=str).set_index("arxiv_id")
    papers = archive_papers(sys.argv[1], archive)
    archive.index = "arxiv:" + archive.index
    rows = pd.concat(
        [
            evidence_rows(load_papers(ROOT / "data"), dumps.assign(half="develop"), "two dumps"),
            evidence_rows(papers, archive, "archive"),
        ]
    )
    scaler, regression = fitted(rows[rows["half"] == "develop"])
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - weights @ scaler.mean_)
    table = figures(rows)
    print(table.to_string())
    print(table.groupby(["half", "corpus", "asked"])["f1"].mean().round(3).to_string())
    print("WEIGHTS =", tuple(weights.round(3).tolist()), "INTERCEPT =", round(intercept, 3))
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "weights": dict(zip(EVIDENCE, weights.round(3).tolist(), strict=True)),
        "intercept": round(intercept, 3),
        "figures": table.to_dict("records"),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
