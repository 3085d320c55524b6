"""The wrong frame is named: which call, which table, which column, what it holds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

import papertrends as pt
from papertrends.errors import InputError


def _tables():
    path = Path(__file__).parent / "report" / "sample.py"
    spec = importlib.util.spec_from_file_location("papertrends_frames_sample", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.many_months()


@pytest.fixture(scope="module")
def tables():
    return _tables()


WRONG = {
    "no frame": (
        lambda t: pt.plot_shares(t.trends.to_dict(), t.themes),
        r"plot_shares: trends is a dict, not a DataFrame; give it a pandas.DataFrame",
    ),
    "a list of papers": (
        lambda t: pt.theme_trends([1], t.memberships),
        r"theme_trends: papers is a list, not a DataFrame",
    ),
    "swapped": (
        lambda t: pt.plot_shares(t.themes, t.trends),
        r"plot_shares: the trends table lacks period, .*this looks like the themes table, are two",
    ),
    "another table": (
        lambda t: pt.theme_events(t.curves),
        r"theme_events: the trends table lacks n_theme, .*this looks like the curves table",
    ),
    "a column by another name": (
        lambda t: pt.plot_multiples(t.trends.rename(columns={"share_low": "sharelow"}), t.themes),
        r"plot_multiples: the trends table lacks share_low .*is its 'sharelow' the 'share_low'\?",
    ),
    "dates as text": (
        lambda t: pt.plot_heatmap(t.trends.assign(period="2025-07-01"), t.themes),
        r"plot_heatmap: 'period' of the trends table holds \w+, such as '2025-07-01', not dates; "
        r"turn it into dates with pandas.to_datetime",
    ),
    "numbers as text": (
        lambda t: pt.plot_changes(t.changes.assign(effect="1.5"), t.themes),
        r"plot_changes: 'effect' of the changes table holds \w+, such as '1.5', not numbers",
    ),
    "counts as text": (
        lambda t: pt.theme_curves(t.trends.assign(n_theme="3")),
        r"theme_curves: 'n_theme' of the trends table holds \w+, such as '3', not numbers",
    ),
    "truth as text": (
        lambda t: pt.theme_changes(t.trends.assign(partial="no")),
        r"theme_changes: 'partial' of the trends table holds \w+, such as 'no', not True and False",
    ),
    "a column twice": (
        lambda t: pt.plot_volume(pd.concat([t.volume, t.volume[["n_papers"]]], axis=1)),
        r"plot_volume: volume has 2 columns called 'n_papers'; keep one",
    ),
    "papers as map": (
        lambda t: pt.plot_map(t.papers, t.memberships, t.themes),
        r"plot_map: the map table lacks x, y .*this looks like the papers table",
    ),
    "papers of a volume": (
        lambda t: pt.digest_volume(t.volume),
        r"digest_volume: the papers table lacks paper_id, digest_date .*looks like the volume",
    ),
}


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_frame_is_named(tables, call: str) -> None:
    give, told = WRONG[call]
    with pytest.raises(InputError, match=told):
        give(tables)


def twice(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with an index in which every label stands several times."""
    return table.set_axis([place % 2 for place in range(len(table))], axis=0)


CALLS = {
    "plot_shares": lambda t: pt.plot_shares(t.trends, t.themes, curves=t.curves, events=t.events),
    "plot_dots": lambda t: pt.plot_shares(t.trends[t.trends["period"] < "2024-09-01"], t.themes),
    "plot_multiples": lambda t: pt.plot_multiples(t.trends, t.themes, curves=t.curves),
    "plot_heatmap": lambda t: pt.plot_heatmap(t.trends, t.themes),
    "plot_changes": lambda t: pt.plot_changes(t.changes, t.themes),
    "plot_map": lambda t: pt.plot_map(t.map, t.memberships, t.themes),
    "plot_volume": lambda t: pt.plot_volume(t.volume, jumps=t.jumps),
    "theme_trends": lambda t: pt.theme_trends(t.papers, t.memberships, themes=t.themes),
    "theme_changes": lambda t: pt.theme_changes(t.trends, events=t.events),
    "theme_curves": lambda t: pt.theme_curves(t.trends),
    "theme_events": lambda t: pt.theme_events(t.trends),
    "digest_volume": lambda t: pt.digest_volume(t.papers, by="month"),
}


@pytest.mark.parametrize("call", CALLS)
def test_an_index_with_duplicates_changes_nothing(tables, call: str) -> None:
    from dataclasses import replace

    doubled = replace(tables, **{name: twice(table) for name, table in tables.items()})
    one, two = CALLS[call](tables), CALLS[call](doubled)
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, two)
    else:
        assert one.to_json() == two.to_json()
