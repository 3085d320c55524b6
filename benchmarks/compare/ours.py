"""Themes and their shares over time from a folder of dumps, with papertrends."""

import papertrends as pt

analysis = pt.analyse("data/")
analysis.trends.to_csv("shares.csv")
pt.plot_shares(analysis.trends, analysis.themes).write_html("shares.html")
analysis.write_report("report.html")
