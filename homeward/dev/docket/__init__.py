"""Invented but realistic input: nine weeks of a docket, told in YAML and CSV."""
