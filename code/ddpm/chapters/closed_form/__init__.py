"""The chapter `closed_form`: what it alone uses."""
