/* Tables out of the page: files like those that --export writes. */
(() => {
  const { make, save } = papertrends.text;

  // A field is quoted where it must be; an empty one alone on its line would be no line.
  function csv(columns, cells) {
    const alone = columns.length === 1;
    const field = (text) => (/[",\n\r]/.test(text) || (alone && text === "")
      ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = [columns.map(field).join(",")];
    const length = cells.length ? cells[0].length : 0;
    for (let row = 0; row < length; row += 1) {
      lines.push(cells.map((column) => field(column[row])).join(","));
    }
    return `${lines.join("\n")}\n`;
  }

  // The cells of a table; of papers with the abstracts of the file that was opened, if one was.
  function cellsOf(name) {
    const { columns, cells } = papertrends.data.tables[name];
    const texts = papertrends.found.texts();
    if (name !== "papers" || !texts) return { columns, cells };
    const ids = cells[columns.indexOf("paper_id")];
    return {
      columns,
      cells: cells.map((column, place) => (columns[place] === "abstract"
        ? ids.map((id) => texts.get(id) ?? "") : column)),
    };
  }

  function saveTable(name) {
    const { columns, cells } = cellsOf(name);
    save(`${name}.csv`, csv(columns, cells), "text/csv");
  }

  function start() {
    for (const button of document.querySelectorAll("[data-table]")) {
      button.addEventListener("click", () => saveTable(button.dataset.table));
    }
    for (const button of document.querySelectorAll("[data-json]")) {
      const name = button.dataset.json;
      button.addEventListener("click", () =>
        save(`${name}.json`, `${JSON.stringify(papertrends.data[name], null, 2)}\n`, "application/json"));
    }
    tell();
  }

  // Says beside the papers table whether its abstracts are in it.
  function tell() {
    const row = document.querySelector("[data-table=papers]")?.closest("tr");
    if (!row || !papertrends.data.beside) return;
    const said = row.querySelector(".without")
      || row.cells[1].appendChild(make("span", { class: "meta without" }));
    said.textContent = papertrends.found.texts()
      ? ` With the abstracts of ${papertrends.data.beside}.`
      : ` The column of abstracts is empty until ${papertrends.data.beside} is opened above.`;
  }

  papertrends.downloads = { start, csv, cellsOf, tell };
})();
