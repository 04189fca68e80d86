"""From matches to a forum: who should meet whom, and what a meeting is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bunyad.partner.matching.choose import Match
from bunyad.partner.matching.feedback import Feedback
from bunyad.partner.matching.prepare import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetWish:
    """How much a meeting of an organisation with a project's people is worth."""

    organisation: str
    project: str
    score: float
    is_must: bool
    is_veto: bool


def meet_wishes(
    prepared: Prepared, matches: Sequence[Match], *, feedback: Sequence[Feedback] = ()
) -> tuple[MeetWish, ...]:
    """
    Turn matches into wishes to meet: one for an organisation and a project, whatever it needs.

    A meeting is worth the best match and a tenth of each other one, for a second subject is talked
    of in the same slot. A must of any need is a must of the meeting. A veto is one only where the
    organisation has no other match with the project left: `choose_matches` has dropped those pairs.

    Parameters
    ----------
    prepared
        As `prepare_matching` gave it.
    matches
        As `choose_matches` gave them.
    feedback
        What was said to matches.

    Returns
    -------
    tuple of MeetWish
        By project and organisation.
    """
    project = {one.id: one.project for one in prepared.needs}
    worth: dict[tuple[str, str], list[Match]] = {}
    for one in matches:
        worth.setdefault((project[one.need], one.organisation), []).append(one)
    vetoes = {
        (project[one.need], one.organisation)
        for one in feedback
        if one.verdict == "no" and one.need in project
    }
    found = []
    for pair in sorted({*worth, *vetoes}):
        scores = sorted((one.score for one in worth.get(pair, ())), reverse=True)
        found.append(
            MeetWish(
                organisation=pair[1],
                project=pair[0],
                score=round(scores[0] + sum(scores[1:]) / 10, 4) if scores else 0.0,
                is_must=any(one.is_must for one in worth.get(pair, ())),
                is_veto=not scores,
            )
        )
    return tuple(found)
