"""CLMT: drug response prediction from molecular and textual views of cell lines and drugs."""

__version__ = "0.2.0"
