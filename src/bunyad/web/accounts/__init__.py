"""Accounts: who comes, with what proof, and what they may do."""
