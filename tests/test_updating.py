"""New dumps for a store: what is kept, what is added, and that no run is ever half done."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from papertrends import InputError, analyse, open_store, update
from papertrends.encoders.lsa import unit_rows
from papertrends.results import Analysis

SUBJECTS = {
    "graphs": "graph node edge message passing neighbourhood spectral link molecule community",
    "speech": "speech audio speaker voice acoustic phoneme recording transcript prosody accent",
    "robots": "robot grasp manipulation arm gripper contact object tactile motor trajectory",
    "vision": "image segmentation pixel detection camera scene mask depth photo texture",
}
NEW = "protein folding amino residue enzyme binding sequence structure ligand peptide"


class Bag:
    """A quick encoder that counts the texts it is given: hashed words."""

    name = "bag of words"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: object = None) -> np.ndarray:
        self.seen += texts
        rows = np.zeros((len(texts), 48))
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").split():
                key = hashlib.sha256(word.encode()).digest()
                row[key[0] % 48] += 1 if key[1] % 2 else -1
        return unit_rows(rows + 1e-3)


def paper(words: str, number: int, chance: random.Random) -> str:
    own = words.split()
    first, second = chance.sample(own, 2)
    said = [" ".join(chance.sample(own, 6)) for _ in range(4)]
    title = f"On {first} and {second} number {number}"
    return f"{title}\n\nThe {said[0]} of it. We study {said[1]}. Then {said[2]}, and {said[3]}."


def dump(folder: Path, day: str, papers: Sequence[str]) -> Path:
    date = pd.Timestamp(day)
    head = f"Daily Papers\n\nbyAK and the research community\n\n{date:%b} {date.day}\n\n"
    path = folder / f"{day}.txt"
    path.write_text(head + "\n\n".join(papers) + "\n")
    return path


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twelve digests of eight papers of four subjects."""
    folder, chance = tmp_path_factory.mktemp("dumps"), random.Random(7)
    paths = []
    for day in range(12):
        kinds = [chance.choice(sorted(SUBJECTS)) for _ in range(8)]
        papers = [
            paper(SUBJECTS[kind], 10 * day + number, chance) for number, kind in enumerate(kinds)
        ]
        paths.append(dump(folder, f"2025-03-{day + 1:02d}", papers))
    return paths


