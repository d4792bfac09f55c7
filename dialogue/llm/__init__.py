"""Language models: small talk and rephrasing. Facts do not come from here."""
