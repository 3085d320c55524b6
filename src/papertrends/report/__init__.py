"""From tables to one HTML file: a typed summary, a template, a file.

Numbers and sentences are made in `summary`, the page in `page`. Nothing in here
may compute statistics or touch the network.
"""

from papertrends.report.page import render, write_report
from papertrends.report.summary import Summary, summarise

__all__ = ["Summary", "render", "summarise", "write_report"]
