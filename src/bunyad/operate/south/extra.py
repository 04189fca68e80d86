"""Libraries that only some gateways need."""

from __future__ import annotations

import importlib
from typing import Any

from bunyad.errors import InputError

__all__ = ["load_extra"]


def load_extra(module: str, *, what: str) -> Any:
    """
    Return a module of the optional extra `south`.

    Parameters
    ----------
    module
        Name of the module.
    what
        What needs it, in words.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise InputError(
            f"{what} needs the package {module.split('.', maxsplit=1)[0]}, which is not installed",
            where="listen",
            mend="install bunyad with its extra: pip install 'bunyad[south]'",
        ) from None
