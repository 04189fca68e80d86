"""Sheets of paper: reports, badges and lists set as PDF."""

from __future__ import annotations

import json
from typing import Any


def typeset(source: str, *, data: Any) -> bytes:
    r"""
    Set a document; the same source and data give the same bytes.

    Parameters
    ----------
    source
        Text in the language of Typst, our own: never words that somebody typed in. It reads what
        it is to show by `#let data = json(bytes(sys.inputs.data))`.
    data
        What the document shows, of the kinds that JSON knows.

    Returns
    -------
    bytes
        The PDF.

    Examples
    --------
    >>> source = "#let data = json(bytes(sys.inputs.data))\n#data.title"
    >>> sheet = typeset(source, data={"title": "Ağalı"})
    >>> sheet[:5]
    b'%PDF-'
    """
    import typst  # noqa: PLC0415  (few commands set a document)

    undated = "#set document(date: none)\n" + source
    made = typst.compile(
        undated.encode(),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes), "one document is one file"
    return made
