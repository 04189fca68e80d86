"""Bids from CSV and JSON, and published auctions to hold a clearing against."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bunyad.auction.bids.bid import Bid
from bunyad.auction.rules.model import Rules
from bunyad.errors import Fault, InputError

REQUIRED = ("id", "bidder", "price", "quantity")
TEXTS = ("id", "bidder", "lot", "technology", "region", "alternative_of", "submitted")
NUMBERS = ("price", "quantity", "least_quantity")
WHOLE = ("delivery_year",)
YES_NO = ("is_divisible", "is_qualified")
SCORE = "score_"
"""Columns of a CSV that hold the value of a criterion start with this."""
UNNAMED = "(not named)"
"""Who bid what a published auction counts and does not list."""
_ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A published auction: its bids, what is told of the rules, and who won."""

    id: str
    bids: tuple[Bid, ...]
    volume: Decimal
    ceiling: Decimal | None
    awards: dict[str, Decimal]
    """Published quantity by bidder; empty: not published."""

    def rules(self, rules: Rules) -> Rules:
        """Return rules with the volume and ceiling of this auction filled in."""
        price = rules.price
        if self.ceiling is not None:
            price = price.model_copy(update={"ceiling": self.ceiling})
        return rules.model_copy(update={"volume": self.volume, "price": price})


def read_bids(path: Path) -> tuple[Bid, ...]:
    """
    Read bids from a CSV or JSON file.

    Parameters
    ----------
    path
        A CSV with a header (`id, bidder, price, quantity` and any other field of `Bid`; values of
        criteria in columns such as `score_jobs`), or a JSON list of objects with these fields.

    Raises
    ------
    InputError
        Naming every fault with its line and field.
    """
    text = _read(path)
    return parse_bids(text, where=str(path), is_json=path.suffix.lower() == ".json")


def parse_bids(text: str, *, where: str = "bids", is_json: bool = False) -> tuple[Bid, ...]:
    r"""
    Read bids from the text of a CSV or JSON file.

    Raises
    ------
    InputError
        Naming every fault with its line and field.

    Examples
    --------
    >>> parse_bids("id,bidder,price,quantity\na,Ayana,2.54,300\n")[0].price
    Decimal('2.54')
    """
    rows = list(_json_rows(text, where) if is_json else _csv_rows(text, where))
    faults: list[Fault] = []
    found = []
    seen: dict[str, str] = {}
    for place, row in rows:
        bid, wrong = _bid(place, row)
        faults += wrong
        if bid is None:
            continue
        if bid.id in seen:
            first = seen[bid.id]
            faults.append(
                Fault(f"{place}: id", f"{bid.id!r} stands at {first} too", "give each bid its own")
            )
        seen.setdefault(bid.id, place)
        found.append(bid)
    if faults:
        raise InputError.of(faults)
    return tuple(found)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read ({error})", where=str(path), mend="give a UTF-8 text file"
        ) from None


def _csv_rows(text: str, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the place and the fields of each line; empty fields are left out."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"the column {missing[0]} is missing",
            where=f"{where}:1",
            mend=f"start the file with a header: {', '.join(REQUIRED)}",
        )
    try:
        for row in reader:
            place = f"{where}:{reader.line_num}"
            if None in row:
                row["(beyond the header)"] = row.pop(None)
            yield place, {name: value for name, value in row.items() if value not in ("", None)}
    except csv.Error as error:
        raise InputError(
            f"it is no valid CSV ({error})", where=f"{where}:{reader.line_num}", mend="mend quotes"
        ) from None


