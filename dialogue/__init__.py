import models  # noqa: F401 (before ONNX Runtime is: it keeps quiet then)
