"""What a hall sounds like."""

import numpy as np


def hall_noise(samples: int, level: float = 0.01, seed: int = 1) -> np.ndarray:
    """Noise whose power falls with frequency, as in a hall full of people and machines."""
    rng = np.random.default_rng(seed)
    white = np.fft.rfft(rng.normal(size=samples))
    pink = np.fft.irfft(white / np.sqrt(np.maximum(1, np.arange(len(white)))), samples)
    return (level * pink / np.abs(pink).std()).astype(np.float32)
