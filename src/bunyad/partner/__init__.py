"""
Partner: bring those who offer to those who need.

organisations  who comes: companies, startups, agencies, schools, investors
needs          what the plan's projects and settlements ask for
matching       who suits what, and why, in words
forum          who meets whom, when, and at which table
exchange       places at hosts, given so that nobody has a reason to swap
ventures       from a match to an agreement that is followed
courses        IT education: pupils, rooms, teachers, devices, certificates
"""

from __future__ import annotations
