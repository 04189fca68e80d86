"""How a server is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideIdentity:
    """An OpenID Connect provider that accounts may come from."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    """Empty for a client that proves itself by PKCE alone."""
    title: str
    """Name on the button."""
    domains: frozenset[str] = frozenset()
    """Domains of e-mail addresses whose owners may come without an invitation."""
    role: str = "commission"
    """Role of who comes so."""
    organisation: str = ""
    """Name of the organisation that they join."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator of a server chooses."""

    data: Path
    """Folder of plans, uploads and, by default, the database."""
    database_url: str = field(repr=False)
    sealing_key: bytes | None = field(default=None, repr=False)
    """The operator's key, which seals the signing key in the database; none: it lies open."""
    public_url: str
    """Address that browsers use; cookies and passkeys belong to it."""
    runs_jobs: bool = True
    """Whether this server runs plans, or leaves them to another on the same database."""
    worker_name: str = "server"
    login_days: int = 14
    token_days: int = 365
    invitation_days: int = 14
    largest_upload_mb: int = 200
    requests_per_minute: int = 600
    """Requests of one address or account before it has to wait."""
    sign_ins_per_minute: int = 10
    auction_acts_per_minute: int = 60
    """Bids, questions and other acts of one account in auctions before it has to wait."""
    verifications_per_minute: int = 6
    """Records that one address or account may have verified."""
    simulations_per_minute: int = 12
    """Simulations that one address or account may ask for."""
    largest_bid_kb: int = 2_000
    largest_document_mb: int = 20
    """Largest file of a data room."""
    ocid_prefix: str = "ocds-000000"
    """Prefix of open contracting ids, which the Partnership gives; this one is for trials."""
    live_database_url: str = field(default="", repr=False)
    """Database with the records of living places; empty for files in the data folder."""
    broker_url: str = "http://127.0.0.1:1026"
    """Address of `bunyad operate serve`, which carries commands to things."""
    broker_token: str = field(default="", repr=False)
    """Token for it, where it asks for tokens."""
    job_silence_s: float = 60.0
    """Time without a sign of life after which a run counts as broken."""
    warms_up: bool = False
    """Whether the newest public plan is opened at the start, before anybody asks of its land."""
    outside: OutsideIdentity | None = None

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        """Scheme, host and port that browsers use."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def passkey_host(self) -> str | None:
        """Host that passkeys belong to; none where browsers allow none, such as at an IP."""
        host = urlsplit(self.public_url).hostname or ""
        return host if not _is_ip(host) and (self.is_secure or host == "localhost") else None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
