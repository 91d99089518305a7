"""The chapter `train_and_observe`: what it alone uses."""
