"""Settings: one field each, with its type, range, choices, unit and one line of help; nothing here is computed with."""
