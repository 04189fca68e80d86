"""Certificates that anybody can check offline, and the list of those taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import segno

from bunyad.auction.events.canonical import canonical
from bunyad.errors import InputError
from bunyad.partner.signing import is_signed, public_key, sign
from bunyad.pdf import typeset

KIND, LIST_KIND = "certificate", "revocations"
FIELDS = ("id", "holder", "course", "lessons", "issuer", "issued")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LONGEST = 4_000
Verdict = Literal["valid", "revoked", "forged", "unknown issuer", "list unknown"]

SHEET = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4", flipped: true, margin: 25mm)
#set text(size: 13pt)
#for (number, one) in data.pages.enumerate() [
  #if number > 0 { pagebreak() }
  #align(center)[
    #v(6mm) #text(size: 12pt, fill: gray)[#one.issuer]
    #v(4mm) #text(size: 30pt, weight: "bold")[#data.heading]
    #v(8mm) #text(size: 24pt)[#one.holder]
    #v(4mm) #one.course
    #v(2mm) #one.lessons
    #v(6mm) #one.issued
  ]
  #place(bottom + right, image(bytes(one.code), width: 42mm))
  #place(bottom + left, text(size: 8pt, fill: gray)[#one.id \\ #data.check])
]
"""
WORDS = {
    "en": {"heading": "Certificate", "lessons": "lessons",
           "check": "Scan the code and check it with bunyad partner courses verify."},
    "az": {"heading": "Sertifikat", "lessons": "dərs",
           "check": "Kodu oxudun və bunyad partner courses verify ilə yoxlayın."},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found."""

    verdict: Verdict
    content: Mapping[str, Any]
    """What the certificate says; of a forged one, believe nothing."""


def issue_certificate(content: Mapping[str, Any], *, secret: str) -> str:
    """
    Sign a certificate.

    Parameters
    ----------
    content
        Texts `id`, `holder`, `course`, `issuer`, the day `issued` (YYYY-MM-DD) and the whole number
        `lessons`.
    secret
        Signing key of the issuer, 32 bytes in hexadecimal.

    Returns
    -------
    str
        One line of JSON: the certificate, which the code on the paper holds.

    Raises
    ------
    InputError
        If a field is missing or of another type.

    Examples
    --------
    >>> text = issue_certificate(
    ...     {"id": "2027-1", "holder": "Aygün", "course": "Coding", "lessons": 34,
    ...      "issuer": "School of Ağalı", "issued": "2027-05-31"}, secret="22" * 32)
    >>> check_certificate(text, issuers={public_key("22" * 32): "School of Ağalı"}).verdict
    'list unknown'
    """
    _check_content(content)
    body = {key: content[key] for key in FIELDS}
    signed = {**body, "key": public_key(secret)}
    return canonical({**signed, "signature": sign(KIND, signed, secret=secret)}).decode()


def check_certificate(
    text: str, *, issuers: Mapping[str, str], revocations: Mapping[str, Any] | None = None
) -> Checked:
    """
    Check a certificate offline.

    Parameters
    ----------
    text
        What the code holds.
    issuers
        Public keys that are trusted, each with the name of its issuer.
    revocations
        The issuer's list of certificates taken back, as `sign_revocations` made it; without it a
        sound certificate is `list unknown`, for it may have been taken back.

    Returns
    -------
    Checked
        The verdict and what the certificate says.
    """
    content = _parse(text)
    if content is None:
        return Checked(verdict="forged", content={})
    signed = {key: value for key, value in content.items() if key != "signature"}
    key = str(content["key"])
    if not is_signed(KIND, signed, signature=content["signature"], key=key):
        return Checked(verdict="forged", content=content)
    if issuers.get(key) != content["issuer"]:
        return Checked(verdict="unknown issuer", content=content)
    revoked = _revoked(revocations, key)
    if revoked is None:
        return Checked(verdict="list unknown", content=content)
    verdict: Verdict = "revoked" if content["id"] in revoked else "valid"
    return Checked(verdict=verdict, content=content)


def sign_revocations(revoked: Collection[str], *, as_of: str, secret: str) -> dict[str, Any]:
    """Return the signed list of certificates that were taken back, by their ids."""
    if not DAY.fullmatch(as_of):
        raise InputError(f"the day is {as_of}", where="as_of", mend="write YYYY-MM-DD")
    signed = {"revoked": sorted(set(revoked)), "as_of": as_of, "key": public_key(secret)}
    return {**signed, "signature": sign(LIST_KIND, signed, secret=secret)}


def certificate_sheet(*texts: str, language: str = "en") -> bytes:
    """
    Set certificates as a PDF, one a page, each with the code that holds it.

    Parameters
    ----------
    texts
        Certificates, as `issue_certificate` made them.
    language
        Of the words around them: `en` or `az`.

    Raises
    ------
    InputError
        If there is none, or one of them is no certificate.
    """
    words = WORDS.get(language, WORDS["en"])
    pages = [_page(text, words["lessons"]) for text in texts]
    if not pages:
        raise InputError("there is none", where="certificates", mend="give at least one")
    return typeset(SHEET, data={**words, "pages": pages})


def _page(text: str, lessons: str) -> dict[str, str]:
    content = _parse(text)
    if content is None:
        raise InputError("it is no certificate", where="certificate", mend="issue it first")
    code = segno.make(text, error="l", micro=False)
    svg = code.svg_inline(border=2).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    shown = {key: content[key] for key in ("id", "holder", "course", "issuer", "issued")}
    return {**shown, "lessons": f"{content['lessons']} {lessons}", "code": svg}


def _parse(text: str) -> dict[str, Any] | None:
    """Return what a certificate says, or None if it is none."""
    if len(text) > LONGEST:
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or set(content) != {*FIELDS, "key", "signature"}:
        return None
    try:
        _check_content(content)
    except InputError:
        return None
    return content


def _check_content(content: Mapping[str, Any]) -> None:
    for field in FIELDS:
        value = content.get(field)
        sound = isinstance(value, int) and not isinstance(value, bool) and value > 0
        if field != "lessons":
            sound = isinstance(value, str) and 0 < len(value) <= 200
        if field == "issued":
            sound = isinstance(value, str) and bool(DAY.fullmatch(value))
        if not sound:
            raise InputError(
                f"{field} is {value!r}",
                where=f"certificate: {field}",
                mend="give a text, a whole number of lessons and YYYY-MM-DD",
            )


def _revoked(revocations: Mapping[str, Any] | None, key: str) -> Collection[str] | None:
    """Return the ids of a list if it is signed by a key; else None."""
    if revocations is None or revocations.get("key") != key:
        return None
    signed = {name: value for name, value in revocations.items() if name != "signature"}
    try:
        is_sound = is_signed(LIST_KIND, signed, signature=revocations.get("signature"), key=key)
    except InputError:
        return None
    listed = signed.get("revoked")
    return listed if is_sound and isinstance(listed, list) else None
