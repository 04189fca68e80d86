"""From the projects of a plan to lots, sealed bids, awards and contracts."""
