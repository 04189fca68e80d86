def write_climate(*a,**k): pass
