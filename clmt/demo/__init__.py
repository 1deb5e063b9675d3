"""A small simulated world in the published layouts: real drug names, made-up cell lines, a planted mechanism."""
