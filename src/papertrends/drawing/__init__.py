"""How the charts are drawn: one module a kind of chart, and the looks they share.

Behind `papertrends.figures`, which is the door. Must not compute statistics.
"""
