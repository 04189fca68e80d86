"""Tables of the database: people, what they may do, and the work that was done for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, LargeBinary, MetaData, String, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import DateTime, TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept in UTC whatever the database knows of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a time into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give a time its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a new identifier that nobody can guess."""
    return uuid4().hex


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Organisation(Base):
    """An authority, agency, company or village that accounts belong to."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    """`authority`, `agency`, `company`, `village` or `other`."""
    settlement: Mapped[str | None] = mapped_column(String(100))
    """Settlement whose data an operator may see; none sees nothing, `*` sees all."""
    created: Mapped[datetime] = mapped_column(default=now)


class Account(Base):
    """A person who can sign in."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(300))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    """Set once the second factor has been confirmed."""
    totp_last_step: Mapped[int] = mapped_column(default=0)
    """Step of the last code that was taken, so that none is taken twice."""
    outside_subject: Mapped[str | None] = mapped_column(String(600), unique=True)
    """Issuer and subject at an OpenID Connect provider."""
    language: Mapped[str] = mapped_column(String(8), default="en")
    is_active: Mapped[bool] = mapped_column(default=True)
    created: Mapped[datetime] = mapped_column(default=now)


class Passkey(Base):
    """A WebAuthn credential of an account."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(100))
    created: Mapped[datetime] = mapped_column(default=now)


class Login(Base):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "login"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    agent: Mapped[str] = mapped_column(String(200), default="")


class ApiToken(Base):
    """A token for programs; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]


class Ceremony(Base):
    """Something begun that its asker must come back to finish, once and soon."""

    __tablename__ = "ceremony"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    """Whose it is; none where nobody is signed in yet."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires: Mapped[datetime] = mapped_column(index=True)


class Invitation(Base):
    """An account that somebody may make; only the hash of its link is kept."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    used: Mapped[datetime | None]


class AuditEntry(Base):
    """What somebody did; rows are added and never changed."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    account_id: Mapped[str | None] = mapped_column(String(32), index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RegionRecord(Base):
    """A region folder that was uploaded."""

    __tablename__ = "region"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("organisation_id", "name"),)


class PlanRecord(Base):
    """A plan, or a scenario of one: what was changed, by whom, when and why."""

    __tablename__ = "plan"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(2000), default="")
    region: Mapped[str] = mapped_column(String(100))
    """Name of a built-in region, or identifier of an uploaded one."""
    base_id: Mapped[str | None] = mapped_column(ForeignKey("plan.id"))
    """Plan that it changes."""
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`options` by `room.name`, and `edits` of the region's tables."""
    folder: Mapped[str | None] = mapped_column(String(1000))
    """Plan folder outside of the server's own, where a plan was made by the command line."""
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    created: Mapped[datetime] = mapped_column(default=now, index=True)
    is_public: Mapped[bool] = mapped_column(default=False)
    share_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Hash of the token in a shared link."""
    is_removed: Mapped[bool] = mapped_column(default=False)
    """Put aside by its owner; can be taken back."""
    version: Mapped[int] = mapped_column(default=1)


class Job(Base):
    """A run that makes a plan."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True, default="queued")
    """`queued`, `running`, `done`, `failed`, `cancelled` or `broken`."""
    wants_cancel: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str | None] = mapped_column(String(100))
    """Which server's worker runs it."""
    heartbeat: Mapped[datetime | None]
    stages: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Seconds and state (`run`, `reuse`, `done`) by stage."""
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    created: Mapped[datetime] = mapped_column(default=now, index=True)
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
