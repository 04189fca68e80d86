"""
Changes: what a client sends, checked and kept.

bodies      members of a body, read by the model
work        what a change goes along with: the writer's transaction, and what it touched
create      new entities, with those inside of them
observe     new Observations
attributes  an Observation that becomes the value of an entity's attribute
bulk        many of one Datastream at once
multi       MultiDatastreams, whose parts must agree
places      where Things are and were; features of interest from there
keep        what a Datastream knows of its Observations: times and area
update      changes of entities: merge, replace, JSON Patch
links       links between entities that are there
patch       RFC 6902
delete      entities that go, with what hangs on them
"""

from __future__ import annotations
