"""What the body of each kind of event of a venture holds, in the order of its life."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bunyad.auction.events.bodies import Body, Decimals, Hash, Name, Signature, Text

Day = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Share = Annotated[str, Field(pattern=r"^[0-9./]{1,30}$")]
Form = Literal["letter_of_intent", "memorandum", "joint_venture", "contract"]
Kind = Literal["money", "land", "equipment", "work", "knowledge"]


class Party(Body):
    """An organisation that takes part, and the public key by which it signs."""

    organisation: Name
    name: Name
    country: Country
    signing_key: Hash
    share: Share | None = None
    """Percentage or ratio; a joint venture needs it."""


class Contribution(Body):
    """What a party brings in."""

    id: Name
    party: Name
    kind: Kind
    what: Text
    amount_usd: Decimals
    due: Day


class Milestone(Body):
    """A step that is to be reached by a day."""

    id: Name
    title: Text
    due: Day
    party: Name | None = None
    """Who answers for it; nobody: all."""


class Paper(Body):
    """A document, known by its hash."""

    name: Name
    sha256: Hash


class Terms(Body):
    """A version of an agreement: all that is signed."""

    title: Text
    form: Form
    country: Country
    """Country in which the work is done."""
    field: Annotated[str, Field(pattern=r"^([A-U]|\d{2,4})$")]
    """Branch of ISIC rev. 4."""
    project: Name | None = None
    """Project of a plan, such as a lot's."""
    need: Name | None = None
    parties: Annotated[list[Party], Field(min_length=2, max_length=50)]
    contributions: Annotated[list[Contribution], Field(max_length=500, default_factory=list)]
    milestones: Annotated[list[Milestone], Field(max_length=500, default_factory=list)]
    documents: Annotated[list[Paper], Field(max_length=500, default_factory=list)]
    text: Annotated[str, Field(max_length=200_000)] = ""


class Drafted(Body):
    """Somebody has written the first version."""

    terms: Terms


class Revised(Body):
    """Somebody has written another version, which all have to sign."""

    terms: Terms
    why: Text


class Signed(Body):
    """A party signs a version."""

    party: Name
    version: Annotated[int, Field(ge=1)]
    terms_sha256: Hash
    signature: Signature


class Declined(Body):
    """A party refuses a version; the one before, if there is one, holds."""

    party: Name
    version: Annotated[int, Field(ge=1)]
    why: Text


class DocumentAdded(Body):
    """A party adds a document and signs its hash."""

    party: Name
    document: Paper
    signature: Signature


class Contributed(Body):
    """A party has brought in a contribution or a part of it; the organiser confirms it."""

    contribution: Name
    amount_usd: Decimals
    day: Day
    why: Text


class MilestoneReached(Body):
    """A milestone was reached."""

    milestone: Name
    day: Day
    why: Text


class MilestoneMissed(Body):
    """A milestone was missed, and is due on another day."""

    milestone: Name
    due: Day
    why: Text


class Reminded(Body):
    """Somebody was reminded of something due."""

    party: Name
    what: Text
    due: Day


class Ended(Body):
    """The venture has done what it was for."""

    why: Text


class Cancelled(Body):
    """The venture ends early."""

    why: Text


BODIES: dict[str, type[Body]] = {
    "drafted": Drafted,
    "revised": Revised,
    "signed": Signed,
    "declined": Declined,
    "document_added": DocumentAdded,
    "contributed": Contributed,
    "milestone_reached": MilestoneReached,
    "milestone_missed": MilestoneMissed,
    "reminded": Reminded,
    "ended": Ended,
    "cancelled": Cancelled,
}
