"""The command that turns a settlement of a plan into entities of a living place."""

from __future__ import annotations

import json
from pathlib import Path

from bunyad.cli.app import AsJson, say
from bunyad.cli.operate.alarms import LiveDatabase
from bunyad.cli.operate.app import operate_app
from bunyad.errors import InputError, OutputError


@operate_app.command(name="provision")
def provision(  # noqa: PLR0913  (each is an option of the command)
    plan: Path,
    /,
    *,
    settlement: str,
    to: str | None = None,
    out: Path | None = None,
    data: Path | None = None,
    region: Path | None = None,
    tenant: str = "",
    token: str = "",
    as_json: AsJson = False,
    database: LiveDatabase = "",
) -> None:
    """
    Turn the smart systems of a settlement into NGSI-LD entities, with what the plan expects.

    Types are those of Smart Data Models. Places of homes, lamps and sensors are a modelled
    layout around the settlement's point, and say so. Running it again updates what is there.
    Without --to, --out or --data the entities are printed.

    Parameters
    ----------
    plan
        A plan folder.
    settlement
        Identifier of the settlement, such as aghali.
    to
        Address of a running broker, such as http://127.0.0.1:1026.
    out
        File to write, as a JSON list that any NGSI-LD broker takes.
    data
        Data folder of a broker that is not running; with a database, that of its servers.
    region
        Region folder of the plan, for its climate. By default the built-in region it was made of.
    tenant
        Tenant of the broker.
    token
        Token for the broker.
    as_json
        Print the result for machines.
    database
        URL that `bunyad operate serve` has as its --database: with --data, entities are kept there
        and not in the folder, and its servers know them at once. Subscribers are not told.
    """
    from bunyad.operate.village.entities import village_entities
    from bunyad.operate.village.expected import expected_entities, expected_of
    from bunyad.operate.village.folder import read_village
    from bunyad.operate.village.send import Broker, keep_entities, send_entities

    if sum(target is not None for target in (to, out, data)) > 1:
        raise InputError(
            "several targets are given", where="provision", mend="give one of --to, --out, --data"
        )
    village = read_village(plan, settlement, region=region)
    entities = village_entities(village)
    entities += expected_entities(expected_of(village), settlement)
    if to is not None:
        send_entities(entities, Broker(url=to, tenant=tenant, token=token))
    elif data is not None:
        keep_entities(data, entities, tenant=tenant, database=database)
    elif out is not None:
        _write(out, entities)
    else:
        print(json.dumps(_with_context(entities), ensure_ascii=False))
        if database:
            say("Nothing is kept: give --data as well, to write into the database.")
        return
    where = "the database" if data is not None and database else str(to or data or out)
    if as_json:
        kinds: dict[str, int] = {}
        for entity in entities:
            kinds[entity["type"]] = kinds.get(entity["type"], 0) + 1
        print(json.dumps({"to": where, "entities": len(entities), "types": kinds}))
    else:
        print(f"{village.name}: {len(entities)} entities in {where}.")
        say("Places of homes, lamps and sensors are modelled: a layout around the point.")


def _with_context(entities: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return entities that say themselves what their names stand for."""
    from bunyad.operate.village.vocabulary import village_context

    terms = village_context()
    told = []
    for entity in entities:
        mine = {name: terms[name] for name in entity if name in terms}
        kind = str(entity["type"])
        told.append({**entity, "@context": {kind: terms[kind], **mine}})
    return told


def _write(path: Path, entities: list[dict[str, object]]) -> None:
    """Write entities as a JSON list, one a line."""
    lines = [json.dumps(entity, ensure_ascii=False) for entity in _with_context(entities)]
    try:
        path.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(path), mend="choose another file"
        ) from None
