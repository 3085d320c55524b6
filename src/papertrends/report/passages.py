"""What the statistics of this report mean, in plain words.

Must not describe anything that the tables at hand do not hold.
"""

from __future__ import annotations

from papertrends.report.events import told_events
from papertrends.report.model import Passage
from papertrends.report.words import count
from papertrends.tables import Tables
from papertrends.trends.changes import STEADY_ODDS
from papertrends.trends.events import EVENT_ODDS


def change_passage(tested: int, *, by: str, trend: bool) -> Passage:
    """Explain how changes were tested, and what each verdict needs."""
    if trend:
        how = (
            f"The trend is the change of the odds from one {by} to the next: an odds ratio of 1.1 "
            f"means that the odds of a paper being on the theme grow by a tenth with each {by}. It "
            "is fitted over all complete periods by a regression for shares (quasi-binomial). "
            f"Papers of one {by} can be alike, as when many follow on one release, and then there "
            "is less evidence in them than in as many unrelated ones. How much less is learned "
            "from all themes together, as the few periods of one theme say little about it; a "
            "theme that scatters far more than the others is judged by its own scatter"
        )
    else:
        how = (
            "Two periods are compared by Fisher's exact test. The effect is the odds ratio: 2 "
            "means that the odds of a paper being on the theme doubled"
        )
    if tested:
        many = (
            f" As {count(tested, 'theme')} {'was' if tested == 1 else 'were'} tested, chance alone "
            "would make some look changed. The q-value allows for that (Benjamini and Hochberg): "
            "a theme is called rising or falling where it is below 0.05, a false discovery rate "
            "of 5 %."
        )
    else:
        many = " No theme had enough papers for a test."
    over = "from the first period to the last" if trend else "from one period to the other"
    return Passage(
        "Changes",
        f"{how}.{many} Steady is a finding as well: it is said where the whole interval leaves "
        f"room for a change of the odds by less than a factor of {STEADY_ODDS:g} {over}. "
        "Everything between is called too little data.",
    )


def statistics_passages(tables: Tables, by: str) -> tuple[Passage, ...]:
    """Explain smoothed lines, events and papers in doubt, as far as there are any."""
    passages = []
    if tables.curves["smooth"].notna().any():
        passages.append(
            Passage(
                "Smoothed lines",
                "Points are the shares as counted, and jump about by chance. The line takes in "
                f"the {by}s around each {by} as well, and shows what is left when that chance is "
                f"averaged out. The band is its 95 % interval {by} by {by}: it is about the "
                "line, and the points scatter wider.",
            )
        )
    if len(told_events(tables)):
        passages.append(
            Passage(
                "Emergence and bursts",
                "A theme emerged where its share rose well above what it was before (its odds by a "
                f"factor of {EVENT_ODDS:g} at least) and stayed there; a burst came and went. With "
                f"each stand the {by}s between which its beginning lies with 95 % confidence, and "
                f"a q-value that allows for having looked at every {by} of every theme. A theme "
                "can rise slowly without any such step.",
            )
        )
    if len(tables.sensitivity):
        passages.append(
            Passage(
                "Papers near the threshold",
                "Whether a paper belongs to a theme is decided by its score, and close to the "
                "threshold it could as well be otherwise. So each theme was counted and tested "
                "twice more: without the papers that only just belong to it, and with those that "
                "only just miss it. Where the verdict would be another, it is said with the "
                "verdict. Fewer papers are also less evidence: too little data without them does "
                "not mean that the theme stands still.",
            )
        )
    return tuple(passages)
