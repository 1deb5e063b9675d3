"""Predictors that every table carries; "better" is earned against the strongest of them."""
