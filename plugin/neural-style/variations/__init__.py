"""Sheets of small pictures, each with other settings, to choose from."""
