"""The layouts and mappings that ship with the program: YAML and CSV files, no code."""
