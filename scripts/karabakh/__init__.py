"""
Build the region folder `karabakh` from public packages and hand-typed tables.

packages   where the raw data come from
areas      districts, rivers, places, hazards
terrain    ground height, land cover
wind       mean wind speed from the exposure of the terrain
sunshine   hourly irradiance from clear sky and the spread of the daily sums
weather    hourly air temperature and wind speed
climate    the climate file
record     SOURCES.md
"""
