"""What is built around the chapters on the website; the equations and counts that all three forms show."""
