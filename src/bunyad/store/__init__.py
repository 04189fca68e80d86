"""Store: where results are kept between runs."""

from __future__ import annotations

from bunyad.store.results import load_result, save_result, write_netcdf

__all__ = ["load_result", "save_result", "write_netcdf"]
