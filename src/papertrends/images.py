"""Figures as static images, drawn by Kaleido in the browser that the machine has.

Must not draw a figure anew, and imports Kaleido only when an image is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from papertrends.errors import InputError, MissingDependencyError, did_you_mean, one_line
from papertrends.files import filling

if TYPE_CHECKING:
    import plotly.graph_objects as go

Format = Literal["svg", "png", "pdf"]
FORMATS: tuple[str, ...] = get_args(Format)
#: Of an image, in pixels; its height is the figure's own.
WIDTH = 1000


def write_images(
    figures: Mapping[str, go.Figure], folder: str | Path, *, format: Format = "svg"
) -> list[Path]:
    """Write each figure as an image, all of them or none.

    Parameters
    ----------
    figures : mapping of str to plotly.graph_objects.Figure
        By name, which becomes the name of the file; a ``/`` in it becomes a ``-``.
    folder : str or Path
        Is made if need be.
    format : {"svg", "png", "pdf"}
        PNG is drawn at twice its size, for print and sharp screens.

    Returns
    -------
    list of Path
        The files, in the order of `figures`.

    Raises
    ------
    MissingDependencyError
        If Kaleido is not installed.
    InputError
        If there is no such format, no browser, or the folder cannot be written to.
    """
    if format not in FORMATS:
        raise InputError(f"there is no image format {format!r}", did_you_mean(str(format), FORMATS))
    files = [f"{name.replace('/', '-')}.{format}" for name in figures]
    with filling(Path(folder)) as workshop:
        _draw(list(figures.values()), [workshop / file for file in files], format)
    return [Path(folder) / file for file in files]


def _draw(figures: list[go.Figure], files: list[Path], format: str) -> None:
    try:
        import_module("kaleido")
    except ImportError as error:
        raise MissingDependencyError(
            "images need Kaleido; install it with pip install 'papertrends[images]'"
        ) from error
    import plotly.io as pio

    if not figures:
        return
    try:
        pio.write_images(
            figures, files, format=format, width=WIDTH, scale=2 if format == "png" else 1
        )
    except (RuntimeError, ValueError) as error:
        # Kaleido tells of a missing browser by errors of several kinds and releases.
        if "chrome" not in str(error).lower() and "browser" not in str(error).lower():
            raise
        raise InputError(
            f"no browser draws the images ({one_line(str(error))[:120]})",
            "install Chromium or Chrome, or name one in the environment variable BROWSER_PATH",
        ) from error
