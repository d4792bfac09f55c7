"""T7, T8, T9: does the mouth move with the voice, at the pace of syllables, and further when it is louder?"""

from __future__ import annotations

import numpy as np

from animation.body import Body
from animation.rig import Rig
from animation.types import FPS, SAMPLES_PER_FRAME
from animation.visemes import is_silence, poses
from bench.lipsync.said import modelled
from bench.lipsync.takes import LEAD, Take, perform

LAGS = range(-9, 10)  # frames, 150 ms either way
LEVELS_DB = (-18, -12, -6, 0, 6)  # whisper-like to shouted, about the ordinary level


def band(rows: np.ndarray, low: float = 2.0, high: float = 7.0) -> np.ndarray:
    """A curve at 60 Hz between two frequencies."""
    spectrum, hertz = np.fft.rfft(rows - rows.mean()), np.fft.rfftfreq(len(rows), 1 / FPS)
    spectrum[(hertz < low) | (hertz > high)] = 0
    return np.fft.irfft(spectrum, len(rows))


def envelope_correlation(take: Take) -> tuple[float, float]:
    """(best Pearson r of lip gap and voice envelope in the 2-7 Hz band, ms by which the mouth then leads)."""
    pcm = take.said.pcm.astype(np.float64)
    level = np.sqrt(
        (pcm[: len(pcm) // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME].reshape(-1, SAMPLES_PER_FRAME) ** 2).mean(1)
    )
    voice, mouth, start = band(level), band(take.gap), LEAD // SAMPLES_PER_FRAME
    spoken = np.zeros(len(level), bool)
    for phone in take.said.phones:
        if not is_silence(phone.symbol):
            spoken[phone.start // SAMPLES_PER_FRAME : phone.end // SAMPLES_PER_FRAME] = True
    at = np.flatnonzero(spoken)
    r = [float(np.corrcoef(mouth[start + at + k], voice[at])[0, 1]) for k in LAGS]
    best = int(np.argmax(r))
    return r[best], -LAGS[best] * 1000.0 / FPS


def peak_hz(rows: list[np.ndarray], low: float = 0.5, high: float = 12.0) -> float:
    """The frequency at which some curves move most: the peak of the power of their speed, smoothed over 0.5 Hz.

    Speed, because the power of a position falls with frequency whatever is done (phrases and pauses dominate it).
    """
    hertz = np.linspace(low, high, 231)
    total = np.zeros_like(hertz)
    for row in rows:
        speed = np.diff(row) * np.hanning(len(row) - 1)
        total += np.interp(hertz, np.fft.rfftfreq(len(speed), 1 / FPS), np.abs(np.fft.rfft(speed)) ** 2)
    smooth = np.convolve(total, np.ones(11), mode="same")
    return float(hertz[int(smooth.argmax())])


def loudness_slope(rig: Rig, texts: dict[str, list[str]]) -> tuple[float, bool, float]:
    """(median over sentences of Spearman's ρ between level and mean vowel lip gap, whether the mean over all sentences
    rises with every step, mm per 6 dB); each sentence is said at every level, from whisper to shout."""
    gaps = []
    for language, some in texts.items():
        for i, text in enumerate(some):
            row = []
            for db in LEVELS_DB:
                take = perform(modelled(text, language, seed=i, level_db=db), rig, seed=i)
                vowels = [p for p in take.said.phones if poses(p.symbol)[0].targets[0] >= 0.25]
                row.append(float(np.mean([take.gap[take.middle(p)] for p in vowels])))
            gaps.append(row)
    means = np.mean(gaps, axis=0)
    rho = float(np.median([_spearman(np.column_stack([LEVELS_DB, row])) for row in gaps]))
    return rho, bool((np.diff(means) > 0).all()), float((means[-1] - means[0]) / (len(LEVELS_DB) - 1))


def _spearman(rows: np.ndarray) -> float:
    ranks = [np.searchsorted(np.sort(column), column).astype(float) for column in rows.T]
    return float(np.corrcoef(ranks)[0, 1])


def head_hz(rig: Rig, said: list) -> float:
    """Centre of the power of nodding while she speaks."""
    rows = []
    for i, utterance in enumerate(said):
        body = Body(rig, seed=i)
        body.state("speaking", 0)
        body.speak(utterance.phones, utterance.pcm, LEAD)
        rows.append(body.frames(LEAD + len(utterance.pcm)).head[LEAD // SAMPLES_PER_FRAME :, 1].astype(np.float64))
    return peak_hz(rows)
