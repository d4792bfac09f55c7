"""Hibari: English in eight megabytes, a hundred times faster than real time (PyPI `hibari-tts`, Apache-2.0).

Its graph computes how many frames each phoneme lasts and keeps it to itself; here the tensor becomes an output, so that
the face knows the times. Phonemes are those of our own English reader, which is Hibari's.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from models.errors import BackendError, BackendUnknown, ModelCorrupt
from speech.markup import Manner
from speech.pronounce import phones
from speech.pronounce.phones import Spoken
from speech.voices import recipe
from speech.voices.clause import Clause
from speech.voices.whole import Sounding, WholeVoice

FRAME = 600  # samples of a duration frame at 24 kHz, as of its teacher Kokoro
# Its sounds are heard two frames before their place, as Kokoro's are: warped onto Kokoro's, whose times are known, they
# came 50 ms late without this, to the millisecond.
_AHEAD = 2
_DURATIONS = "/Clip_output_0"
_GAIN = 5.4  # dB to -20 LUFS, measured on ten sentences
_SEED = 0  # of the noise part: the same words always give the same samples


class HibariVoice(WholeVoice):
    """`en`: a Hibari voice; `heart` comes with the package."""

    languages = ("en",)

    def __init__(self, *, en: str = "heart", speed: float = 1.0, gain: float = 0.0, threads: int = 1) -> None:
        """Raises BackendUnknown for a voice that is not on this machine: none is ever downloaded by speaking."""
        super().__init__(speed=speed, gain=gain + _GAIN)
        self.name = f"hibari/{en}"
        self.recipe = recipe.of(f"{en} {gain:g}", *recipe.HIBARI)
        self._model = _load(en, threads)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="hibari")

    async def _sound(self, clause: Clause, words: tuple[Spoken, ...], manner: Manner) -> Sounding:
        speed = float(np.clip(clause.pace * manner.rate, 0.5, 2.0))
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._render, words, speed)

    def _render(self, words: tuple[Spoken, ...], speed: float) -> Sounding:
        from hibari import dsp

        ids = self._model.ids(phones.ipa(words))
        feed = {"ids": np.asarray([ids], np.int64), "speed": np.asarray([speed], np.float32)}
        try:
            *parts, lengths = self._model.sess.run(None, feed)
        except (RuntimeError, ValueError) as error:
            raise BackendError(f"Hibari could not speak: {error}") from error
        pcm = dsp.synth(*(part[0] for part in parts), np.random.default_rng(_SEED))
        frames = np.concatenate(([0], np.cumsum(np.round(lengths.reshape(-1)).astype(int))))
        edges = FRAME * np.maximum(frames - _AHEAD, 0)
        spans, at = [], 1  # after the padding
        for word in words:
            for sound in word.sounds:
                after = at + sum(char in self._model.vocab for char in sound.ipa)
                spans.append((int(edges[at]), int(edges[after])))
                at = after
        return Sounding(np.asarray(pcm, np.float32), spans)

    async def aclose(self) -> None:
        self._worker.shutdown(wait=False)


def _load(voice: str, threads: int) -> Any:
    import onnx
    import onnxruntime
    from hibari import Hibari
    from hibari.voices import ASSETS, VOICES

    if voice != "heart":
        raise BackendUnknown(f"Hibari has no voice named {voice!r} on this machine.", hint="Known: heart")
    path = f"{ASSETS}/{VOICES[voice]['file']}"
    model = onnx.load(path)
    if not any(_DURATIONS in node.output for node in model.graph.node):
        raise ModelCorrupt(f"{path} is another export of Hibari: it lacks {_DURATIONS}.")
    model.graph.output.append(onnx.helper.make_tensor_value_info(_DURATIONS, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    made = Hibari(voice, threads=threads)
    made.sess = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return made
