"""The chapters and assignments as notebooks, and what they carry to where they run."""