@pytest.fixture(scope="module")
def first(dumps: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the first eight digests."""
    path = tmp_path_factory.mktemp("first") / "papers.duckdb"
    analyse(dumps[:8], themes=["speech", "robot grasp"], encoder=Bag(), store=path)
    return path


@pytest.fixture
def store(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(first, tmp_path / "papers.duckdb"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def grown(store: Path, *inputs: Path, **options: object) -> Analysis:
    return update(inputs, store=store, encoder=Bag(), **options)  # type: ignore[arg-type]


def test_a_first_run_makes_a_store_that_gives_its_tables_again(
    first: Path, dumps: list[Path]
) -> None:
    plain = analyse(dumps[:8], themes=["speech", "robot grasp"], encoder=Bag())
    kept = open_store(first)
    for name, table in plain.tables.items():
        if name != "history":
            pd.testing.assert_frame_equal(getattr(kept, name), table, obj=name)
    assert kept.history["event"].tolist() == ["born"] * len(plain.themes)
    assert kept.history["theme_id"].tolist() == plain.themes["theme_id"].tolist()
    assert kept.runs["command"].tolist() == ["report"]
    assert kept.files["source"].tolist() == [path.name for path in dumps[:8]]
    assert kept.digests["n_papers"].tolist() == [8] * 8
    assert len(kept.vectors) == 64


def test_a_store_is_never_written_over(first: Path, dumps: list[Path]) -> None:
    before = sha256(first)
    with pytest.raises(InputError, match=r"there is a file of this name.*papertrends update"):
        analyse(dumps[8], encoder=Bag(), store=first)
    assert sha256(first) == before


def test_old_papers_keep_their_themes_to_the_digit(store: Path, dumps: list[Path]) -> None:
    old = open_store(store)
    found = grown(store, *dumps[8:])
    kept = found.memberships[found.memberships["paper_id"].isin(old.papers["paper_id"])]
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), old.memberships)
    same = ["theme_id", "name", "kind", "keywords", "stability", "parent"]
    pd.testing.assert_frame_equal(found.themes[same].head(len(old.themes)), old.themes[same])
    places = found.map[found.map["paper_id"].isin(old.map["paper_id"])]
    pd.testing.assert_frame_equal(places.reset_index(drop=True), old.map)
    assert found.papers["paper_id"].nunique() == 96
    assert set(found.memberships["paper_id"]) | set(found.unassigned["paper_id"]) == set(
        found.papers["paper_id"]
    )


def test_new_papers_are_put_where_they_belong(store: Path, dumps: list[Path]) -> None:
    old = open_store(store)
    found = grown(store, *dumps[8:])
    subject = {
        row["paper_id"]: next(
            kind
            for kind, words in SUBJECTS.items()
            if set(row["title"].split()) & set(words.split())
        )
        for row in found.papers.to_dict("records")
    }
    primary = found.memberships[found.memberships["primary"]].copy()
    primary["subject"] = primary["paper_id"].map(subject)
    is_old = primary["paper_id"].isin(old.papers["paper_id"])
    usual = primary[is_old].groupby("theme_id")["subject"].agg(lambda kinds: kinds.mode()[0])
    new = primary[~is_old]
    assert len(new) >= 28
    assert (new["subject"] == new["theme_id"].map(usual)).mean() > 0.9


def test_only_new_papers_are_embedded(
    store: Path, dumps: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PAPERTRENDS_CACHE", str(tmp_path / "empty"))
    encoder = Bag()
    update(dumps, store=store, encoder=encoder)
    assert len(encoder.seen) == 32
    assert all("number 8" in text or "number 9" in text or "number 1" in text
               for text in encoder.seen)  # fmt: skip
    again = Bag()
    update(store=store, encoder=again, refit=True)
    assert again.seen == []
    assert open_store(store).runs["n_embedded"].tolist() == [64, 32, 0]


def test_the_same_update_twice_changes_nothing_and_says_so(
    store: Path, dumps: list[Path], tmp_path: Path
) -> None:
    one = grown(store, *dumps[:10])
    assert any("added to the store: 16 rows, 16 papers" in line for line in one.news)
    before = sha256(store)
    two = grown(store, *dumps[:10])
    assert sha256(store) == before
    assert two.news[-1].startswith("nothing new: the store has all of these papers already")
    one.write_report(tmp_path / "one.html")
    two.write_report(tmp_path / "two.html")
    assert sha256(tmp_path / "one.html") == sha256(tmp_path / "two.html")


def test_a_file_with_none_but_known_papers_is_told_of(store: Path, tmp_path: Path) -> None:
    known = open_store(store).papers.head(3)
    texts = [f"{title}\n\n{text}" for title, text in zip(known["title"], known["abstract"],
                                                         strict=True)]  # fmt: skip
    path = dump(tmp_path, "2025-03-01", texts)
    before = sha256(store)
    found = grown(store, path)
    assert "and 3 that the store has already" in " ".join(found.news)
    assert sha256(store) == before


def test_a_known_paper_in_a_new_digest_is_listed_again_and_nothing_else(
    store: Path, tmp_path: Path
) -> None:
    known = open_store(store).papers.head(2)
    texts = [f"{title}\n\n{text}" for title, text in zip(known["title"], known["abstract"],
                                                         strict=True)]  # fmt: skip
    old = open_store(store)
    found = grown(store, dump(tmp_path, "2025-04-01", texts))
    assert len(found.papers) == 66
    pd.testing.assert_frame_equal(found.memberships, old.memberships)
    assert open_store(store).runs["n_embedded"].tolist() == [64, 0]


def test_a_late_digest_takes_its_place_in_time(store: Path, tmp_path: Path) -> None:
    late = dump(tmp_path, "2025-02-01", [paper(SUBJECTS["speech"], 900, random.Random(1))])
    found = grown(store, late)
    assert found.papers["digest_date"].iloc[0] == pd.Timestamp("2025-02-01")
    assert found.papers["digest_date"].is_monotonic_increasing
    assert found.trends["period"].min() == pd.Timestamp("2025-02-01")
    assert open_store(store).digests["run"].tolist() == [2] + [1] * 8


def test_in_ten_steps_or_in_one(store: Path, dumps: list[Path], tmp_path: Path) -> None:
    steps = Path(shutil.copy(store, tmp_path / "steps.duckdb"))
    later = dumps[8:]
    for path in (later[2], later[0], later[3], later[1]):
        last = grown(steps, dumps[0], path)
    once = grown(store, *later)
    pd.testing.assert_frame_equal(last.papers, once.papers)
    built = [open_store(path).digests.drop(columns="run") for path in (steps, store)]
    pd.testing.assert_frame_equal(*built)
    every = {path.name for path in dumps}
    for found in (last, once):
        assert [file.file for file in found.load_report.files] == sorted(every)
        assert [file["file"] for file in found.manifest()["files"]] == sorted(every)
        report = found.write_report(tmp_path / "r.html").read_text()
        assert all(name in report for name in every)


def test_a_theme_that_starts_is_found_and_breaks_no_other(store: Path, tmp_path: Path) -> None:
    chance = random.Random(3)
    old = open_store(store)
    mixed = [paper(NEW, number, chance) for number in range(500, 512)]
    mixed += [paper(words, 600 + number, chance) for number, words in enumerate(SUBJECTS.values())]
    found = grown(store, dump(tmp_path, "2025-03-20", mixed))
    born = found.history[(found.history["event"] == "born") & (found.history["run"] == 2)]
    assert len(born) == 1
    row = born.iloc[0]
    assert (row["by"], row["date"]) == ("update", pd.Timestamp("2025-03-20"))
    members = found.memberships[found.memberships["theme_id"] == row["theme_id"]]
    titles = found.papers.set_index("paper_id")["title"]
    numbers = [int(titles[key].split()[-1]) for key in members["paper_id"]]
    assert len(numbers) >= 11
    assert all(500 <= number < 512 for number in numbers)
    assert members["primary"].all()
    assert set(row["papers"].split(", ")) <= set(members["paper_id"])
    assert set(old.themes["theme_id"]) <= set(found.themes["theme_id"])
    changed = found.what_changed.set_index("theme_id")
    assert changed.loc[row["theme_id"], "status"] == "new"
    assert any("born" in line for line in found.news)
    # ... and it stays the theme of those that come later.
    later = [paper(NEW, number, random.Random(number)) for number in range(700, 710)]
    again = grown(store, dump(tmp_path, "2025-03-21", later))
    assert not (again.history["run"] == 3).any()
    mine = again.memberships[again.memberships["theme_id"] == row["theme_id"]]
    assert len(mine) >= len(members) + 7


def test_a_refit_keeps_what_the_papers_bear_out(store: Path, dumps: list[Path]) -> None:
    old = open_store(store)
    found = grown(store, *dumps[8:9], refit=True)
    before = old.memberships[old.memberships["primary"]].set_index("paper_id")["theme_id"]
    after = found.memberships[found.memberships["primary"]].set_index("paper_id")["theme_id"]
    assert (after.reindex(before.index) == before).mean() >= 0.95
    names = found.themes.set_index("theme_id")["name"]
    for key, name in zip(old.themes["theme_id"], old.themes["name"], strict=True):
        assert names.get(key, name) == name
    moved = found.what_changed
    np.testing.assert_allclose(moved["move"], moved["move_papers"] + moved["move_themes"])
    assert open_store(store).runs["command"].tolist() == ["report", "update --refit"]
    assert open_store(store).runs["n_fitted"].tolist() == [64, 72]


def test_many_papers_since_the_themes_were_learned_are_told_of(
    store: Path, dumps: list[Path]
) -> None:
    assert not any("--refit" in note for note in grown(store, dumps[8]).notes)
    told = [note for note in grown(store, *dumps[9:]).notes if "--refit" in note]
    assert told == [
        "The themes were learned from 64 papers, and 32 have come since: 'papertrends update "
        "--refit' learns them anew."
    ]


def test_inputs_may_come_one_by_one(store: Path, dumps: list[Path]) -> None:
    found = update((path for path in dumps[8:10]), store=store, encoder=Bag())
    assert found.papers["paper_id"].nunique() == 80


def test_without_anything_to_add_it_gives_the_analysis_of_the_store(store: Path) -> None:
    found = grown(store)
    assert found.news == ("nothing was given to add: the store is as it was",)
    pd.testing.assert_frame_equal(found.themes, open_store(store).themes)


def test_bad_dumps_and_stores_are_refused_and_change_nothing(
    store: Path, dumps: list[Path], tmp_path: Path
) -> None:
    before = sha256(store)
    with pytest.raises(InputError, match="there is no such file"):
        grown(store, tmp_path / "gone.txt")
    other = Bag()
    other.name = "other"
    with pytest.raises(InputError, match="fitted with the encoder 'bag of words', not 'other'"):
        update(dumps[8], store=store, encoder=other)
    with pytest.raises(InputError, match=r"there is no such store.*report --store"):
        grown(tmp_path / "gone.duckdb", dumps[8])
    assert sha256(store) == before
    (tmp_path / "noise.duckdb").write_bytes(bytes(range(256)) * 99)
    with pytest.raises(InputError, match=r"noise\.duckdb: "):
        grown(tmp_path / "noise.duckdb", dumps[8])
    reduced = tmp_path / "reduced.duckdb"
    open_store(store).write_reduced(reduced)
    with pytest.raises(InputError, match="reduced to its tables"):
        grown(reduced, dumps[8])


def killed(store: Path, new: Path, after: float) -> bool:
    """Update in a process that is killed after some seconds; say whether it was."""
    child = os.fork()
    if child == 0:
        try:
            grown(store, new)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment_the_store_is_as_before_or_as_after(
    first: Path, dumps: list[Path], tmp_path: Path
) -> None:
    whole = Path(shutil.copy(first, tmp_path / "whole.duckdb"))
    start = time.perf_counter()
    grown(whole, dumps[8])
    seconds = time.perf_counter() - start
    states = {64, 72}
    chance, seen, times = random.Random(11), set(), 0
    for _ in range(20):
        store = Path(shutil.copy(first, tmp_path / "papers.duckdb"))
        times += killed(store, dumps[8], chance.uniform(0, 1.2 * seconds))
        n_papers = open_store(store).papers["paper_id"].nunique()
        assert n_papers in states
        seen.add(n_papers)
    assert times >= 8
    assert 64 in seen
    found = grown(store, *dumps[8:10])
    assert found.papers["paper_id"].nunique() == 80
    left = [path.name for path in tmp_path.iterdir() if "papertrends-new" in path.name]
    assert left == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_of_two_updates_at_once_none_is_lost(store: Path, dumps: list[Path]) -> None:
    children = []
    for path in dumps[8:11]:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                grown(store, path)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 3
    kept = open_store(store)
    assert kept.papers["paper_id"].nunique() == 88
    assert kept.runs["run"].tolist() == [1, 2, 3, 4]
    assert sorted(kept.files["source"]) == [path.name for path in dumps[:11]]
