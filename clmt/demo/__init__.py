"""A small simulated world in the published layouts: real drug names, made-up cell lines, a planted mechanism."""

MARK = "SIMULATED"
"""File that a mirror of simulated sources holds, and a word that the names of its marks have."""
