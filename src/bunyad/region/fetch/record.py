"""Writing what was fetched into `region.yaml`, with people's comments left as they are."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scalarstring import FoldedScalarString

from bunyad.errors import InputError
from bunyad.region.fetch.cache import write_whole
from bunyad.region.file import FILE_NAME, LayerEntry, LayersEntry, RegionFile

NEW_FILE = """\
name: {name}
title:
  en: {title}
crs: {crs}
cell_size_m: {cell_m}
margin_km: {margin_km}
# To be typed: horizon (first_year, last_year) and currency (code, per_usd, price_year).
layers: {{}}
"""
WIDTH = 100
"""Width of a line of `region.yaml` [characters]."""
FOLD = 60
"""Length from which a text is written over several lines [characters]."""


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


class RegionRecord:
    """The `region.yaml` of a folder, to be read and changed in place."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        try:
            self.content: Any = _yaml().load(self.path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, MarkedYAMLError) as error:
            raise InputError(
                f"the file cannot be read ({' '.join(str(error).split())})",
                where=str(self.path),
                mend="mend the YAML, or move the file away to start anew",
            ) from None
        if not isinstance(self.content, CommentedMap):
            raise InputError("it holds no fields", where=str(self.path), mend="start it with name:")

    @classmethod
    def start(cls, folder: Path, *, name: str, crs: str) -> RegionRecord:
        """Write the first `region.yaml` of a new folder and return it."""
        text = NEW_FILE.format(
            name=name,
            title=name.replace("-", " ").title(),
            crs=crs,
            cell_m=RegionFile.model_fields["cell_size_m"].default,
            margin_km=RegionFile.model_fields["margin_km"].default,
        )
        write_whole(folder / FILE_NAME, text.encode())
        return cls(folder)

    def number(self, field: str) -> float:
        """Return a number of the file, or its default."""
        value = self.content.get(field, RegionFile.model_fields[field].default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise InputError(f"{field} is {value!r}", where=str(self.path), mend="give a number")
        return float(value)

    @property
    def title(self) -> str:
        """Name of the region for people."""
        title = self.content.get("title")
        if isinstance(title, Mapping) and title:
            return str(title.get("en", next(iter(title.values()))))
        return str(self.content.get("name", "region"))

    @property
    def layers(self) -> CommentedMap:
        """The entries of the layers; an empty mapping is put there where none is."""
        layers = self.content.get("layers")
        if not isinstance(layers, CommentedMap):
            layers = self.content["layers"] = CommentedMap()
        layers.fa.set_block_style()
        return layers

    def file_of(self, key: str) -> str:
        """Return the file that the layer's entry names, or nothing."""
        entry = self.layers.get(key)
        return str(entry.get("file") or "") if isinstance(entry, Mapping) else ""

    def set_layer(self, key: str, entry: LayerEntry) -> None:
        """Write the entry of a layer; fields that stay keep their comments."""
        fields = {name: value for name, value in entry.model_dump().items() if value}
        old = self.layers.get(key)
        target = old if isinstance(old, CommentedMap) else CommentedMap()
        for name in [name for name in target if name not in fields]:
            del target[name]
        for name, value in fields.items():
            text = str(value)
            is_long = len(text) > FOLD and name != "sha256"
            target[name] = FoldedScalarString(text) if is_long else text
        if target is not old:
            self.layers[key] = target

    def save(self) -> None:
        """Write the file as a whole or not at all."""
        stream = io.StringIO()
        _yaml().dump(self.content, stream)
        write_whole(self.path, stream.getvalue().encode())

    def remaining(self) -> dict[str, str]:
        """Return the fields and layers that the file still needs, with their meaning."""
        missing = {
            name: _meaning(name)
            for name, field in RegionFile.model_fields.items()
            if field.is_required() and name not in self.content
        }
        for key, field in LayersEntry.model_fields.items():
            if field.is_required() and key not in self.layers:
                missing[f"layers.{key}"] = str(field.title)
        return missing


def _meaning(name: str) -> str:
    """Return what a field of `region.yaml` holds."""
    field = RegionFile.model_fields[name]
    inner = getattr(field.annotation, "model_fields", None)
    if inner:
        return "; ".join(f"{part}: {entry.title}" for part, entry in inner.items())
    return str(field.title or name)
