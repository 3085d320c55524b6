"""A cluster gives the tables of one machine, whoever dies, and says plainly what it cannot do."""

from __future__ import annotations

import http.server
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests import clusters

from papertrends import scale
from papertrends.analysis import analyse
from papertrends.errors import InputError, MissingDependencyError
from papertrends.export import write_parquet
from papertrends.papers import load, load_papers
from papertrends.results import Analysis
from papertrends.scale import connecting, pools, steps
from papertrends.themes import bounded
from papertrends.themes.model import ThemeModel

distributed = pytest.importorskip("distributed")
cloudpickle = pytest.importorskip("cloudpickle")

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    """Learn from 60 papers and assign the other 90, 16 at a time."""
    cloudpickle.register_pickle_by_value(clusters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "LARGE", 60)
        patch.setattr(bounded, "SAMPLED", 60)
        patch.setattr(steps, "PARTITION", 16)
        yield
    cloudpickle.unregister_pickle_by_value(clusters)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Give the address of a cluster of two workers."""
    with clusters.scheduler() as address, clusters.workers(address, 2):
        yield address


@pytest.fixture(scope="module")
def one_machine() -> Analysis:
    """Return what one machine makes of the two dumps."""
    return analyse(DATA, encoder=clusters.Words())


@pytest.fixture(scope="module")
def model(one_machine: Analysis, tmp_path_factory: pytest.TempPathFactory) -> ThemeModel:
    """Return a model of the first dump alone."""
    return ThemeModel(encoder=clusters.Words()).fit(load_papers(DATA / "2025-07-31.txt"))


def given(model: ThemeModel, **options: Any) -> ThemeModel:
    """Return the model with an encoder that takes its time."""
    fitted = model.fitted
    return ThemeModel.of(
        fitted, model.get_params()["themes"], encoder=clusters.Words(**options), seed=0
    )


def assert_equal(one: Analysis, other: Analysis) -> None:
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, getattr(other.tables, name), obj=name)
    assert one.load_report == other.load_report
    assert one.manifest() == other.manifest()


def test_a_cluster_gives_the_tables_of_one_machine_byte_for_byte(
    cluster: str, one_machine: Analysis, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    found = scale.analyse(
        DATA, cluster=cluster, encoder=clusters.Words(), progress=lambda *one: told.append(one)
    )
    assert_equal(one_machine, found)
    assert len(one_machine.model.fitted.map) == 150
    assert any("learned from" in note for note in found.notes)
    one_machine.export(tmp_path / "one")
    found.export(tmp_path / "other")
    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "other").iterdir()}
    assert ("assigning", 150, 150) in told
    assert any(stage == "loading" and done == total for stage, done, total in told)


def test_a_client_is_taken_and_left_open(
    cluster: str, model: ThemeModel, capfd: pytest.CaptureFixture[str]
) -> None:
    here = scale.analyse(DATA, cluster=None, model=model)
    with distributed.Client(cluster, set_as_default=False) as client:
        assert_equal(here, scale.analyse(DATA, cluster=client, model=model))
        assert client.status == "running"
    assert capfd.readouterr() == ("", "")


def test_a_given_model_keeps_its_own_papers_and_assigns_the_others(model: ThemeModel) -> None:
    found = scale.analyse(DATA, cluster=None, model=model)
    own = set(model.map["paper_id"])
    kept = found.memberships[found.memberships["paper_id"].isin(own)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, model.memberships)
    expected = model.assign(load_papers(DATA))
    pd.testing.assert_frame_equal(found.memberships, expected.reset_index(drop=True))
    assert set(found.map["paper_id"]) == set(found.papers["paper_id"])
    loose = set(found.unassigned["paper_id"])
    assert loose == set(found.papers["paper_id"]) - set(found.memberships["paper_id"])


def test_near_duplicates_are_told_as_on_one_machine(model: ThemeModel, tmp_path: Path) -> None:
    papers = load_papers(DATA)
    twins = papers.iloc[::30].assign(title=lambda table: "Again: " + table["title"], arxiv_id="")
    write_parquet(twins, tmp_path / "twins.parquet")
    inputs = [DATA, tmp_path / "twins.parquet"]
    found = scale.analyse(inputs, cluster=None, model=model)
    assert found.load_report == load(inputs).report
    assert len(found.load_report.near_duplicates) >= len(twins)


def test_a_model_whose_papers_are_elsewhere_assigns_all(model: ThemeModel) -> None:
    mine = load_papers(DATA / "2025-07-31.txt")
    others = load_papers(DATA / "2025-08-05.txt")
    new = set(others["paper_id"]) - set(mine["paper_id"])
    found = scale.analyse(DATA / "2025-08-05.txt", cluster=None, model=model)
    assert new <= set(found.map["paper_id"])
    assert set(found.map["paper_id"]) == set(others["paper_id"])
    assert found.map[["x", "y"]].notna().all(axis=None)


def kill_while_busy(seen: Path, some: list[Any], *, all_of_them: bool = False) -> threading.Thread:
    """Kill a worker (or all) once it has begun to embed."""

    def kill() -> None:
        for _ in range(600):
            busy = {path.name for path in seen.iterdir()} & {str(one.pid) for one in some}
            if busy:
                break
            time.sleep(0.05)
        time.sleep(0.3)
        for one in some if all_of_them else [one for one in some if str(one.pid) in busy][:1]:
            os.kill(one.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def own_cache(folder: Path) -> str:
    """Return code by which a worker has a cache of its own, and so has to embed."""
    return f"import os; os.environ['PAPERTRENDS_CACHE'] = {str(folder / 'cache')!r}"


def test_a_worker_that_is_killed_costs_no_results(model: ThemeModel, tmp_path: Path) -> None:
    here = scale.analyse(DATA, cluster=None, model=model)
    seen = tmp_path / "seen"
    seen.mkdir()
    with (
        clusters.scheduler() as address,
        clusters.workers(address, 2, before=own_cache(tmp_path)) as some,
    ):
        slow = given(model, seconds=0.5, seen=str(seen))
        killer = kill_while_busy(seen, some)
        found = scale.analyse(DATA, cluster=address, model=slow)
        killer.join()
        assert sorted(one.poll() is None for one in some) == [False, True]
    assert_equal(here, found)


def test_without_any_worker_left_it_ends(
    model: ThemeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "PATIENCE", 2.0)
    seen, results = tmp_path / "a" / "seen", tmp_path / "a" / "results"
    seen.mkdir(parents=True)
    with (
        clusters.scheduler() as address,
        clusters.workers(address, 2, before=own_cache(seen.parent.parent)) as some,
    ):
        slow = given(model, seconds=0.5, seen=str(seen))
        killer = kill_while_busy(seen, some, all_of_them=True)
        with pytest.raises(InputError, match="has had no worker for 2 seconds; start workers with"):
            scale.analyse(DATA, cluster=address, model=slow, results=results)
        killer.join()
    assert list(results.parent.iterdir()) == [seen]


def test_a_scheduler_that_goes_away_is_told(
    model: ThemeModel, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen = tmp_path / "seen"
    seen.mkdir()
    with (
        clusters.scheduler_process() as (process, address),
        clusters.workers(address, 1, before=own_cache(tmp_path)) as some,
    ):
        killer = kill_while_busy(seen, [*some, process], all_of_them=True)
        slow = given(model, seconds=1.0, seen=str(seen))
        with pytest.raises(InputError, match=r"the cluster at tcp://.* is gone"):
            scale.analyse(DATA, cluster=address, model=slow)
        killer.join()
    assert capfd.readouterr() == ("", "")


def test_a_cluster_without_workers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "PATIENCE", 0.5)
    with (
        clusters.scheduler() as address,
        pytest.raises(InputError, match="has no workers; start them with 'dask worker tcp://"),
    ):
        scale.analyse(DATA, cluster=address)


@pytest.mark.parametrize(
    "address",
    ["", "here", "tcp://", "tcp://host", "tcp://host:port", "http://host:80", "tcp://host:70000"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match=r"is no address of a cluster; write it like tcp://"):
        scale.analyse(DATA, cluster=address)


def test_nobody_at_the_address_is_told() -> None:
    with pytest.raises(InputError, match=r"there is no Dask cluster at tcp://127.0.0.1:1 \("):
        scale.analyse(DATA, cluster="tcp://127.0.0.1:1")


class Silent(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_somebody_else_at_the_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "ANSWER", 0.5)
    with http.server.HTTPServer(("127.0.0.1", 0), Silent) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        with pytest.raises(InputError, match=r"no Dask cluster at .* \(no answer in 0.5 seconds"):
            scale.analyse(DATA, cluster=f"tcp://127.0.0.1:{other.server_port}")
        other.shutdown()
        thread.join()


def test_what_is_no_cluster_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="int is no cluster; give an address"):
        scale.analyse(DATA, cluster=8786)


def test_without_dask_the_install_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'papertrends\[cluster\]'"):
        scale.analyse(DATA, cluster="tcp://127.0.0.1:8786")


_WITHOUT = "import sys; sys.modules['papertrends'] = None"
_OTHER = """
from importlib import metadata
real = metadata.version
metadata.version = lambda name: "0.0.9" if name == {name!r} else real(name)
"""


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (_WITHOUT, "the worker tcp://.* has no papertrends; install papertrends .* there"),
        (_OTHER.format(name="papertrends"), "has papertrends 0.0.9, and here is .*; install"),
        (_OTHER.format(name="numpy"), "has numpy 0.0.9, and here is .*; install the same versions"),
    ],
)
def test_a_worker_with_another_papertrends_is_refused(before: str, told: str) -> None:
    with (
        clusters.scheduler() as address,
        clusters.workers(address, 1, before=before),
        pytest.raises(InputError, match=told),
    ):
        scale.analyse(DATA, cluster=address)


def test_other_code_of_the_same_version_is_told() -> None:
    here = connecting._what_is_there(connecting.PACKAGES)
    with pytest.raises(InputError, match="worker a has other code of papertrends"):
        connecting._same("worker a", here | {"code": "other"}, here)


def parts(folder: Path) -> list[Path]:
    """Write the papers of the first dump as two tables."""
    papers = load_papers(DATA / "2025-07-31.txt")
    files = [folder / "a.parquet", folder / "b.parquet"]
    for number, file in enumerate(files):
        write_parquet(papers.iloc[number::2], file)
    return files


def _without_abstracts(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns={"abstract": "verse"})


def _without_rows(table: pd.DataFrame) -> pd.DataFrame:
    return table.head(0)


@pytest.mark.parametrize("harm", [_without_abstracts, _without_rows])
def test_a_bad_partition_is_refused_as_on_one_machine(
    cluster: str, tmp_path: Path, harm: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    files = parts(tmp_path)
    write_parquet(harm(load_papers(files[1])), files[1])
    with pytest.raises(InputError, match=r"b\.parquet") as here:
        load(tmp_path)
    with pytest.raises(InputError) as there:
        scale.analyse(tmp_path, cluster=cluster, results=tmp_path / "results")
    assert str(there.value) == str(here.value)
    assert sorted(tmp_path.iterdir()) == files


def test_a_file_that_workers_do_not_see_is_told(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = parts(tmp_path)
    real = scale.loading._lying
    monkeypatch.setattr(
        scale.loading,
        "_lying",
        lambda content: __import__("dataclasses").replace(real(content), path="/nowhere/a.parquet"),
    )
    with pytest.raises(InputError, match="a worker does not see this file, which lies here at"):
        scale.analyse(files, cluster=cluster)


def test_a_model_of_another_version_is_refused(
    cluster: str, model: ThemeModel, tmp_path: Path
) -> None:
    model.save(tmp_path / "model")
    file = tmp_path / "model" / "model.json"
    plain = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(plain | {"version": 1}), encoding="utf-8")
    with pytest.raises(InputError, match="was written as version 1 of the format"):
        scale.analyse(DATA, cluster=cluster, model=tmp_path / "model")


def test_a_model_has_its_own_themes(model: ThemeModel) -> None:
    with pytest.raises(InputError, match="a model was given, and themes, an encoder or a seed"):
        scale.analyse(DATA, cluster=None, model=model, themes=["prompt learning"])


def test_a_cluster_on_the_command_line(run: Any, cluster: str) -> None:
    done = run("report", DATA, "--cluster", "tcp://127.0.0.1:1", "--results", "out")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("papertrends: there is no Dask cluster at tcp://127.0.0.1:1")
    assert done.stderr.count("\n") == 1
    assert run("report", DATA, "--cluster", cluster, "--store", "s").returncode == 2
    assert "--results needs a cluster" in run("report", DATA, "--results", "out").stderr


@pytest.mark.slow
def test_the_command_line_writes_what_one_machine_writes(
    run: Any, cluster: str, tmp_path: Path
) -> None:
    one = run("report", DATA, "-o", "one.html", "--export", "one")
    other = run(
        "report", DATA, "-o", "other.html", "--export", "other",
        "--cluster", cluster, "--results", "sets",
    )  # fmt: skip
    assert (one.returncode, other.returncode, other.stderr) == (0, 0, "")
    assert "datasets: sets" in other.stdout
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "other.html").read_bytes()
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name
    assert (tmp_path / "sets" / "papers.parquet" / "part-00000.parquet").is_file()


def test_the_examples_of_the_page_are_python() -> None:
    page = (Path(__file__).parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in page.split("```python\n")[1:]]
    assert blocks
    for block in blocks:
        compile(block, "docs/scale.md", "exec")
    assert "<!-- scale: begin -->" in page
    for number in (f"{steps.BLOCK:,} papers", f"{pools.PATIENCE:g} seconds"):
        assert number in page
