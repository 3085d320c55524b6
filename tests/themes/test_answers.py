"""Answers kept on the disk: the first one counts, whoever else was at it."""

from __future__ import annotations

import threading
from pathlib import Path

from papertrends.themes.answers import keep, key_of, recall


def test_of_two_runs_at_once_both_go_on_with_the_first_answer(tmp_path: Path) -> None:
    kept: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: kept.append(keep(tmp_path, "key", f"answer {n}")))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 8
    assert set(kept) == {recall(tmp_path, "key")}
    assert recall(tmp_path, "other key") is None


def test_keys_tell_apart_who_is_asked_and_what() -> None:
    assert len({key_of("a", "b", "c"), key_of("a", "bc", ""), key_of("ab", "c", "")}) == 3
