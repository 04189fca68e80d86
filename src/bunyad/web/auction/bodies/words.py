"""Kinds of text and number that requests about auctions carry."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

Name = Annotated[str, msgspec.Meta(pattern=r"^\S(.{0,198}\S)?$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
Moment = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]
Recipient = Annotated[str, msgspec.Meta(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
Decimals = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", max_length=40)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Index = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Lots = Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]
"""Lots; each has an `id`, and whatever else the call says of it. No floats: decimals are texts."""
