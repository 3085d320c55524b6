/* The papers as the tables have them, and those among them that fit what is asked for. */
(() => {
  const { fold, wordsOf } = papertrends.text;
  const NONE = "-";
  const papers = [];
  const byId = new Map();
  const places = new Map();
  const haystacks = [];
  const sorted = {};
  let data = null;
  let texts = null;

  // The tables as papers: each once, with the digests it stood in and the themes it is in.
  function foldTables() {
    data.themes.forEach((theme, place) => places.set(theme.id, place));
    const table = columnsOf("papers");
    table.paper_id.forEach((id, row) => {
      let paper = byId.get(id);
      if (!paper) {
        paper = {
          id, place: papers.length, title: table.title[row], abstract: table.abstract[row], url: "",
          published: table.published_date[row], rows: [], days: [], themes: [], near: null,
        };
        papers.push(paper);
        byId.set(id, paper);
      }
      paper.rows.push(row);
      paper.url ||= table.url[row];
      if (!paper.days.includes(table.digest_date[row])) paper.days.push(table.digest_date[row]);
    });
    for (const paper of papers) paper.days.sort();
    const members = columnsOf("memberships");
    members.paper_id.forEach((id, row) => {
      const theme = places.get(members.theme_id[row]);
      if (theme === undefined) return;
      byId.get(id)?.themes.push(
        { theme, score: Number(members.score[row]), primary: members.primary[row] === "True" });
    });
    for (const paper of papers) paper.themes.sort((a, b) => b.primary - a.primary || b.score - a.score);
    const left = columnsOf("unassigned");
    left.paper_id.forEach((id, row) => {
      const paper = byId.get(id);
      if (!paper) return;
      const theme = left.nearest_theme[row];
      paper.near = { theme, score: left.score[row], reason: left.reason[row] };
    });
  }

  function columnsOf(name) {
    const { columns, cells } = data.tables[name];
    return Object.fromEntries(columns.map((column, place) => [column, cells[place]]));
  }

  // The words of a paper as the search sees them, made in idle time where there is some.
  function haystack(paper) {
    haystacks[paper.place] ??= fold(`${paper.title}\n${paper.abstract}`);
    return haystacks[paper.place];
  }

  function foldSlowly(from) {
    const idle = window.requestIdleCallback || ((go) => setTimeout(() => go(), 50));
    idle((deadline) => {
      const stop = performance.now() + Math.min(deadline?.timeRemaining() ?? 8, 20);
      let next = from;
      while (next < papers.length && performance.now() < stop) haystack(papers[next++]);
      if (next < papers.length) foldSlowly(next);
    });
  }

  // Which of the two ways to count: by digest or by publication.
  const viewOf = (date) => Math.max(0, data.views.findIndex((view) => view.date === date));
  const scoreOf = (paper, theme) =>
    (theme === undefined ? paper.themes[0] : paper.themes.find((own) => own.theme === theme))?.score;

  function inOrder(order) {
    const { position } = sorted.table ||= columnsOf("papers");
    const newest = (paper) => paper.days[paper.days.length - 1];
    const rank = (paper) => Number(position[paper.rows[paper.rows.length - 1]]);
    const less = (a, b) => (a < b ? -1 : Number(a > b));
    sorted[order] ||= {
      new: () => papers.map((paper) => [newest(paper), rank(paper), paper])
        .sort((a, b) => less(b[0], a[0]) || a[1] - b[1] || a[2].place - b[2].place),
      old: () => papers.map((paper) => [paper.days[0], paper])
        .sort((a, b) => less(a[0], b[0]) || a[1].place - b[1].place),
      title: () => papers.map((paper) => [fold(paper.title), paper])
        .sort((a, b) => less(a[0], b[0]) || a[1].place - b[1].place),
    }[order]().map((one) => one[one.length - 1]);
    return sorted[order];
  }

  // The papers that fit `wanted`: theme, period (of a date), query, only, order.
  function find(wanted) {
    const theme = places.get(wanted.theme);
    const view = viewOf(wanted.date);
    const period = data.views[view].periods.findIndex((one) => one.key === wanted.period);
    const counted = data.counted[view];
    const words = wordsOf(wanted.query || "");
    const fits = (paper) => (!wanted.only || paper.id === wanted.only)
      && (theme === undefined || paper.themes.some((own) => own.theme === theme))
      && (wanted.theme !== NONE || !paper.themes.length)
      && (period < 0 || counted[paper.place].includes(period))
      && (!words.length || words.every((word) => haystack(paper).includes(word)));
    if (wanted.order !== "score") return inOrder(wanted.order).filter(fits);
    return inOrder("new").filter(fits).map((paper) => [scoreOf(paper, theme) ?? -1, paper])
      .sort((a, b) => b[0] - a[0]).map(([, paper]) => paper);
  }

  // Gives the papers the abstracts of a file: a map by paper id.
  function open(given) {
    texts = given;
    for (const paper of papers) paper.abstract = texts.get(paper.id) ?? "";
    haystacks.length = 0;
    foldSlowly(0);
  }

  function start() {
    data = papertrends.data;
    foldTables();
    foldSlowly(0);
  }

  papertrends.found = {
    start, find, open, papers, NONE, columnsOf, viewOf, scoreOf,
    get: (id) => byId.get(id),
    placeOf: (theme) => places.get(theme),
    themeOf: (theme) => data.themes[places.get(theme)],
    texts: () => texts,
  };
})();
