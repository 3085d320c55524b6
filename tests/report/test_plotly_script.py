"""Tests of Plotly's script made to start sooner."""

from __future__ import annotations

import re

from plotly.offline import get_plotlyjs

from papertrends.report.plotly_script import KINDS, plotly_script, set_up_less

MODULES = (
    'var A=W((e,t)=>{"use strict";t.exports={moduleType:"trace",name:"bar"}}),'
    'B=W((e,t)=>{"use strict";t.exports=A()}),'
    'C=W((e,t)=>{"use strict";t.exports={moduleType:"trace",name:"pie"}}),'
    'D=W((e,t)=>{"use strict";t.exports={moduleType:"trace",name:"heatmap"}});'
)
REST = "C()," * 8


def made(calls: str) -> str:
    return f"{MODULES}P.register([{REST}{calls}]);"


def test_only_the_list_at_the_end_is_shortened():
    whole, short = get_plotlyjs(), plotly_script()
    places = re.search(r"register\(\[([^]]*)\]\)", short)
    assert len(places[1].split(",")) == len(KINDS)
    start = places.start()
    assert short[:start] == whole[:start]
    assert whole.endswith(short[places.end() :])
    # Other versions of Plotly may be read no less surely, or not at all.
    assert 100 < len(whole) - len(short) < 1_000


def test_modules_are_told_by_what_they_are_and_not_by_their_place():
    assert set_up_less(made("C(),D(),B()")) == f"{MODULES}P.register([D(),B()]);"


def test_what_cannot_be_read_for_certain_stays_whole():
    for script in (
        made("C(),D()"),  # no bar
        made("C(),B(),E()"),  # no heat map; one that is not there
        made("B(),D()").replace("register", "record"),
        made("B(),D()") * 2,
        "",
    ):
        assert set_up_less(script) == script
