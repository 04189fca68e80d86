"""The file in which an operator says by which provider people may sign in."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bunyad.errors import Fault, InputError
from bunyad.web.rights import SIGNED_IN, Role
from bunyad.web.settings import OutsideIdentity

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NewAccounts(BaseModel):
    """Who may come without an invitation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domains: list[str] = Field(title="Domains of e-mail addresses, such as example.org")
    role: Role = Field(title="Role of who comes so; never admin")
    organisation: str = Field(title="Organisation that they join", min_length=1, max_length=200)

    @field_validator("role")
    @classmethod
    def _is_modest(cls, role: Role) -> Role:
        if role not in SIGNED_IN - {Role.ADMIN}:
            raise ValueError("administrators are invited")
        return role


class ProviderFile(BaseModel):
    """An OpenID Connect provider, as it is written down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(title="Name on the button", min_length=1, max_length=60)
    issuer: str = Field(title="Address of the provider, as it names itself")
    client_id: str = Field(title="Name of this server at the provider", min_length=1)
    client_secret_file: Path | None = Field(
        default=None, title="File that holds the secret alone; none for a client without one"
    )
    new_accounts: NewAccounts | None = Field(default=None, title="None: by invitation only")

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        is_near = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not (parts.scheme == "https" or is_near) or parts.query or parts.fragment:
            raise ValueError("give an address with https://")
        return issuer


def read_provider_file(path: Path) -> OutsideIdentity:
    """
    Read and check the file.

    Parameters
    ----------
    path
        YAML file; a secret's file is looked for beside it.

    Raises
    ------
    InputError
        Naming every fault with its field; never with what was written, as that may be a secret.
    """
    file = _checked(path, _content(path))
    new = file.new_accounts
    return OutsideIdentity(
        issuer=file.issuer,
        client_id=file.client_id,
        client_secret=_secret(path, file.client_secret_file),
        title=file.title,
        domains=frozenset(one.lower() for one in new.domains) if new else frozenset(),
        role=new.role if new else Role.COMMISSION,
        organisation=new.organisation if new else "",
    )


def _content(path: Path) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read ({type(error).__name__})", where=str(path),
            mend="give a UTF-8 text file; docs/how-to/serve.md has one",
        ) from None  # fmt: skip
    except YAMLError:
        raise InputError(
            "the file is not valid YAML", where=str(path), mend="check indentation and colons"
        ) from None


def _checked(path: Path, content: Any) -> ProviderFile:
    try:
        return ProviderFile.model_validate(content)
    except ValidationError as error:
        faults = [
            Fault(
                f"{path}: {'.'.join(str(part) for part in fault['loc'])}",
                str(fault["msg"]),
                "correct it; docs/how-to/serve.md tells every field",
            )
            for fault in error.errors(include_input=False)
        ]
        raise InputError.of(faults) from None


def _secret(path: Path, name: Path | None) -> str:
    if name is None:
        return ""
    try:
        return (path.parent / name).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the secret cannot be read ({type(error).__name__})",
            where=f"{path}: client_secret_file",
            mend="put the provider's secret alone into that file",
        ) from None
