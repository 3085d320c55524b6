"""Different papers with nearly the same abstract are found, whatever the order."""

import random

import pandas as pd
import pytest

from papertrends.papers.near_duplicates import near_duplicates

WORDS = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("a", "el", "io", "un", "ix", "ort")]


def abstract(seed, length=120):
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def changed(text, every):
    words = text.split()
    words[::every] = ["other"] * len(words[::every])
    return " ".join(words)


def table(*abstracts):
    ids = [f"t:{number:03d}" for number in range(len(abstracts))]
    titles = [f"Title {number}" for number in range(len(abstracts))]
    return pd.DataFrame({"paper_id": ids, "title": titles, "abstract": list(abstracts)})


def found(papers):
    return {(one.paper_id, one.other_id): one.similarity for one in near_duplicates(papers)}


def test_pairs_and_how_alike_they_are():
    text = abstract(0)
    papers = table(text, abstract(1), changed(text, 60), changed(text, 6), text.upper() + ".")
    pairs = found(papers)
    assert set(pairs) == {("t:000", "t:002"), ("t:000", "t:004"), ("t:002", "t:004")}
    assert pairs["t:000", "t:004"] == 1
    # Two words of 120 are exchanged: 4 of 118 runs go (the first word is in one run only).
    runs = [tuple(text.split()[i : i + 3]) for i in range(118)]
    kept = set(runs) - {runs[0], runs[58], runs[59], runs[60]}
    assert pairs["t:000", "t:002"] == pytest.approx(len(kept) / (len(set(runs)) + 4))


def test_the_order_of_papers_and_their_digests_do_not_matter():
    text = abstract(0)
    papers = table(text, *(abstract(seed) for seed in range(1, 40)), changed(text, 50))
    assert found(papers) == found(papers.iloc[::-1])
    assert found(pd.concat([papers, papers])) == found(papers)
    assert len(found(papers)) == 1


def test_of_many_copies_each_is_told_once():
    assert len(near_duplicates(table(*[abstract(0)] * 40))) == 40 * 39 / 2
    assert len(near_duplicates(table(*[abstract(0)] * 400))) == 399


def test_short_texts_and_none():
    assert near_duplicates(table()) == ()
    assert found(table("One.", "one", "two words", "Two words", "...", "")) == {
        ("t:000", "t:001"): 1,
        ("t:002", "t:003"): 1,
        ("t:004", "t:005"): 1,
    }


def test_alike_is_told_from_not_alike_at_seven_tenths():
    texts = [abstract(seed) for seed in range(200)]
    near = [changed(text, 30) for text in texts]  # four of 120 words: about 0.8
    far = [changed(text, 9) for text in texts]  # fourteen of 120: about 0.5
    pairs = found(table(*texts, *near, *far))
    close = {(f"t:{n:03d}", f"t:{n + 200:03d}") for n in range(200)}
    assert len(close & set(pairs)) >= 198
    assert not set(pairs) - close
