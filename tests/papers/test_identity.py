"""When two records are one paper."""

import pytest

from papertrends.papers.identity import agree, normalised, paper_id, title_key

LONG = (
    "We present a method that trains a small language model to check each step of a longer chain "
    "of reasoning, and show on four benchmarks that it finds more mistakes than a large one."
)
REVISED = (
    "In this work, we present a method that trains a small language model to check every step of a "
    "chain of reasoning; on six benchmarks it finds more mistakes than a large one does."
)
OTHER = (
    "Robots that fold laundry need to know what cloth is. We collect a data set of ten thousand "
    "shirts in the hands of two arms and learn a policy from it that folds nine of ten of them."
)


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "A Title: With Words",
            "a title  with words",
            "A TITLE — with words!",
            "A Title: With\nWords",
        ],
        ["Attention v2", "attention", "Attention (v2)", "Attention [v3]", "Attention  v10 "],
        [
            r"$\beta$-VAE for $\mathcal{O}(n^2)$ Data",
            "β-VAE for O(n²) data",
            "beta-VAE for O(n2) Data",
        ],
        [r"M\"obius and Erd\H{o}s at Universit\'{e} Gau\ss", "Möbius and Erdős at Université Gauß"],
        [r"\textsc{Fast} {\em and} \textbf{Small}", "Fast and Small"],
        [r"A $\times$ B $\rightarrow$ C", "A × B → C", "A B C"],
        [r"Caf\'e \o l\ae", "Café ølæ"],
        [r"$\varepsilon$-greedy", "ε-greedy", "ϵ-greedy"],
        ["ﬁne-tuning", "fine-tuning", "fine\u2011tuning", "fine tuning", "Fine-Tuning"],
    ],
)
def test_spellings_of_one_title(spellings):
    assert len({title_key(title) for title in spellings}) == 1
    assert len({paper_id(title) for title in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SAM", "SAM 2"),
        ("YOLOv8", "YOLO"),
        ("v2", ""),
        ("Nets v2", "Nets V3"),
        ("PanGu V2", "PanGu"),
        ("αβ", "αγ"),
        (r"$\alpha$", r"$\gamma$"),
        ("A C", "A C++ D"),
        ("论文一", "论文二"),
    ],
)
def test_titles_of_two_papers(one, other):
    assert title_key(one) != title_key(other)


def test_a_title_without_letters_is_a_title():
    assert title_key("???") == "???" != title_key("!!!")
    assert title_key(r"\\")
    assert title_key("$$")


def test_ascii_and_other_text_are_normalised_alike():
    for text in ("A b-C 12_3!", "naive", "???", " x  "):
        beside = normalised(text + " ü").removesuffix("ü")
        assert normalised(text) == beside or not beside


def test_abstracts_that_agree():
    assert agree(LONG, LONG)
    assert agree(LONG, LONG[:90])
    assert agree(LONG[:90] + "…", LONG)
    assert agree(LONG, LONG.upper().replace(" ", "\n"))
    assert agree(LONG, REVISED)
    assert agree(REVISED, LONG)
    assert not agree(LONG, OTHER)
    assert not agree("One word.", "Another word.")
