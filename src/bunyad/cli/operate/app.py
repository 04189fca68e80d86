"""The group of commands."""

from __future__ import annotations

from cyclopts import App

from bunyad.cli.app import app

operate_app = App(
    name="operate", help="Run what was built: live data, indicators, alarms, commands."
)
app.command(operate_app)
