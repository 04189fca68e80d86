"""One spelling for names that are written in several scripts."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

_APART = re.compile(r"[^\w]+")


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("bunyad.partner.organisations").joinpath(f"data/{name}.csv")
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@cache
def _letters() -> dict[int, str]:
    return str.maketrans({row["letter"]: row["latin"] for row in _rows("letters")})


@cache
def _forms() -> re.Pattern[str]:
    forms = sorted({fold(row["form"]) for row in _rows("legal_forms")}, key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(re.escape(form) for form in forms) + r")\b")


def fold(text: str) -> str:
    """
    Return a text in small Latin letters without marks; letters of other scripts stay.

    Cyrillic follows the common English spelling of Russian; marks that NFKD separates go.

    Examples
    --------
    >>> fold("Ağıllı Şəbəkə MMC"), fold("ООО «Зелёный Свет»")
    ('agilli sebeke mmc', 'ooo zelenyy svet')
    """
    # İ in small letters is an i with a dot above; NFKD takes the dot away with other marks.
    small = text.lower().translate(_letters())
    bare = "".join(one for one in unicodedata.normalize("NFKD", small)
                   if not unicodedata.combining(one))  # fmt: skip
    return _APART.sub(" ", bare).strip()


def bare_name(name: str) -> str:
    """
    Return a name folded and without its legal form.

    Examples
    --------
    >>> bare_name("Ağıllı Şəbəkə MMC"), bare_name("AGILLI SEBEKE LLC")
    ('agilli sebeke', 'agilli sebeke')
    """
    folded = fold(name)
    bare = _APART.sub(" ", _forms().sub(" ", folded)).strip()
    return bare or folded
