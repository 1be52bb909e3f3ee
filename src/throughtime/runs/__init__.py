"""Runs of training: options, configuration, model and folder."""
