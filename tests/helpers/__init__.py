"""What several tests need: models, an oracle, made-up data, the command line as they call it."""
