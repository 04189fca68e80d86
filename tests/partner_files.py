"""Small and large files of organisations for the tests of the chapter `partner`."""

from __future__ import annotations

import csv
import io
import random

HEADER = (
    "id", "name", "sort", "country", "sectors", "staff", "turnover_usd", "languages", "offers",
    "wishes", "references", "website", "contact_name", "contact_email",
)  # fmt: skip
WORDS = [
    "cloud",
    "meters",
    "lights",
    "fibre",
    "solar",
    "roads",
    "housing",
    "schools",
    "sensors",
    "drones",
    "water",
    "heat",
]


def good_row(number: int, rng: random.Random) -> dict[str, str]:
    """Return a row without faults."""
    return {
        "id": f"firm-{number}",
        "name": f"Firm {number} {rng.choice(WORDS).title()} LLC",
        "sort": rng.choice(["company", "startup", "investor"]),
        "country": rng.choice(["AZ", "PK", "TR", "Germany", "Türkiye", "kz"]),
        "sectors": rng.choice(["6201", "62.02; 6311", "J", "4321", "F43"]),
        "staff": str(rng.randint(1, 5000)),
        "turnover_usd": str(rng.randint(1, 10**8)),
        "languages": rng.choice(["az; en", "ur, en", "ru"]),
        "offers": " ".join(rng.choices(WORDS, k=12)),
        "wishes": rng.choice(["", "a partner for meters"]),
        "references": rng.choice(["", "Meters in Ganja | AZ | 2022 | 500000"]),
        "website": f"https://firm-{number}.example.org",
        "contact_name": f"Person {number}",
        "contact_email": f"person@firm-{number}.example.org",
    }


FAULTY = (
    ("country", "Atlantis"), ("sectors", "9Z"), ("languages", "klingon"), ("staff", "many"),
    ("turnover_usd", "1,000"), ("sort", "club"), ("name", ""), ("contact_email", "nobody"),
    ("website", "example"), ("references", "| AZ"),
)  # fmt: skip


def organisations_file(rows: int, faulty: int, seed: int = 7) -> tuple[bytes, dict[int, str]]:
    """Return a CSV with faulty rows spread over it, and the faulty field by line."""
    rng = random.Random(seed)
    wrong = dict.fromkeys(sorted(rng.sample(range(rows), faulty)), "")
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADER)
    writer.writeheader()
    for number in range(rows):
        row = good_row(number, rng)
        if number in wrong:
            field, value = FAULTY[len([one for one in wrong if wrong[one]]) % len(FAULTY)]
            row[field] = value
            wrong[number] = field
        writer.writerow(row)
    return out.getvalue().encode(), {number + 2: field for number, field in wrong.items()}
