"""Weights, backends, errors: what all other packages build on."""

import os

# ONNX Runtime tells its maker of each session unless this is set before it is loaded (docs/deploying.md). What runs
# here calls nobody, so there is no way to ask for it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
