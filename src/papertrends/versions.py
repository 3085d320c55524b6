"""The versions of what a run's numbers come from."""

from __future__ import annotations

import platform
from importlib import metadata

#: Packages whose versions can change a number.
_PACKAGES = (
    "papertrends",
    "bertopic",
    "hdbscan",
    "numpy",
    "onnxruntime",
    "pandas",
    "plotly",
    "ruptures",
    "scikit-learn",
    "scipy",
    "tokenizers",
    "umap-learn",
)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that can change a number."""
    return {"python": platform.python_version()} | {
        package: metadata.version(package) for package in _PACKAGES
    }
