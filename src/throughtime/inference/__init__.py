"""The uses of a trained model: predict, score, sample, forecast, evaluate."""
