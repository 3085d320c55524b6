"""An export is every table, the manifest and the summary: all of it or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import papertrends.export as exporting
from papertrends.errors import InputError
from papertrends.export import export, write_table
from papertrends.results import Analysis


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_summary_stands_beside_the_manifest_and_reruns_give_the_same_bytes(
    analysis: Analysis, tmp_path: Path
) -> None:
    folder = analysis.export(tmp_path / "out")
    first = contents(folder)
    tables = {f"{name}.{ending}" for name, _ in analysis.tables.items() for ending in
              ("csv", "parquet", "json")}  # fmt: skip
    assert set(first) == tables | {"manifest.json", "papers.bib", "summary.json"}
    assert first["summary.json"].decode() == analysis.summary.to_json()
    assert contents(analysis.export(folder)) == first
    assert contents(analysis.export(tmp_path / "again")) == first


def test_the_summary_agrees_with_the_tables_beside_it(analysis: Analysis, tmp_path: Path) -> None:
    folder = analysis.export(tmp_path)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    themes = pd.read_csv(folder / "themes.csv").set_index("theme_id")
    trends = pd.read_csv(folder / "trends.csv").set_index(["theme_id", "period"])
    changes = pd.read_csv(folder / "changes.csv").set_index("theme_id")
    assert {card["theme_id"] for card in summary["themes"]} == set(themes.index)
    assert "tables" not in summary
    for card in summary["themes"]:
        theme_id = card["theme_id"]
        assert card["name"] == themes.loc[theme_id, "name"]
        assert card["n_papers"] == themes.loc[theme_id, "n_papers"]
        assert card["change"]["verdict"] == changes.loc[theme_id, "verdict"]
        assert card["change"]["q_value"] == pytest.approx(changes.loc[theme_id, "q_value"])
        assert card["points"]
        for point in card["points"]:
            row = trends.loc[(theme_id, point["period"])]
            assert (point["n_theme"], point["n_papers"]) == (row["n_theme"], row["n_papers"])
            assert point["share"] == pytest.approx(row["share"])


def test_json_is_read_back_as_the_table(analysis: Analysis, tmp_path: Path) -> None:
    folder = analysis.export(tmp_path)
    for name, table in analysis.tables.items():
        rows = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert len(rows) == len(table), name
        assert all(list(row) == list(table) for row in rows), name
    papers = pd.read_json(folder / "papers.json")
    days = pd.to_datetime(papers["digest_date"])
    assert days.tolist() == analysis.papers["digest_date"].tolist()
    assert papers["title"].tolist() == analysis.papers["title"].tolist()
    names = dict(zip(analysis.themes["theme_id"], analysis.themes["name"], strict=True))
    bib = (folder / "papers.bib").read_text(encoding="utf-8")
    assert bib.count("@misc{") == analysis.papers["paper_id"].nunique()
    assert next(iter(names.values())).split("&")[0] in bib


def test_json_has_dates_blanks_and_infinities_that_any_reader_takes(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "day": pd.to_datetime(["2025-07-31", None, None]),
            "effect": [float("inf"), float("-inf"), float("nan")],
            "n": pd.array([1, None, 3], dtype="Int64"),
            "on": [True, False, True],
            "text": ['"é"\n', "", "\ud800"],
        }
    )
    write_table(table, tmp_path / "t.json")
    assert (tmp_path / "t.json").read_text(encoding="utf-8") == (
        '[\n{"day": "2025-07-31", "effect": 1e999, "n": 1, "on": true, "text": "\\"é\\"\\n"},\n'
        '{"day": null, "effect": -1e999, "n": null, "on": false, "text": ""},\n'
        '{"day": null, "effect": null, "n": 3, "on": true, "text": "?"}\n]\n'
    )
    back = pd.read_json(tmp_path / "t.json")
    assert back["effect"].tolist()[:2] == [float("inf"), float("-inf")]
    write_table(table.head(0), tmp_path / "none.json")
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_text_that_no_file_can_hold_is_replaced(analysis: Analysis, tmp_path: Path) -> None:
    export(analysis.tables, {}, tmp_path, summary='{"title": "\ud800"}\n')
    assert json.loads((tmp_path / "summary.json").read_bytes()) == {"title": "?"}


def test_without_a_summary_there_is_none(analysis: Analysis, tmp_path: Path) -> None:
    export(analysis.tables, {}, tmp_path)
    assert not (tmp_path / "summary.json").exists()
    assert (tmp_path / "manifest.json").read_text() == "{}\n"


def test_a_folder_in_the_way_leaves_all_as_it_was(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "summary.json").mkdir()
    (tmp_path / "changes.csv").write_text("old")
    with pytest.raises(
        InputError, match=r"'summary\.json' is a folder; choose another folder"
    ) as refused:
        analysis.export(tmp_path)
    assert str(refused.value).startswith(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changes.csv", "summary.json"]
    assert (tmp_path / "changes.csv").read_text() == "old"


def test_a_failure_before_the_end_leaves_an_earlier_export_whole(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(analysis.export(tmp_path))

    def full(table: pd.DataFrame, path: Path) -> None:
        if path.stem == "history":
            raise OSError("disk full")
        path.write_bytes(b"new")

    monkeypatch.setattr(exporting, "write_parquet", full)
    with pytest.raises(InputError, match=r"cannot be written to \(disk full\); make room"):
        analysis.export(tmp_path)
    assert contents(tmp_path) == before
