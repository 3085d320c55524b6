"""A fitted model as a folder of arrays and JSON; never pickle.

Must not compute: what is read is what was written, bit for bit.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from papertrends.encoders import LSA, Distilled
from papertrends.encoders.lsa import DIMENSIONS
from papertrends.errors import InputError
from papertrends.tables import MAP, MEMBERSHIPS, NEAR_MISSES, THEMES, UNASSIGNED, conform
from papertrends.themes.centroids import Centroids
from papertrends.themes.evidence import WordSpace
from papertrends.themes.fitted import Fitted
from papertrends.themes.named import FittedTheme
from papertrends.themes.theme import Theme

#: Of what `pack` makes; other code may keep it elsewhere.
VERSION = 5
#: What json, numpy and zipfile raise when bytes of a file have changed.
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
)
#: The tables of a `Fitted`.
FITTED_TABLES = {
    "themes": THEMES,
    "memberships": MEMBERSHIPS,
    "unassigned": UNASSIGNED,
    "near_misses": NEAR_MISSES,
    "map": MAP,
}


def save(fitted: Fitted, params: dict[str, Any], folder: Path) -> None:
    """Write `fitted` and the parameters it was made with into a new folder.

    Raises
    ------
    InputError
        If `folder` exists and is not empty, or cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("holds something already", "name a new folder", file=str(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise InputError(
            f"cannot be made ({error.strerror})", "choose another folder", file=str(folder)
        ) from error
    try:
        plain, arrays = pack(fitted)
        np.savez(temporary / "arrays.npz", **arrays)
        tables = {name: _rows(getattr(fitted, name)) for name in FITTED_TABLES}
        data = {"version": VERSION, "params": params, **plain, **tables}
        # Not indented: json's encoder in C does not do that.
        text = json.dumps(data, ensure_ascii=False, sort_keys=True)
        (temporary / "model.json").write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def load(folder: Path) -> tuple[Fitted, dict[str, Any]]:
    """Read what `save` has written: the fit and the parameters of the model.

    Raises
    ------
    InputError
        If there is no model in `folder`, it is damaged, or another version wrote it.
    """
    if not (folder / "model.json").is_file():
        raise InputError("holds no saved model", "name a folder written by save", file=str(folder))
    try:
        data = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            raise InputError(
                f"was written as version {data['version']} of the format, not {VERSION}",
                "fit the model anew",
                file=str(folder),
            )
        # np.load leaves a file open that it cannot read.
        with (
            (folder / "arrays.npz").open("rb") as file,
            np.load(file, allow_pickle=False) as arrays,
        ):
            read = {name: arrays[name] for name in arrays.files}
        tables = {
            name: conform(pd.DataFrame(data[name], columns=list(schema)), schema)
            for name, schema in FITTED_TABLES.items()
        }
        return unpack(data, read, tables), _params(data["params"])
    except _DAMAGE as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"is damaged ({type(error).__name__})", "fit the model anew", file=str(folder)
        ) from error


def _params(plain: dict[str, Any]) -> dict[str, Any]:
    themes = [Theme(**theme) for theme in plain["themes"]]
    return {"themes": themes, "encoder": plain["encoder"], "seed": plain["seed"]}


def pack(fitted: Fitted) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was learned, without its tables, as JSON-able values and as arrays.

    Returns
    -------
    plain : dict
    arrays : dict of str to numpy.ndarray
    """
    # What a distilled encoder reads begins with what is joined with its vectors.
    lsa = fitted.lsa if fitted.distilled is None else fitted.distilled.lsa
    arrays: dict[str, Any] = {
        "lsa_idf": lsa.idf,
        "lsa_components": lsa.components,
        "space_idf": fitted.space.idf,
    }
    for field in fields(fitted.centroids):
        arrays[f"centroids_{field.name}"] = getattr(fitted.centroids, field.name)
    for number, one in enumerate(fitted.named):
        arrays[f"named_{number}_vector"] = one.vector
        arrays[f"named_{number}_first"] = one.first
        arrays[f"named_{number}_second"] = one.second
        arrays[f"named_{number}_reference"] = np.array(one.reference)
    distilled = fitted.distilled
    if distilled is not None:
        arrays["distilled_weights"] = distilled.weights
    plain = {
        "encoder": fitted.encoder,
        "distilled": None
        if distilled is None
        else {
            "teacher": distilled.teacher,
            "agreement": distilled.agreement,
            "n_taught": distilled.n_taught,
        },
        "lsa_terms": list(lsa.terms),
        "space_terms": list(fitted.space.terms),
        "named": [
            {"theme": one.theme.as_dict(), "phrases": list(one.phrases)} for one in fitted.named
        ],
        "discovered_ids": list(fitted.discovered_ids),
        "notes": list(fitted.notes),
    }
    return plain, arrays


def _rows(table: pd.DataFrame) -> list[list[Any]]:
    plain = table.copy()
    for name in plain.select_dtypes("datetime"):
        plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    plain = plain.astype(object).where(plain.notna(), None)
    return [list(row) for row in plain.itertuples(index=False)]


def unpack(
    plain: Mapping[str, Any], arrays: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> Fitted:
    """Return the fit that `pack` made `plain` and `arrays` of, with its tables.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is missing or not what it was.
    """
    named = [
        FittedTheme(
            Theme(**one["theme"]),
            tuple(one["phrases"]),
            arrays[f"named_{number}_vector"],
            float(arrays[f"named_{number}_reference"]),
            arrays[f"named_{number}_first"],
            arrays[f"named_{number}_second"],
        )
        for number, one in enumerate(plain["named"])
    ]
    lsa = LSA(tuple(plain["lsa_terms"]), arrays["lsa_idf"], arrays["lsa_components"])
    told, distilled = plain["distilled"], None
    if told is not None:
        distilled = Distilled(lsa=lsa, weights=arrays["distilled_weights"], **told)
    return Fitted(
        encoder=plain["encoder"],
        lsa=lsa.first(DIMENSIONS),
        distilled=distilled,
        space=WordSpace(tuple(plain["space_terms"]), arrays["space_idf"]),
        named=tuple(named),
        centroids=Centroids(
            **{field.name: arrays[f"centroids_{field.name}"] for field in fields(Centroids)}
        ),
        discovered_ids=tuple(plain["discovered_ids"]),
        notes=tuple(plain["notes"]),
        **{name: tables[name] for name in FITTED_TABLES},
    )
