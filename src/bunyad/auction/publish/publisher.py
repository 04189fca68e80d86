"""Who publishes an auction, and under which names: what a `publisher.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bunyad.errors import Fault, InputError

Address = Annotated[str, Field(pattern=r"^https?://\S+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Party(_Part):
    """An organisation as registers know it."""

    name: str = Field(min_length=1)
    """Name by which the auction's events know it."""
    legal_name: str = ""
    scheme: str = Field(default="", pattern=r"^([A-Z]{2}-[A-Z0-9]+|[A-Z]+)?$")
    """Register, as org-id.guide lists it."""
    register_id: str = ""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    """ISO 3166-1, two letters."""

    @property
    def id(self) -> str:
        """The party's id in the data: that of the register, else its name."""
        return f"{self.scheme}-{self.register_id}" if self.register_id else self.name


class Publisher(_Part):
    """What the packages say of their publisher, and of the parties."""

    ocid_prefix: str = Field(default="ocds-000000", pattern=r"^ocds-[a-z0-9]{6}$")
    """Prefix that the Open Contracting Partnership registers; the default is for trials only."""
    agency: Party = Party(name="agency")
    base_uri: Address = "https://example.org/auctions"
    """Where the files are published; each auction has a folder below it."""
    licence: Address = "https://creativecommons.org/licenses/by/4.0/"
    policy: Address = "https://example.org/publication-policy"
    category: Literal["goods", "services", "works"] = "services"
    language: str = Field(default="en", pattern="^[a-z]{2}$")
    bidders: tuple[Party, ...] = ()
    """What registers say of bidders; shown only once the bidders' names are public."""

    def party(self, name: str) -> Party:
        """Return what is known of a bidder."""
        return next((party for party in self.bidders if party.name == name), Party(name=name))

    def uri(self, auction: str, file: str) -> str:
        """Return where a file of an auction is published."""
        return f"{self.base_uri.rstrip('/')}/{auction}/{file}"


def read_publisher(content: Any, *, where: str) -> Publisher:
    """
    Read what a publisher's file holds.

    Parameters
    ----------
    content
        Values of the file.
    where
        File that errors name.

    Raises
    ------
    InputError
        With every fault of it.
    """
    try:
        return Publisher.model_validate(content if isinstance(content, Mapping) else {"": content})
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"{where}: {'.'.join(str(part) for part in fault['loc'])}",
                what=fault["msg"],
                mend="see docs/how-to/publish-an-auction.md",
            )
            for fault in error.errors(include_url=False)
        ) from None
