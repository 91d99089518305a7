"""Are the tests worth their name? The package is changed in one place at a time, and the tests have to fail.

`make mutants PART=derivation` (or `grading`, `core`) tries all; with `SAMPLE=40` that many, drawn at random. The
changes and the database of what they led to are Cosmic Ray's. Which changes count, which tests run, and the report are
decided here. A mutant that no test can tell from the original is listed in `equivalents.toml`, with the reason.
"""
