"""Derivations that the machine checks, and the registry that ties each equation of the book to its check."""
