"""The labelled equations of the book, one module for each chapter. `ddpm.derivation.registry` loads them all."""
