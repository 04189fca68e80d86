"""
The entities of a village, as NGSI-LD has them.

What stands in the bill of quantities becomes an entity with a type of Smart Data Models; what is
measured gets its value from the first reading. Each entity keeps the identifier of the Project
that builds it, and says whether its place is modelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bunyad.operate.village.layout import PUBLIC, Layout, lay_out
from bunyad.operate.village.model import Village, constants

__all__ = ["Entity", "village_entities"]

Entity = dict[str, Any]

BILL = "plan: tables/smart_systems.csv"
MODELLED = "modelled: not in the plan's bill of quantities"
PUBLIC_CATEGORY = {
    "school": "school", "kindergarten": "kindergarten", "clinic": "hospital", "control": "public",
}  # fmt: skip


def prop(value: Any, unit: str = "") -> Entity:
    """Return a Property."""
    return {"type": "Property", "value": value} | ({"unitCode": unit} if unit else {})


def rel(target: str, dataset: str = "") -> Entity:
    """Return a Relationship; several of one name are told apart by their dataset."""
    told = {"type": "Relationship", "object": target}
    return told | ({"datasetId": f"urn:ngsi-ld:dataset:{dataset}"} if dataset else {})


def entity_id(kind: str, village: str, name: str) -> str:
    """
    Return the identifier of an entity.

    Examples
    --------
    >>> entity_id("Streetlight", "aghali", "lamp-007")
    'urn:ngsi-ld:Streetlight:aghali:lamp-007'
    """
    return f"urn:ngsi-ld:{kind}:{village}:{name}"


def village_entities(village: Village) -> list[Entity]:
    """
    Return the entities of a village, normalised, with short names.

    Parameters
    ----------
    village
        What the plan says of the settlement.

    Returns
    -------
    list of dict
        Entities that `bunyad.operate.village.check_entity` finds right; `village_context` has
        the addresses of their names.
    """
    maker = _Maker(village, lay_out(village))
    return [
        *maker.place(), *maker.grid(), *maker.homes(), *maker.public(), *maker.lights(),
        *maker.waste(), *maker.water(), *maker.fields(), *maker.chargers(), *maker.watchers(),
    ]  # fmt: skip


class _Maker:
    """Makes entities of one village."""

    def __init__(self, village: Village, layout: Layout) -> None:
        self.village = village
        self.layout = layout
        self.smart = village.project("smart_village") or village.project("settlement")
        self.built = village.project("settlement") or self.smart

    def id(self, kind: str, name: str) -> str:
        """Return the identifier of an entity of this village."""
        return entity_id(kind, self.village.id, name)

    def make(
        self, kind: str, name: str, at: Any, project: str, source: str = BILL, **attributes: Any
    ) -> Entity:
        """Return an entity with what all of them have."""
        entity: Entity = {"id": self.id(kind, name), "type": kind, "name": prop(name)}
        entity["location"] = {
            "type": "GeoProperty",
            "value": {"type": "Point", "coordinates": [float(at[0]), float(at[1])]},
        }
        entity["isModelled"] = prop(True)  # noqa: FBT003  (the value that is told)
        entity["source"] = prop(source)
        entity["refSettlement"] = rel(self.id("Settlement", "place"))
        if project:
            entity["refProject"] = prop(project)
        return entity | attributes

    def expects(self, name: str) -> Entity:
        """Return the link to what the plan expects of an entity."""
        return rel(self.id("ExpectedProfile", name))

    def meter(
        self, name: str, at: Any, project: str, expected: str, target: str, source: str = BILL
    ) -> Entity:
        """Return what an electricity meter measures."""
        return self.make(
            "ThreePhaseAcMeasurement", name, at, project, source,
            refTargetDevice=rel(target), isFedBy=rel(target), refExpected=self.expects(expected),
        )  # fmt: skip

    def device(
        self, name: str, at: Any, category: str, controlled: str, asset: str,
    ) -> Entity:  # fmt: skip
        """Return a device of the bill that watches an entity."""
        return self.make(
            "Device", name, at, self.smart, category=prop([category]),
            controlledProperty=prop([controlled]), controlledAsset=rel(asset),
        )  # fmt: skip

    def place(self) -> Iterator[Entity]:
        """Give the settlement itself."""
        village = self.village
        entity = self.make(
            "Settlement", "place", (village.lon, village.lat), self.built,
            "plan: settle", people=prop(village.people, "C62"), homes=prop(village.homes, "C62"),
            district=prop(village.district), projects=prop([one.id for one in village.projects]),
            billOfQuantities=prop(dict(village.systems)),
        )  # fmt: skip
        entity["name"] = prop(village.name_local)
        entity["isModelled"] = prop(False)  # noqa: FBT003  (the value that is told)
        yield entity

    def grid(self) -> Iterator[Entity]:
        """Give plant, substation, feeder and transformers, each fed by the one before."""
        village, middle = self.village, (self.village.lon, self.village.lat)
        power = next((one.id for one in village.projects if one.kind == "power_line"), self.built)
        for plant in village.plants:
            yield self.make("GreenEnergyGenerator", plant, middle, "", "plan: energy")
        station = self.make(
            "Substation", village.substation or "substation", middle, power, "plan: connect"
        )
        for plant in village.plants:
            station["isFedBy"] = rel(self.id("GreenEnergyGenerator", plant))
        yield station
        feeder = self.id("ACLineSegment", "feeder")
        line = self.make(
            "ACLineSegment", "feeder", middle, self.built, "plan: connect",
            isFedBy=rel(station["id"]), baseVoltage=prop(village.feeder_kv, "KVT"),
            description=prop(village.feeder),
        )  # fmt: skip
        yield line
        yield self.meter("feeder", middle, self.built, "feeder-power", feeder, MODELLED)
        for number, at in enumerate(self.layout.transformers):
            name = f"transformer-{number + 1}"
            yield self.make(
                "PowerTransformer", name, at, self.built, MODELLED, isFedBy=rel(feeder),
                ratedPower=prop(constants()["transformer_kva"], "KVA"),
                isMeasuredBy=rel(self.id("ThreePhaseAcMeasurement", name)),
            )  # fmt: skip
            target = self.id("PowerTransformer", name)
            yield self.meter(name, at, self.built, name, target, MODELLED)

    def homes(self) -> Iterator[Entity]:
        """Give homes with their meters, roofs and connections."""
        village, layout = self.village, self.layout
        each_kwp = village.roof_kwp / max(village.homes, 1)
        for number, at in enumerate(layout.homes):
            name = f"home-{number + 1:03d}"
            home = self.id("Building", name)
            fed = self.id("PowerTransformer", f"transformer-{layout.home_transformer[number] + 1}")
            yield self.make(
                "Building", name, at, self.built, "plan: settle", category=prop(["house"]),
                isFedBy=rel(fed),
            )  # fmt: skip
            meter = self.meter(name, at, self.smart, "home-power", fed)
            yield meter | {
                "refBuilding": rel(home),
                "refDevice": rel(self.id("Device", f"{name}-electricity")),
            }
            yield self.device(
                f"{name}-electricity", at, "meter", "electricityConsumption", meter["id"]
            )
            if each_kwp:
                yield from self.roof(name, at, home, each_kwp)
            yield from self.home_meters(name, at, home)

    def roof(self, name: str, at: Any, home: str, kwp: float) -> Iterator[Entity]:
        """Give the modules on the roof of a home and what they yield."""
        device = self.id("PhotovoltaicDevice", name)
        yield self.make(
            "PhotovoltaicDevice", name, at, self.smart, refBuilding=rel(home),
            application=prop(["electric"]), installationMode=prop(["roofing"]),
            NominalPower=prop(kwp * 1000, "WTT"),
        )  # fmt: skip
        yield self.make(
            "PhotovoltaicMeasurement", name, at, self.smart, refBuilding=rel(home),
            refPhotovoltaicDevice=rel(device), refExpected=self.expects("home-solar"),
            nominalPeakPowerGeneration=prop(kwp, "KWT"),
        )  # fmt: skip

    def home_meters(self, name: str, at: Any, home: str) -> Iterator[Entity]:
        """Give the meters of water and heat and the fibre of a home, as far as the bill has."""
        village = self.village
        if village.count("smart water meter"):
            water = self.make(
                "WaterConsumptionObserved", name, at, self.smart, refBuilding=rel(home),
                refExpected=self.expects("home-water"),
            )  # fmt: skip
            yield water
            yield self.device(f"{name}-water", at, "meter", "waterConsumption", water["id"])
        if village.count("smart heat meter"):
            heat = self.make(
                "SmartMeteringObservation", f"{name}-heat", at, self.smart, meterType=prop("Heat"),
                refBuilding=rel(home), refExpected=self.expects("home-heat"),
                refDevice=rel(self.id("Device", f"{name}-heat")),
            )  # fmt: skip
            yield heat
            yield self.device(f"{name}-heat", at, "meter", "energy", heat["id"])
        if village.count("fibre to the home"):
            yield self.make(
                "Device", f"{name}-fibre", at, self.smart, category=prop(["network"]),
                controlledAsset=rel(home),
            )  # fmt: skip

    def public(self) -> Iterator[Entity]:
        """Give public buildings, each with a meter."""
        fed = self.id("PowerTransformer", "transformer-1")
        for name, at in zip(PUBLIC, self.layout.public, strict=True):
            building = self.id("Building", name)
            capacity = self.village.services.get(name, 0.0)
            yield self.make(
                "Building", name, at, self.built, "plan: settle", isFedBy=rel(fed),
                category=prop([PUBLIC_CATEGORY[name]]), peopleCapacity=prop(capacity, "C62"),
            )  # fmt: skip
            meter = self.meter(name, at, self.built, "public-power", fed, MODELLED)
            yield meter | {"refBuilding": rel(building)}

    def lights(self) -> Iterator[Entity]:
        """Give street lamps, their groups (one a transformer) and the cabinet."""
        layout = self.layout
        if not len(layout.lamps):
            return
        cabinet = self.id("StreetlightControlCabinet", "cabinet")
        yield self.make(
            "StreetlightControlCabinet", "cabinet", layout.transformers[0], self.smart,
            workingMode=prop("automatic"), refExpected=self.expects("lights-power"),
        )  # fmt: skip
        for number, at in enumerate(layout.transformers):
            yield self.make(
                "StreetlightGroup", f"lights-{number + 1}", at, self.smart,
                refStreetlightControlCabinet=rel(cabinet),
                isFedBy=rel(self.id("PowerTransformer", f"transformer-{number + 1}")),
            )  # fmt: skip
        for number, at in enumerate(layout.lamps):
            group = f"lights-{layout.lamp_transformer[number] + 1}"
            yield self.make(
                "Streetlight", f"lamp-{number + 1:03d}", at, self.smart,
                powerRating=prop(self.village.lamp_w, "WTT"), status=prop("ok"),
                controllingMethod=prop("individual"), locationCategory=prop("road"),
                refStreetlightGroup=rel(self.id("StreetlightGroup", group)),
                refExpected=self.expects("lamp-power"),
            )  # fmt: skip

    def waste(self) -> Iterator[Entity]:
        """Give waste containers with their sensors."""
        for number, at in enumerate(self.layout.containers):
            name = f"container-{number + 1:02d}"
            device = self.id("Device", name)
            container = self.make(
                "WasteContainer", name, at, self.smart, category=prop(["ground"]),
                storedWasteOrigin=prop("household"), status=prop("ok"), refDevice=rel(device),
                refExpected=self.expects("container-level"),
            )  # fmt: skip
            yield container
            yield self.device(name, at, "sensor", "fillingLevel", container["id"])

    def water(self) -> Iterator[Entity]:
        """Give the tank, the pump and the meter of water that goes into the network."""
        at = self.layout.tank
        yield self.make(
            "Tank", "tank", at, self.built, MODELLED, maxLevel=prop(4.0, "MTR"),
        )  # fmt: skip
        yield self.make(
            "Pump", "pump", at, self.built, MODELLED, refExpected=self.expects("pump-power"),
            isFedBy=rel(self.id("PowerTransformer", "transformer-1")),
        )  # fmt: skip
        yield self.make(
            "WaterConsumptionObserved", "inlet", at, self.built, MODELLED,
            refExpected=self.expects("water-inlet"),
        )  # fmt: skip

    def fields(self) -> Iterator[Entity]:
        """Give irrigated hectares, each with a soil sensor and a valve."""
        for number, at in enumerate(self.layout.fields):
            name = f"field-{number + 1:03d}"
            field = self.make(
                "AgriParcel", name, at, self.smart, area=prop(1.0, "HAR"),
                irrigationSystemType=prop("Drip irrigation"),
            )  # fmt: skip
            yield field
            yield self.make(
                "AgriParcelRecord", name, at, self.smart, hasAgriParcel=rel(field["id"])
            )
            yield self.make(
                "Valve", name, at, self.smart, hasAgriParcel=rel(field["id"]),
                valveType=prop("FCV"), setting=prop(0, "P1"),
                refExpected=self.expects("field-water"),
            )  # fmt: skip

    def chargers(self) -> Iterator[Entity]:
        """Give public charging points."""
        for number, at in enumerate(self.layout.chargers):
            yield self.make(
                "EVChargingStation", f"charger-{number + 1}", at, self.smart,
                capacity=prop(1, "C62"), socketNumber=prop(1, "C62"), socketType=prop(["Type2"]),
                allowedVehicleType=prop(["car"]), refExpected=self.expects("charger-power"),
                isFedBy=rel(self.id("PowerTransformer", "transformer-1")),
            )  # fmt: skip

    def watchers(self) -> Iterator[Entity]:
        """Give stations of air, noise and weather, cameras and gateways."""
        for number, at in enumerate(self.layout.stations):
            name = f"station-{number + 1}"
            device = self.id("Device", name)
            yield self.make(
                "WeatherObserved", name, at, self.smart, refDevice=rel(device),
                refExpected=[
                    rel(self.id("ExpectedProfile", one), one) for one in ("air-temperature", "sun")
                ],
            )  # fmt: skip
            yield self.make("AirQualityObserved", name, at, self.smart, refDevice=rel(device))
            yield self.make("NoiseLevelObserved", name, at, self.smart, refDevice=rel(device))
            weather = self.id("WeatherObserved", name)
            yield self.device(name, at, "sensor", "weatherConditions", weather)
        for number, at in enumerate(self.layout.cameras):
            name = f"camera-{number + 1}"
            yield self.make(
                "Camera", name, at, self.smart, cameraName=prop(name), cameraType=prop("FIXED")
            )
        for number, at in enumerate(self.layout.gateways):
            name = f"gateway-{number + 1}"
            yield self.make("Device", name, at, self.smart, category=prop(["network"]))
