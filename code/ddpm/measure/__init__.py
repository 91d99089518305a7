"""Times: how long a call takes, how long it has to take, and in which words that is told."""
