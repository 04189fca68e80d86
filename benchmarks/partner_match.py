"""
Judge the order of matches and time the import and the score.

`python benchmarks/partner_match.py` prints JSON lines: nDCG@10 of each method on the halves of the
judged pairs (tests/partner/judged), with the model of the extra `meaning` where it is installed;
then seconds for 10,000 rows with 500 faulty ones, and for 10,000 organisations × 1,000 needs.
`--small` runs a tenth of the size.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np
from judged_pairs import judged_pairs, need, quality
from partner_files import organisations_file

from bunyad.errors import InputError
from bunyad.partner.matching import (
    choose_matches,
    explain_match,
    match_rules,
    prepare_matching,
    score_matches,
)
from bunyad.partner.matching.meaning import meaning_likeness
from bunyad.partner.matching.text import text_likeness
from bunyad.partner.needs.asked import wordings
from bunyad.partner.organisations import find_twins, parse_organisations

MEGABYTE = 1024


def main() -> None:
    """Run all cases."""
    part = 10 if "--small" in sys.argv else 1
    for which in ("tune", "test"):
        _judge(which)
    _import(10_000 // part, 500 // part)
    _match(10_000 // part, 1_000 // part)


def _judge(which: str) -> None:
    """Print the quality of each method."""
    judged = judged_pairs(which)
    offers, asked = [one.offers for one in judged.organisations], [n.text for n in judged.needs]
    every = slice(None)
    rules = match_rules()
    prepared = prepare_matching(judged.organisations, judged.needs, rules=rules)
    found = {
        "branches alone": prepared.parts["sector"].at(every, every),
        "words and letters": text_likeness(offers, asked, lexical_share=1, glossary=False),
        "words, letters and glossary": prepared.parts["text"].at(every, every),
        "whole score": score_matches(prepared),
    }
    try:
        found["model alone"] = meaning_likeness(offers, asked)
        joined = prepare_matching(
            judged.organisations, judged.needs, rules=rules, meaning=meaning_likeness
        )
        found["whole score with the model"] = score_matches(joined)
    except InputError as error:
        print(json.dumps({"case": "model", "left_out": str(error)}))
    for method, scores in found.items():
        print(json.dumps({
            "case": "nDCG@10", "half": which, "pairs": judged.grades.size, "method": method,
            "value": round(quality(scores, judged), 4),
        }))  # fmt: skip


def _timed(case: str, act: Callable[[], Any], **more: Any) -> Any:
    """Print how long something takes."""
    begun, worked = time.perf_counter(), time.process_time()
    found = act()
    print(json.dumps({
        "case": case, **more, "wall_s": round(time.perf_counter() - begun, 2),
        "cpu_s": round(time.process_time() - worked, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE,
    }))  # fmt: skip
    return found


def _import(rows: int, faulty: int) -> None:
    content, wrong = organisations_file(rows, faulty)
    kept = _timed(
        "import", lambda: parse_organisations(content, keeps_good_rows=True), rows=rows,
        faulty=faulty,
    )  # fmt: skip
    assert kept.faulty_rows == len(wrong)
    _timed(
        "twins", lambda: find_twins(kept.directory), organisations=len(kept.directory.organisations)
    )


def _match(many: int, asked: int) -> None:
    rng = random.Random(5)
    pool = judged_pairs("test").organisations
    organisations = [
        replace(rng.choice(pool), id=str(at), offers=" ".join(
            [rng.choice(pool).offers, *rng.choices(rng.choice(pool).offers.split(), k=5)]))
        for at in range(many)
    ]  # fmt: skip
    texts = list(wordings())
    needs = [
        replace(
            one, id=str(at), text=f"{one.text} {rng.random()}", amount_usd=rng.uniform(1e4, 1e7)
        )
        for at, one in enumerate(need(rng.choice(texts)) for _ in range(asked))
    ]
    size = {"organisations": many, "needs": asked}
    prepared = _timed(
        "prepare", lambda: prepare_matching(organisations, needs, rules=match_rules()), **size
    )
    scores = _timed("score", lambda: score_matches(prepared), **size)
    assert np.isfinite(scores).all()
    found = _timed("choose", lambda: choose_matches(prepared), **size)
    _timed("explain", lambda: explain_match(prepared, found[0].organisation, found[0].need))


if __name__ == "__main__":
    main()
