"""The group of commands."""

from __future__ import annotations

from cyclopts import App

from bunyad.cli.app import app

partner_app = App(
    name="partner", help="Bring invited companies, startups and local partners to the projects."
)
app.command(partner_app)
