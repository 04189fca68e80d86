"""
South: meters, sensors and chargers, by whatever language they speak.

- `sources`: the file that says what is read where and which attribute it becomes
- `units`: from the device's unit to the attribute's
- `mqtt`: messages of a broker (3.1.1 or 5), decoded as JSON, Sparkplug B or LoRaWAN
- `modbus`, `opcua`, `dlms`, `ocpp`: devices that are asked, or that call
- `pushed`: readings that come by HTTP or CSV
- `outbox`: kept at the edge until the receiver has them, in order, once
- `deliver`, `receive`: the two ends of an unreliable link
- `gateway`: all of these, as `bunyad operate listen` runs them
"""

from __future__ import annotations
