"""The script that draws charts in the page: Plotly's own, made to start sooner.

At its end it sets up every kind of trace there is, which takes a browser most of the time
until the first chart. Kinds that no chart of the report has are left out of that list; all
else stays as it is. Must not change what is drawn.
"""

from __future__ import annotations

import re

#: The kinds of traces in the report's charts, beside "scatter", which Plotly always has.
KINDS = frozenset({"bar", "heatmap"})
_LIST = re.compile(r"\.register\(\[((?:[\w$]+\(\),){9,}[\w$]+\(\))\]\)")
_PASSED_ON = re.compile(r'[^{]*\{(?:"use strict";)?[\w$]+\.exports=([\w$]+)\(\)\}')
_NAME = re.compile(r'moduleType:"trace",name:"(\w+)"')
#: A module's text is looked through so far for its name.
_REACH = 6_000


def plotly_script() -> str:
    """Return Plotly's script, setting up no more than the report draws.

    Returns
    -------
    str
        The script as it comes with Plotly if its list cannot be read for certain.
    """
    from plotly.offline import get_plotlyjs

    return set_up_less(get_plotlyjs())


def set_up_less(script: str) -> str:
    """Take the kinds of traces that are not `KINDS` out of the list at the script's end."""
    lists = list(_LIST.finditer(script))
    if len(lists) != 1:
        return script
    wanted = set(KINDS)
    kept = []
    for call in lists[0][1].split(","):
        name = _name_of(script, call.removesuffix("()"))
        if name in wanted:
            wanted.remove(name)
            kept.append(call)
        if not wanted:
            start, end = lists[0].span(1)
            return script[:start] + ",".join(kept) + script[end:]
    return script


def _name_of(script: str, module: str) -> str:
    """Return the kind of trace that a module sets up, or nothing if it is none."""
    for _ in range(3):
        place = re.search(rf"[\s,;{{]{re.escape(module)}=[\w$]+\(\(", script)
        if place is None:
            return ""
        text = script[place.start() + 1 : place.start() + _REACH]
        passed = _PASSED_ON.match(text)
        if passed is None:
            name = _NAME.search(text)
            return name[1] if name else ""
        module = passed[1]
    return ""