def _json_rows(text: str, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the place and the fields of each object; numbers keep their digits."""
    content = _json(text, where)
    if isinstance(content, Mapping):
        content = content.get("bids")
    if not isinstance(content, list) or not all(isinstance(one, Mapping) for one in content):
        raise InputError(
            "it holds no list of bids",
            where=where,
            mend='give [{"id": …, "bidder": …, "price": "…", "quantity": "…"}, …]',
        )
    for index, one in enumerate(content):
        row = {name: value for name, value in one.items() if value is not None}
        scores = row.pop("scores", {})
        if isinstance(scores, Mapping):
            row |= {f"{SCORE}{name}": value for name, value in scores.items()}
        else:
            row["scores"] = scores
        yield f"{where}: bid {index + 1}", row


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise InputError(
            f"it is no valid JSON ({error.msg})",
            where=f"{where}:{error.lineno}",
            mend="mend it there",
        ) from None


def _bid(place: str, row: Mapping[str, Any]) -> tuple[Bid | None, list[Fault]]:
    """Return a bid, or what is wrong with its fields."""
    faults = [
        Fault(f"{place}: {name}", "the field is missing", "fill it in")
        for name in REQUIRED
        if name not in row
    ]
    fields: dict[str, Any] = {}
    scores: dict[str, Decimal] = {}
    for name, value in row.items():
        try:
            if name.startswith(SCORE):
                scores[name.removeprefix(SCORE)] = _number(value)
            else:
                fields[name] = _value(name, value)
        except _WrongError as wrong:
            faults.append(Fault(f"{place}: {name}", wrong.what, wrong.mend))
    if faults:
        return None, faults
    return Bid(**fields, scores=scores), []


class _WrongError(Exception):
    """A field that cannot be read."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend


def _value(name: str, value: Any) -> Any:
    """Return a field as `Bid` holds it."""
    if name in NUMBERS:
        return _number(value)
    if name in TEXTS:
        text = str(value).strip()
        if not text and name in REQUIRED:
            raise _WrongError("it is empty", "fill it in")
        return text
    if name in WHOLE:
        number = _number(value)
        if number != int(number):
            raise _WrongError(f"the value is {str(value)!r}", "give a year such as 2028")
        return int(number)
    if name in YES_NO:
        answer = value if isinstance(value, bool) else _ANSWERS.get(str(value).strip().lower())
        if answer is None:
            raise _WrongError(f"the value is {str(value)!r}", "give yes or no")
        return answer
    raise _WrongError("there is no such field", "remove it or correct its spelling")


def _number(value: Any) -> Decimal:
    try:
        if isinstance(value, bool):
            raise InvalidOperation  # noqa: TRY301  (yes and no are no numbers)
        number = Decimal(str(value).strip())
        if not number.is_finite():
            raise InvalidOperation  # noqa: TRY301
    except InvalidOperation:
        raise _WrongError(
            f"the value is {str(value)!r}", "give a number such as 35.40, without thousands marks"
        ) from None
    return number


def read_cases(path: Path) -> tuple[Case, ...]:
    """
    Read published auctions from a JSON file that lists them under `cases`.

    Raises
    ------
    InputError
        If the file or one of its auctions cannot be read.
    """
    content = _json(_read(path), str(path))
    listed = content.get("cases", [content]) if isinstance(content, Mapping) else content
    if not isinstance(listed, list):
        raise InputError("it holds no cases", where=str(path), mend='give {"cases": [...]}')
    return tuple(
        read_case(one, where=f"{path}: case {index + 1}") for index, one in enumerate(listed)
    )


def read_case(document: Any, *, where: str = "case") -> Case:
    """
    Read one published auction.

    The document has `capacity`, `bids` as `[name, price, quantity]` in the order in which they
    came, and optionally `id`, `ceiling`, `total_bid` and `awards` (quantity by name). A quantity
    of null is what remains of `total_bid`; only one may be null. Where none is null and more was
    bid in all than is listed, the rest stands as one bid of a name of its own, last and at the
    worst price listed: what losers bid counts where rules ask how much was bid.

    Parameters
    ----------
    document
        The document, numbers as int, Decimal or text.
    where
        Name of it in errors.

    Raises
    ------
    InputError
        Naming what is missing.
    """
    try:
        bids = _case_bids(document)
        ceiling = document.get("ceiling")
        return Case(
            id=str(document.get("id", "")),
            bids=bids,
            volume=_number(document["capacity"]),
            ceiling=None if ceiling is None else _number(ceiling),
            awards={name: _number(q) for name, q in document.get("awards", {}).items()},
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, _WrongError) as error:
        what = error.what if isinstance(error, _WrongError) else repr(error)
        raise InputError(
            f"the published auction cannot be read: {what}",
            where=where,
            mend='give "capacity" and "bids" as [name, price, quantity]; see the docs',
        ) from None


def _case_bids(document: Mapping[str, Any]) -> tuple[Bid, ...]:
    """Return the bids of a published auction; its order stands for the time of the bid."""
    rows: Sequence[Sequence[Any]] = document["bids"]
    named = sum((_number(row[2]) for row in rows if row[2] is not None), Decimal(0))
    unnamed = [row for row in rows if row[2] is None]
    if len(unnamed) > 1:
        raise _WrongError("several quantities are null", "give all but one")
    total = document.get("total_bid")
    if not unnamed and total is not None and _number(total) > named:
        rows = [*rows, (UNNAMED, max(_number(row[1]) for row in rows), None)]
    width = len(str(len(rows)))
    blank = Bid(id="", bidder="", price=Decimal(0), quantity=Decimal(0))
    found = []
    for index, (name, price, quantity) in enumerate(rows):
        number = f"{index + 1:0{width}}"
        rest = _number(total) - named if quantity is None else _number(quantity)
        found.append(
            replace(
                blank,
                id=number,
                bidder=str(name),
                price=_number(price),
                quantity=rest,
                submitted=number,
            )
        )
    return tuple(found)
