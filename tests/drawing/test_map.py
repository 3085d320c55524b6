"""Tests of the map: light, an even part of many papers, names that do not meet."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from papertrends.drawing.map import MOST_POINTS, sample
from papertrends.figures import plot_map
from papertrends.tables import MAP, MEMBERSHIPS, THEMES, conform


def archive(sizes: dict[str, int]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give each theme so many papers; those of "" are in none."""
    rng = np.random.default_rng(3)
    homes = [theme for theme, size in sizes.items() for _ in range(size)]
    ids = [f"p{number}" for number in range(len(homes))]
    x, y = rng.normal(0, 3, (2, len(homes)))
    found = [(paper, theme, 0.5, True) for paper, theme in zip(ids, homes, strict=True) if theme]
    themes = [theme for theme in sizes if theme]
    return (
        conform(pd.DataFrame({"paper_id": ids, "x": x, "y": y}), MAP),
        conform(pd.DataFrame(found, columns=list(MEMBERSHIPS)), MEMBERSHIPS),
        conform(
            pd.DataFrame(
                {"theme_id": themes, "name": [f"Theme {theme}" for theme in themes],
                 "kind": "named", "n_papers": [sizes[theme] for theme in themes]}
            ),
            THEMES,
        ),
    )  # fmt: skip


def ids(figure) -> dict[str, list[str]]:
    return {t.name: [key[0] for key in t.customdata] for t in figure.data}


@pytest.fixture(scope="module")
def large():
    return archive({"a": 9_000, "": 6_000, "b": 3_000, "c": 3})


class TestSample:
    def test_no_more_than_ten_thousand_are_drawn(self, large):
        counts = {name: len(own) for name, own in ids(plot_map(*large)).items()}
        assert sum(counts.values()) == MOST_POINTS
        part = MOST_POINTS / 18_003
        for name, size in {"Theme a": 9_000, "in no theme": 6_000, "Theme b": 3_000}.items():
            assert abs(counts[name] - part * size) <= 2
        assert 1 <= counts["Theme c"] <= 3

    def test_it_says_so_where_the_names_do_not_stand(self, large):
        figure = plot_map(*large)
        [note] = [note for note in figure.layout.annotations if note.name == "sample"]
        assert note.text.startswith("10,000 of 18,003 papers are drawn")
        assert (note.yref, note.y, note.yanchor) == ("paper", 1, "bottom")
        assert figure.layout.margin.t >= 24

    def test_all_are_drawn_up_to_that(self):
        figure = plot_map(*archive({"a": MOST_POINTS - 1, "b": 1}))
        assert sum(map(len, ids(figure).values())) == MOST_POINTS
        assert "sample" not in {note.name for note in figure.layout.annotations}

    def test_the_order_of_the_rows_changes_nothing(self, large):
        shuffled = [frame.sample(frac=1, random_state=1) for frame in large]
        assert plot_map(*shuffled).to_json() == plot_map(*large).to_json()

    def test_which_ones_follows_from_the_ids_alone(self):
        points = archive({"a": 80})[0].assign(theme_id="a")
        kept = set(sample(points, 20)["paper_id"])
        shuffled = points.sample(frac=1, random_state=4, ignore_index=True)
        assert set(sample(shuffled, 20)["paper_id"]) == kept
        assert kept != set(points["paper_id"][:20])

    def test_names_stand_in_the_middle_of_all_papers(self, large):
        points, members, themes = large
        figure = plot_map(*large)
        homes = members.set_index("paper_id")["theme_id"].reindex(points["paper_id"]).to_numpy()
        for note in figure.layout.annotations:
            if note.name in set(themes["theme_id"]):
                own = points[homes == note.name]
                assert note.x == pytest.approx(own["x"].median(), abs=1e-3)
                assert note.y == pytest.approx(own["y"].median(), abs=1e-3)

    def test_no_theme_is_left_out(self):
        sizes = {f"t{i:03}": 5 for i in range(60)}
        points = archive(sizes)[0].assign(theme_id=np.repeat(list(sizes), 5))
        kept = sample(points, 60)
        assert len(kept) == kept["theme_id"].nunique() == 60
        assert list(kept["paper_id"]) == sorted(kept["paper_id"], key=lambda p: int(p[1:]))


class TestLight:
    def test_one_hover_text_a_trace_without_titles(self):
        figure = plot_map(*archive({"a": 50, "": 20}))
        for trace in figure.data:
            assert trace.hovertext == trace.name == trace.meta["label"]
        assert [t.name for t in figure.data] == ["in no theme", "Theme a"]

    def test_with_titles_the_label_is_the_last_line(self):
        points, members, themes = archive({"a": 3})
        papers = pd.DataFrame({"paper_id": ["p0", "p1"], "title": ["A <title>", ""]})
        [trace] = plot_map(points, members, themes, papers=papers).data
        assert trace.hovertext == ("<b>A &lt;title&gt;</b><br>Theme a", "Theme a", "Theme a")
        assert trace.meta["label"] == "Theme a"

    def test_eight_thousand_papers_take_forty_bytes_each(self):
        figure = plot_map(*archive({"a": 5_000, "b": 3_000}))
        assert len(figure.to_json()) < 40 * 8_000

    @pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
    def test_rounding_moves_no_point_that_anyone_sees(self, scale):
        points, members, themes = archive({"a": 40})
        points = points.assign(x=points["x"] * scale, y=points["y"] * scale)
        [trace] = plot_map(points, members, themes).data
        at = points.sort_values("paper_id")
        span = (points["x"].max() - points["x"].min()) / 10_000
        assert list(trace.x) == pytest.approx(list(at["x"]), abs=span)
        assert len(set(trace.x)) > 35

    def test_one_point(self):
        [trace] = plot_map(*archive({"a": 1})).data
        assert len(trace.x) == 1

    def test_points_are_smaller_where_there_are_many(self):
        sizes = [plot_map(*archive({"a": n})).data[0].marker.size for n in (50, 1_000, 5_000)]
        assert sizes == sorted(set(sizes), reverse=True)


class TestNames:
    def test_no_two_that_are_shown_meet(self):
        figure = plot_map(*archive({f"t{i:02}": 40 - i for i in range(30)}))
        shown = [note for note in figure.layout.annotations if note.opacity == 1]
        assert shown[0].name == "t00"  # the largest
        assert 1 <= len(shown) < 30
        xs = [x for t in figure.data for x in t.x]
        ys = [y for t in figure.data for y in t.y]
        across, up = 900 / (max(xs) - min(xs)), 440 / (max(ys) - min(ys))
        for one, other in itertools.combinations(shown, 2):
            beside = abs(one.x - other.x) * across > 6 * len(one.text)
            assert beside or abs(one.y - other.y) * up > 15

    def test_every_name_is_there_for_a_page_to_show(self):
        figure = plot_map(*archive({f"t{i:02}": 40 - i for i in range(30)}))
        assert len(figure.layout.annotations) == 30
        assert {note.opacity for note in figure.layout.annotations} == {0, 1}
