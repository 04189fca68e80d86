"""The commands that propose organisations to needs, and tell why."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bunyad.cli.app import AsJson
from bunyad.cli.partner.app import partner_app, read_directory, write_rows
from bunyad.errors import Fault, InputError

if TYPE_CHECKING:
    from bunyad.partner.matching import Feedback, Prepared

Weights = Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)]
FEEDBACK = ("organisation", "need", "verdict")


@partner_app.command(name="match")
def match(  # noqa: PLR0913  (the options of a command)
    organisations: Path,
    plan: Path,
    /,
    *,
    feedback: Path | None = None,
    rule: Weights = (),
    per_need: int = 5,
    per_organisation: int = 8,
    meaning: bool = False,
    out: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Propose organisations to the needs of a plan, so that one does not take all.

    Parameters
    ----------
    organisations
        CSV or XLSX of organisations.
    plan
        A plan folder.
    feedback
        CSV with organisation, need and verdict: no, must, liked or disliked.
    rule
        Weight or threshold to change, such as weight_language=0.2; may be given many times.
    per_need
        Most organisations for a need.
    per_organisation
        Most needs for an organisation.
    meaning
        Ask the multilingual model of the extra `meaning` too.
    out
        CSV to write.
    as_json
        Print the matches for machines.
    """
    from dataclasses import asdict

    from bunyad.partner.matching import choose_matches

    prepared = _prepare(organisations, plan, rule, meaning=meaning)
    found = choose_matches(
        prepared, feedback=_feedback(feedback), per_need=per_need, per_organisation=per_organisation
    )
    rows = [asdict(one) for one in found]
    if out is not None:
        names = ("organisation", "need", "score", "is_must")
        write_rows(out, names, [[row[name] for name in names] for row in rows])
    if as_json:
        print(json.dumps(rows))
        return
    met = {one.need for one in found}
    taking = {one.organisation for one in found}
    print(f"{len(found)} matches: {len(met)} of {len(prepared.needs)} needs, "
          f"{len(taking)} of {len(prepared.organisations)} organisations")  # fmt: skip
    for one in sorted(found, key=lambda one: -one.score)[:20]:
        print(f"{one.score:.2f}  {one.organisation}  {one.need}")


@partner_app.command(name="why")
def why(  # noqa: PLR0913  (the options of a command)
    organisations: Path,
    plan: Path,
    /,
    *,
    organisation: str,
    need: str,
    language: str = "en",
    feedback: Path | None = None,
    rule: Weights = (),
    as_json: AsJson = False,
) -> None:
    """
    Tell in words why an organisation and a need suit each other, or do not.

    Parameters
    ----------
    organisations
        CSV or XLSX of organisations.
    plan
        A plan folder.
    organisation
        Identifier of the organisation.
    need
        Identifier of the need, as `bunyad partner needs --json` tells it.
    language
        en or az.
    feedback
        CSV with organisation, need and verdict.
    rule
        Weight or threshold to change, such as weight_language=0.2.
    as_json
        Print the reasons for machines.
    """
    from dataclasses import asdict

    from bunyad.partner.matching import explain_match

    reasons = explain_match(
        _prepare(organisations, plan, rule), organisation, need, language=language,
        feedback=_feedback(feedback),
    )  # fmt: skip
    if as_json:
        print(json.dumps([asdict(one) for one in reasons], ensure_ascii=False))
        return
    print(f"Score {sum(one.adds for one in reasons):.2f}")
    for one in reasons:
        print(f"{one.adds:+.2f}  {one.text}")


def _prepare(organisations: Path, plan: Path, rule: Weights, *, meaning: bool = False) -> Prepared:
    from bunyad.partner.matching import prepare_matching
    from bunyad.partner.matching.meaning import meaning_likeness
    from bunyad.partner.needs import draw_needs, read_plan_bills

    return prepare_matching(
        read_directory(organisations).organisations, draw_needs(read_plan_bills(plan)),
        rules=_rules(rule), meaning=meaning_likeness if meaning else None,
    )  # fmt: skip


def _rules(given: Weights):  # type: ignore[no-untyped-def]  # noqa: ANN202  (a type of a room that is heavy to load)
    from bunyad.partner.matching import match_rules

    changed = {}
    for one in given:
        name, _, text = one.partition("=")
        try:
            changed[name] = float(text)
        except ValueError:
            raise InputError(
                f"the value is {one!r}", where="--rule", mend="give one such as weight_text=0.5"
            ) from None
    return match_rules(**changed)


def _feedback(path: Path | None) -> tuple[Feedback, ...]:
    """Return the feedback of a file."""
    from bunyad.partner.matching import VERDICTS, Feedback

    if path is None:
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"it cannot be read ({error})", where=str(path), mend="give a CSV"
        ) from None
    missing = [name for name in FEEDBACK if name not in (reader.fieldnames or ())]
    faults = [Fault(f"{path}:1: {one}", "the column is missing", "add it") for one in missing]
    if not faults:
        faults = [
            Fault(f"{path}:{at + 2}: verdict", f"the value is {row['verdict']!r}",
                  f"give {', '.join(VERDICTS)}")
            for at, row in enumerate(rows)
            if row["verdict"] not in VERDICTS
        ]  # fmt: skip
    if faults:
        raise InputError.of(faults)
    return tuple(Feedback(**{name: row[name] for name in FEEDBACK}) for row in rows)
