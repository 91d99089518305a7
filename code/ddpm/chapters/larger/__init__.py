"""The chapter *Larger than one machine*."""
