"""What a person does with a trained model: predict, score, sample, forecast, evaluate."""
