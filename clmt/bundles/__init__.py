"""The final model of a dataset in one file, and what it predicts of cell lines and drugs that a user brings."""
