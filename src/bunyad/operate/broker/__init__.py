"""
Broker: entities of a living place, as NGSI-LD (ETSI GS CIM 009) has them.

model     the form of an entity inside of the broker
contexts  names as IRIs and back: JSON-LD contexts as compiled maps of terms
"""
