"""What the tests of the charts do in a browser: find a point, go there, read what it says."""

from __future__ import annotations

KINDS = ("shares", "multiples", "changes", "heatmap", "map", "volume")


SPOT = """([id, key]) => {
  const div = papertrends.charts.plots[id];
  const wanted = JSON.stringify(key);
  const place = (curve, point) => {
    const { xaxis = "x", yaxis = "y", type } = div._fullData[curve];
    const axis = (name) => div._fullLayout[`${name[0]}axis${name.slice(1)}`];
    const [across, up] = [axis(xaxis), axis(yaxis)];
    const dot = div.calcdata[curve][type === "heatmap" ? 0 : point];
    const [x, y] = type === "heatmap" ? [point[1], point[0]]
      : type === "bar" ? [dot.p, dot.s / 2] : [dot.x, dot.y];
    return [across._offset + across.c2p(x), up._offset + up.c2p(y)];
  };
  const seen = ([x, y]) => {
    const top = div.getBoundingClientRect().top + y - window.innerHeight / 2;
    window.scrollBy({ top, behavior: "instant" });
    const corner = div.getBoundingClientRect();
    // A point at nought lies on the edge of what takes the mouse.
    return [corner.x + x + 1, corner.y + y];
  };
  for (const [curve, trace] of div.data.entries()) {
    if (!trace.customdata || trace.meta === "event" || trace.hoverinfo === "skip") continue;
    const rows = trace.type === "heatmap" ? trace.customdata : [trace.customdata];
    for (const [row, cells] of rows.entries()) {
      const column = cells.findIndex((cell) => JSON.stringify(cell) === wanted);
      if (column < 0) continue;
      return seen(place(curve, trace.type === "heatmap" ? [row, column] : column));
    }
  }
  return null;
}"""


SPY = """() => {
  papertrends.behind.show = (wanted, div) => { window.shown = { ...wanted, from: div.id }; };
}"""


def keys(page, chart: str) -> list[list[str]]:
    """What stands behind each point of a chart, in the order of its figure."""
    found = page.evaluate(
        """id => papertrends.charts.plots[id].data
          .filter((t) => t.customdata && t.hoverinfo !== "skip" && t.meta !== "event")
          .flatMap((t) => t.type === "heatmap" ? t.customdata.flat() : t.customdata)
          .filter(Boolean)""",
        chart,
    )
    assert found
    return found


def hover(page, chart: str, key: list[str]) -> str:
    """Move the mouse to a point and return the text beside it."""
    page.mouse.move(1, 1)
    settled(page)
    page.mouse.move(*page.evaluate(SPOT, [chart, key]))
    page.locator(f"#plot-{chart} .hovertext").first.wait_for()
    return page.locator(f"#plot-{chart} .hoverlayer").text_content()


def plain(text: str) -> str:
    """The text of a chart's words as the page writes it, with ordinary spaces."""
    return text.replace("\u00a0", " ")


def theme_heights(page, chart: str, theme: str) -> list[float]:
    """The heights of a theme's points in a chart of lines."""
    return page.evaluate(
        """([id, theme]) => papertrends.charts.plots[id].data.find((t) => t.customdata
          && t.mode !== "lines" && t.meta !== "event" && t.customdata[0][0] === theme)
          .y.filter((y) => y !== null)""",
        [chart, theme],
    )


def settled(page) -> None:
    page.wait_for_timeout(150)
