"""Who may bid: the requirements of the rules held against what each bidder has handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bunyad.auction.bids import Bid
from bunyad.auction.rules.model import Requirement, Rules
from bunyad.errors import Fault, InputError

Answer = str | bool | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What a bidder hands in to qualify."""

    bidder: str
    answers: dict[str, Answer] = field(default_factory=dict)
    """By requirement: the digest or name of a document, yes or no, or a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a bidder qualifies."""

    bidder: str
    is_qualified: bool
    reasons: tuple[str, ...]
    """Each requirement that is not met, in words; empty where all are."""


def qualify(rules: Rules, dossier: Dossier) -> Verdict:
    """
    Hold a dossier against the requirements of the rules.

    Parameters
    ----------
    rules
        The rules; without qualification everybody qualifies.
    dossier
        What the bidder handed in.

    Raises
    ------
    InputError
        If an answer is of the wrong kind, or to a question that nobody asked.

    Examples
    --------
    >>> from bunyad.auction.rules import load_rules
    >>> qualify(load_rules("uk-cfd-ar6"), Dossier(bidder="Wind Ltd")).reasons[0]
    'Applicable planning consents (planning) was not handed in'
    """
    asked = {one.id: one for one in rules.qualification.requirements}
    if rules.qualification.stage == "none":
        return Verdict(bidder=dossier.bidder, is_qualified=True, reasons=())
    _check_answers(dossier, asked)
    reasons = tuple(
        reason for one in asked.values() if (reason := _shortfall(one, dossier.answers.get(one.id)))
    )
    return Verdict(bidder=dossier.bidder, is_qualified=not reasons, reasons=reasons)


def mark_qualified(bids: Sequence[Bid], verdicts: Sequence[Verdict]) -> tuple[Bid, ...]:
    """Return bids with `is_qualified` as the verdicts say; without a verdict nobody qualifies."""
    good = {one.bidder for one in verdicts if one.is_qualified}
    return tuple(replace(bid, is_qualified=bid.bidder in good) for bid in bids)


def _check_answers(dossier: Dossier, asked: Mapping[str, Requirement]) -> None:
    """Refuse answers that cannot be held against a requirement."""
    kinds = {"document": str, "yes_no": bool, "number": Decimal}
    told = {"document": "a document", "yes_no": "yes or no", "number": "a number"}
    faults = []
    for name, answer in dossier.answers.items():
        where = f"dossier of {dossier.bidder}: {name}"
        if name not in asked:
            mend = f"answer only: {', '.join(asked) or 'nothing is asked for'}"
            faults.append(Fault(where, "there is no such requirement", mend))
        elif not isinstance(answer, kinds[asked[name].kind]):
            faults.append(
                Fault(where, f"the answer is {answer!r}", f"give {told[asked[name].kind]}")
            )
    if faults:
        raise InputError.of(faults)


def _shortfall(one: Requirement, answer: Answer | None) -> str:
    """Return why an answer does not do; empty: it does."""
    name = f"{one.title} ({one.id})"
    if answer is None or answer == "":
        return f"{name} was not handed in"
    if answer is False:
        return f"{name} is answered with no"
    if isinstance(answer, Decimal) and one.least is not None and answer < one.least:
        unit = f" {one.unit}" if one.unit else ""
        return f"{name} is {answer:f}{unit}; at least {one.least:f}{unit} is asked for"
    return ""
