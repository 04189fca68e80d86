"""Built-in region folders: data only, read by `bunyad.region.load_region` by their name."""
