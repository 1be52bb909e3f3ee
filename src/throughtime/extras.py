"""The packages that the core does without, and what to install where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = {
    "data": {
        "PIL": "pillow",
        "babel": "babel",
        "pandas": "pandas",
        "pyarrow": "pyarrow",
        "python_calamine": "python-calamine",
        "scipy": "scipy",
        "sklearn": "scikit-learn",
        "tokenizers": "tokenizers",
    },
    "train": {
        "click": "click",
        "filelock": "filelock",
        "pydantic": "pydantic",
        "sacrebleu": "sacrebleu",
        "safetensors": "safetensors",
        "tqdm": "tqdm",
    },
    "forecast": {"holidays": "holidays", "statsforecast": "statsforecast"},
    "report": {"jinja2": "jinja2", "matplotlib": "matplotlib"},
    "sweep": {"optuna": "optuna"},
    "tensorboard": {"tensorboard": "tensorboard"},
    "ray": {"pandas": "pandas", "ray": "ray"},
}
"""The extras of pyproject.toml: of each package the module that is imported, and its name."""


class MissingPackage(ImportError):
    """A package of an extra that is not installed."""


@contextmanager
def needed_for(use: str) -> Iterator[None]:
    """Import packages of extras inside this block: where one is missing, say how to get it.

    Args:
        use: what cannot be done without them, such as "reading Parquet".

    Raises:
        MissingPackage: if a package of an extra is not installed. Where any other module is
            missing, the error stays as it is.

    Example:
        >>> with needed_for("reading Parquet"):
        ...     raise ModuleNotFoundError(name="pyarrow.parquet")  # as `import` would
        Traceback (most recent call last):
            ...
        throughtime.extras.MissingPackage: reading Parquet needs pyarrow, which is not installed:
        pip install 'throughtime[data]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        for extra, packages in EXTRAS.items():
            if module in packages:
                raise MissingPackage(
                    f"{use} needs {packages[module]}, which is not installed: "
                    f"pip install 'throughtime[{extra}]'",
                    name=module,
                ) from None
        raise
