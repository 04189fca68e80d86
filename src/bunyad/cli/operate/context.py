"""The command that keeps a JSON-LD context where nothing may be fetched."""

from __future__ import annotations

from pathlib import Path

from bunyad.cli.app import say
from bunyad.cli.operate.app import operate_app
from bunyad.errors import InputError


@operate_app.command(name="context")
def context(address: str, file: Path, /, *, data: Path = Path("bunyad-data")) -> None:
    """
    Keep the document of a JSON-LD context, so that the server need not fetch it.

    For places without internet: whoever names the address later is answered from the data folder.
    Contexts that the document names itself must be kept likewise.

    Parameters
    ----------
    address
        Where the context says it is, such as https://models.example/context.jsonld.
    file
        Its document: JSON with a member @context.
    data
        Folder of the data; made where it is not.
    """
    from bunyad.operate.broker.contexts import Documents, parse_context
    from bunyad.operate.broker.problems import Problem

    if not address.startswith(("http://", "https://")):
        raise InputError(
            f"{address!r} is no address", where="context", mend="give one with https:// or http://"
        )
    try:
        document = parse_context(str(file), file.read_bytes())
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(reason, where=str(file), mend="give a file of JSON-LD") from None
    except Problem as problem:
        raise InputError(
            str(problem), where=str(file), mend='give JSON such as {"@context": {...}}'
        ) from None
    Documents(data / "contexts").keep(address, document)
    say(f"{address} is kept in {data}.")
