"""Networks on top of `autograd`, importing only its public names."""
