"""What requests about partners carry and answers give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Long = Annotated[str, msgspec.Meta(max_length=20_000)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class PartnerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries to list."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100
    text: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Part of the name or the offer."""
    country: Annotated[str, msgspec.Meta(max_length=2)] = ""
    section: Annotated[str, msgspec.Meta(max_length=1)] = ""
    """Section of ISIC rev. 4."""


class PartnerReference(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an organisation has done."""

    title: str
    country: str
    year: int | None
    amount_usd: float | None


class PartnerPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A document, known by its hash."""

    name: str
    sha256: str


class PartnerRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the directory."""

    id: str
    name: str
    sort: str
    country: str
    sectors: list[str]
    languages: list[str]
    offers: str
    wishes: str
    staff: int | None
    turnover_usd: float | None
    references: list[PartnerReference]
    documents: list[PartnerPaper]
    website: str
    longitude: float | None
    latitude: float | None
    is_published: bool
    is_own: bool
    """Whether the one who asks may change it."""
    is_claimed: bool
    """Whether the organisation has taken over its entry."""


class PartnerPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries, by name."""

    items: list[PartnerRow]
    next: str | None
    """Cursor of the next page."""
    total: int
    """Entries that fit, on all pages."""


class ContactState(msgspec.Struct, frozen=True, kw_only=True):
    """A person to talk to."""

    id: str
    name: str
    email: str
    phone: str
    consents: dict[str, str]
    """When the person agreed, by purpose."""


class PartnerState(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with what only its own people and the organiser see."""

    entry: PartnerRow
    version: int
    contacts: list[ContactState]


class PartnerChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in an entry; texts are read as those of a file are."""

    version: Annotated[int, msgspec.Meta(ge=1)] = 1
    """Version that the change is made on."""
    name: Name | None = None
    offers: Long | None = None
    wishes: Long | None = None
    website: Name | None = None
    sectors: Name | None = None
    """Codes of ISIC rev. 4, apart by ;"""
    languages: Name | None = None
    """Codes of ISO 639-1, apart by ;"""
    staff: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    turnover_usd: Annotated[float, msgspec.Meta(ge=0, le=1e15)] | None = None
    references: Long | None = None
    """title | country | year | US$, apart by ;"""
    is_published: bool | None = None


class ImportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How a file of organisations is read."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "organisations.csv"
    """Name of the file; one that ends in .xlsx is a workbook."""
    keep_good: bool = False
    """Whether faulty rows are left out; otherwise one fault refuses the file."""


class ImportFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a row that was left out."""

    where: str
    what: str
    mend: str


class ImportState(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an import."""

    rows: int
    kept: int
    faulty_rows: int
    faults: list[ImportFault]


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How the directory is written."""

    kind: Literal["csv", "xlsx"] = "csv"
    with_contacts: bool = False


class PartnerLink(msgspec.Struct, frozen=True, kw_only=True):
    """A signed link by which an organisation takes over its entry; shown once."""

    url: str
    email: str
    expires: str


class InvitationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite; left out: the first contact."""

    email: Annotated[str, msgspec.Meta(pattern=r"^[^@\sİ]+@[^@\sİ]+$", max_length=254)] | None = (
        None
    )


class ClaimBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The link, and for who has no account yet, a name and a password to make one."""

    token: Secret
    name: Name | None = None
    password: Password | None = None


class ConsentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To what a person agrees from now on."""

    purposes: list[Literal["matching", "meetings", "directory"]] = []


class DeletionState(msgspec.Struct, frozen=True, kw_only=True):
    """That a person was deleted, and what stays for which reason."""

    time: str
    kept: dict[str, str]


class TwinState(msgspec.Struct, frozen=True, kw_only=True):
    """Two entries that are likely one."""

    one: str
    other: str
    likeness: float
    reasons: list[str]


class MergeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entry stays, and which goes into it."""

    kept: Name
    gone: Name


class NeedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which plan."""

    plan: str = ""
    language: str = "en"
    asked: str = ""
    """Only one thing that is asked for."""


class NeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a project asks for."""

    id: str
    project: str
    asked: str
    asked_title: str
    """In the language of the reader."""
    title: str
    kind: str
    sectors: list[str]
    country: str
    district: str
    amount_usd: float
    start: int
    finish: int
    quantities: list[str]
    longitude: float
    latitude: float


class MatchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which plan, and of which entry or need."""

    plan: str = ""
    entry: str = ""
    need: str = ""
    language: str = "en"
    per_need: Annotated[int, msgspec.Meta(ge=1, le=50)] = 5
    per_organisation: Annotated[int, msgspec.Meta(ge=1, le=200)] = 8


class MatchRow(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation that is proposed to a need."""

    entry: str
    name: str
    country: str
    need: str
    title: str
    project: str
    score: float
    is_must: bool


class MatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Matches, and how many were weighed."""

    organisations: int
    needs: int
    items: list[MatchRow]


class ReasonState(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion, told."""

    criterion: str
    title: str
    value: float
    weight: float
    adds: float
    text: str


class MatchState(msgspec.Struct, frozen=True, kw_only=True):
    """Why two suit each other, or do not."""

    entry: PartnerRow
    need: NeedRow
    score: float
    verdicts: list[str]
    """What was said to the match."""
    reasons: list[ReasonState]


class VerdictBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says to a match."""

    verdict: Literal["no", "must", "liked", "disliked", "none"]
    """none: takes back what was said."""


class MeetPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Who could come to a forum: an organisation of the directory, or the people of a project."""

    id: str
    name: str
    side: Literal["guest", "host"]
    country: str
    languages: list[str]
    organisation: str
    """Organisation whose accounts act for it; empty where nobody has taken over the entry."""


class MeetPair(msgspec.Struct, frozen=True, kw_only=True):
    """What a meeting is worth."""

    guest: str
    host: str
    score: float
    must: bool
    veto: bool


class MeetState(msgspec.Struct, frozen=True, kw_only=True):
    """People and wishes of a forum, as its document has them."""

    people: list[MeetPerson]
    wishes: list[MeetPair]


class VentureDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first version of an agreement."""

    terms: dict[str, Any]


class VentureAct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done in a venture."""

    kind: Name
    body: dict[str, Any]


class VentureChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether everybody may see a venture."""

    is_public: bool


class VentureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A venture of a list."""

    id: str
    title: str
    form: str
    stage: str
    field: str
    country: str
    project: str | None
    parties: list[str]
    milestones: int
    reached: int
    is_public: bool


class VentureMoment(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a venture, told."""

    index: int
    time: str
    actor: str
    kind: str
    text: str
    body: dict[str, Any]


class ReminderState(msgspec.Struct, frozen=True, kw_only=True):
    """Something due."""

    venture: str
    kind: str
    party: str
    what: str
    due: str
    days: int


class VentureState(msgspec.Struct, frozen=True, kw_only=True):
    """A venture as the one who asks may see it."""

    row: VentureRow
    time: str
    version: int
    agreed_version: int
    terms: dict[str, Any]
    """Those that hold, or those proposed if none do yet."""
    proposed: dict[str, Any] | None
    waits_for: list[str]
    """Parties whose signature is missing."""
    reached: dict[str, str]
    moved: dict[str, str]
    paid_usd: dict[str, float]
    """What has come of each contribution [US$]."""
    acts_as: str
    """`organiser`, `party:` and an entry, or empty for who only reads."""
    moments: list[VentureMoment]
    reminders: list[ReminderState]


class PortfolioRow(msgspec.Struct, frozen=True, kw_only=True):
    """Ventures of a country and a field."""

    country: str
    field: str
    form: str
    stage: str
    ventures: int
    promised_usd: float
    paid_usd: float
    milestones: int
    reached: int


class LanguageOnly(msgspec.Struct, frozen=True, kw_only=True):
    """In which language words are."""

    language: str = "en"
