"""Coverage-guided fuzzing of one reader of dumps.

    python benchmarks/fuzz_readers.py --reader NAME --seconds N [--folder .cache/fuzzing]

Needs atheris, and papertrends with what it needs on the path. Whatever a file holds, a reader
must give papers of clean text or an `InputError` of one line, and soon; an input that makes it
do anything else is kept in FOLDER/finds, the shortest of each sort. FOLDER/corpus keeps inputs
that reached new code, and FOLDER/totals.json how long each reader was fuzzed in all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
import traceback
import unicodedata
import warnings
from pathlib import Path

SLOW = 2.0
LONGEST = 100_000
TOKENS = {
    "daily-papers-text": ["Daily Papers", "byAK and the research community", "Jul 31", "Upvote"],
    "daily-papers-markdown": [
        *("### [", "](", "][", "\\\\", "\n\n", "https://huggingface.co/papers/", "# Daily Papers"),
        *("[1]: ", "· ", " authors", "Aug 30", "\n][3]", "[\n", "\\[", "![](", "login?next=%2F"),
    ],
    "daily-papers-html": [
        *("<article>", "</article>", "<h3>", '<a href="/papers/', "</a>", "<p>", "&quot;", "&amp;"),
        *('data-props="', 'data-target="DailyPapers"', "dailyPapers", "<time datetime=", "<!--"),
    ],
    "json": [
        *('"title"', '"summary"', '"paper"', '"id"', '"publishedAt"', '"submittedOnDailyAt"'),
        *("[", "]", "{", "}", ":", ",", '\\"', "\\u", "\\ud800", "null", "NaN", "1e999", "{'"),
        *("': '", "', '", "None", "True", "\\\\n", "datetime.datetime(", "('a')", "-", "\\x"),
    ],
    "feed": [
        *("<item>", "</item>", "<title>", "<description>", "<pubDate>", "<link>", "<entry>"),
        *("<summary>", "<![CDATA[", "]]>", "&lt;p&gt;", "&amp;", "<!DOCTYPE", "<!ENTITY", "&#x"),
        *('xmlns="http://www.w3.org/2005/Atom"', "<?xml", "encoding=", "<feed", "<rss", "<!--"),
    ],
    "jsonl": ['{"title": "', '", "abstract": "', '"}', "\n", "\\u", "null", "1e999", "{}", "[]"],
    "csv": ["title", "abstract", "summary", '"', '""', ",", ";", "\t", "\r\n", "\n", "published"],
    "parquet": ["PAR1", "\x15\x00", "\x15\x02", "\x19\x1c", "title", "abstract", "\x00\x00\x00"],
}


def main() -> None:
    """Fuzz the reader that was named, in a process of its own, and add up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reader", required=True, help="the name of a format, or 'any'")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="0 for another each time")
    parser.add_argument("--folder", type=Path, default=Path(".cache/fuzzing"))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        fuzz(given.reader, given.seconds, given.seed, given.folder)
        return
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, *sys.argv, "--here"], stderr=subprocess.PIPE, text=True, check=False
    )
    found = re.findall(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    runs = int(found[-1]) if found else 0
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
    add_up(given.folder / "totals.json", given.reader, time.monotonic() - start, runs)
    finds = sorted((given.folder / "finds").glob(f"{given.reader}-*.txt"))
    print(f"{given.reader}: {runs} inputs, {len(finds)} finds so far")
    for find in finds:
        print(f"  {find}: {find.read_text(encoding='utf-8').splitlines()[0]}")
    sys.exit(done.returncode)


def add_up(path: Path, reader: str, seconds: float, runs: int) -> None:
    """Add to what was fuzzed before."""
    totals = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    before = totals.get(reader, {"seconds": 0, "runs": 0})
    totals[reader] = {
        "seconds": before["seconds"] + round(seconds),
        "runs": before["runs"] + runs,
    }
    path.write_text(json.dumps(totals, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def fuzz(reader: str, seconds: int, seed: int, folder: Path) -> None:
    """Fuzz in this process, until the time is up."""
    import atheris

    with atheris.instrument_imports(include=["papertrends.dumps"]):
        import papertrends.dumps as dumps
    from papertrends.errors import InputError

    corpus, finds = folder / "corpus" / reader, folder / "finds"
    corpus.mkdir(parents=True, exist_ok=True)
    finds.mkdir(parents=True, exist_ok=True)
    write_seeds(reader, corpus)
    words = folder / f"{reader}.dict"
    tokens = TOKENS.get(reader) or [one for some in TOKENS.values() for one in some]
    words.write_text("".join(f'"{_quoted(one)}"\n' for one in tokens))
    warnings.simplefilter("error")
    format = None if reader == "any" else reader

    def one_input(data: bytes) -> None:
        start = time.perf_counter()
        try:
            what = wrong_with(
                dumps.read_dump(dumps.content.of_bytes(data, file="f"), format=format)
            )
        except InputError as error:
            what = "" if str(error).startswith("f") and "\n" not in str(error) else "bad message"
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)
            ours = [one for one in place if "papertrends" in one.filename][-1]
            what = f"{type(error).__name__} at {Path(ours.filename).name}:{ours.lineno}: {error}"
        if not what and time.perf_counter() - start > SLOW:
            what = "too slow"
        if what:
            keep(finds, reader, what, data)

    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-dict={words}"]
    options += ["-timeout=60", "-rss_limit_mb=2500", f"-artifact_prefix={finds}/{reader}-"]
    options += [f"-seed={seed}"] if seed else []
    atheris.Setup([sys.argv[0], *options, str(corpus)], one_input)
    atheris.Fuzz()


def write_seeds(reader: str, corpus: Path) -> None:
    """Write small dumps in all forms of the reader, where there are none."""
    import datetime as dt

    from dump_forms import FORMS, Paper

    day = dt.date(2025, 7, 31)
    papers = [
        Paper(f'{title}: <b>R&D</b> at "scale"', f"{text} It is so.", one, day, 3)
        for title, text, one in (
            ("Prompts", "We study [x] and 95\\% of $y$ here. We do.", "2507.00001"),
            ("Rewards é", "Little is known about 注意 and {k: v}. " * 5, "2411.12345"),
        )
    ]
    for name, form in FORMS.items():
        if reader in (form.reader, "any"):
            (corpus / f"seed-{name}").write_bytes(form.write(papers, day))
            (corpus / f"seed-{name}-1").write_bytes(form.write(papers[:1], day))


def wrong_with(dump: object) -> str:
    """Say what is wrong with what was read, if anything is."""
    for record in dump.records:
        for text in (record.title, record.abstract, record.url or "", record.arxiv_id or ""):
            if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
                return "control characters in a record"
        if not (record.title and record.abstract):
            return "an empty text in a record"
    if [one.position for one in dump.records] != list(range(1, len(dump.records) + 1)):
        return "positions out of order"
    if not dump.records:
        return "no paper and no error"
    for one in (*dump.records, *dump.dropped):
        if not one.lines or one.lines[0] < 1 or list(one.lines) != sorted(one.lines):
            return "lines out of order"
    if len(dump.dropped) > 1_100 and any(one.kind != "furniture" for one in dump.dropped):
        return "thousands of dropped entries"
    return ""


def keep(finds: Path, reader: str, what: str, data: bytes) -> None:
    """Keep the shortest input of each sort of find."""
    sort = hashlib.sha256(re.sub(r": .*", "", what, flags=re.DOTALL).encode()).hexdigest()[:8]
    path = finds / f"{reader}-{sort}"
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{what}\n", encoding="utf-8", errors="replace")


def _quoted(token: str) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in token.encode()
    )


if __name__ == "__main__":
    main()
