"""A witness of the record: run by somebody else, on another machine, with a key of its own.

It is told checkpoints and erasures, keeps them in a folder, and signs that it has. Nothing here can
sign for the record, read the database or open personal data.
"""
