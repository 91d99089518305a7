"""`make bench`: how fast the training and the sampling of `ddpm` are, against two other ways, in one run."""
