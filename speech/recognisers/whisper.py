"""Whisper through CTranslate2, on a window as short as the utterance allows.

Whisper pads every utterance to 30 s, and that padding is most of its cost. Encoding fewer frames is three to four times
cheaper and nearly as accurate as long as the window is not cut too close (a 15 s window cost 1.4 points of Mandarin
character error where "utterance + 0.5 s" cost 12). A short window can make the decoder loop, so the number of tokens is
bound by the length of the audio, and a result that looks wrong is decoded again in the full window.
"""

from __future__ import annotations

import math
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from models.errors import BackendError
from speech.endpointing import split_at_pauses
from speech.recognisers.lane import Lane
from speech.script import tidy
from speech.types import INPUT_RATE, Language, Transcript
from speech.vad import FRAME, frames

FRAMES_PER_SECOND = 100  # mel frames
FULL_WINDOW = 30.0  # s, what Whisper was trained on
FINAL_WINDOW = 15.0
PARTIAL_WINDOW = 10.0
MARGIN = 1.0  # s of silence the window keeps after the utterance
TOKENS_PER_SECOND = 8
TOKENS_SPARE = 12
FINAL_BEAM = 5
SURE_ENOUGH = -1.0  # average log-probability: real speech stayed above -0.83, what is written on noise below -2
LOOPING = 2.4  # compression ratio of text that repeats itself (Whisper's own threshold)
PROMPT_WORDS = 20
LIST_SHARE = 0.7  # a result made of role words by more than this is the prompt read back
SHORTEST = 0.1  # s of audio worth looking at
# What Whisper learnt from subtitles, and writes over music with a good score.
CREDITS = re.compile(
    r"字幕(by|由|志愿者|制作)|请不吝点赞|(谢谢|感谢)(大家)?(观看|收看)|(thanks|thank you) for watching|subtitles by",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Hypothesis:
    text: str
    language: Language
    logprob: float  # average over tokens

    @property
    def loops(self) -> bool:
        data = self.text.encode()
        return len(data) > 30 and len(data) / len(zlib.compress(data)) > LOOPING

    @property
    def doubtful(self) -> bool:
        return self.loops or self.logprob < SURE_ENOUGH

    def believed(self) -> _Hypothesis:
        """Its text tidied, and none where that was no speech."""
        text = "" if self.doubtful else tidy(self.text, self.language)
        return replace(self, text="" if CREDITS.match(text) else text)


class WhisperRecogniser:
    """A `speech.types.Recogniser`, shared by all listeners; calls run one after the other in a thread of its own."""

    name = "whisper"

    def __init__(self, folder: Path, *, threads: int = 2, beam: int = FINAL_BEAM) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )
        self._beam = beam
        self._tokenizers: dict[str, Any] = {}
        self._lane = Lane("whisper")

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
    ) -> Transcript:
        """Text of speech (float32, 16 kHz). Empty text: nothing intelligible.

        A partial is of the last 30 s, a longer final is cut at pauses and recognised piece by piece. Raises
        BackendError.
        """
        if len(audio) < SHORTEST * INPUT_RATE:
            return Transcript("", language or "zh", 0.0, 0.0)
        if partial:
            audio = audio[-int(FULL_WINDOW * INPUT_RATE) :]
        return await self._lane.run(lambda: self._transcribe(audio, language, words, partial), urgent=not partial)

    async def aclose(self) -> None:
        await self._lane.aclose()

    def _transcribe(
        self, audio: np.ndarray, language: Language | None, words: tuple[str, ...], partial: bool
    ) -> Transcript:
        began = perf_counter()
        try:
            best = self._partial(audio, language) if partial else self._whole(audio, language, words)
        except RuntimeError as problem:
            raise BackendError(f"Whisper failed: {problem}") from problem
        return Transcript(
            text=best.text,
            language=best.language,
            confidence=math.exp(min(0.0, best.logprob)),
            compute_ms=(perf_counter() - began) * 1000,
            avg_logprob=best.logprob,
        )

    def _partial(self, audio: np.ndarray, language: Language | None) -> _Hypothesis:
        encoded = self._encode(audio, PARTIAL_WINDOW)
        return self._decode(encoded, audio, language or self._detect(encoded), (), beam=1).believed()

    def _whole(self, audio: np.ndarray, language: Language | None, words: tuple[str, ...]) -> _Hypothesis:
        parts: list[_Hypothesis] = []
        for piece in _pieces(audio):
            parts.append(self._final(piece, language or (parts[0].language if parts else None), words).believed())
        spoken = [part for part in parts if part.text] or parts[:1]
        glue = "" if spoken[0].language == "zh" else " "
        logprob = sum(part.logprob for part in spoken) / len(spoken)
        return _Hypothesis(glue.join(part.text for part in spoken), spoken[0].language, logprob)

    def _final(self, audio: np.ndarray, language: Language | None, words: tuple[str, ...]) -> _Hypothesis:
        encoded = self._encode(audio, FINAL_WINDOW)
        language = language or self._detect(encoded)
        prompt = words[:PROMPT_WORDS] if language == "zh" else ()
        best = self._decode(encoded, audio, language, prompt, beam=self._beam)
        if prompt and (best.doubtful or _is_list(best.text, prompt)):
            best = self._decode(encoded, audio, language, (), beam=self._beam)
        if best.doubtful and len(audio) / INPUT_RATE + MARGIN < FULL_WINDOW and best.logprob > 2 * SURE_ENOUGH:
            best = self._decode(self._encode(audio, FULL_WINDOW), audio, language, (), beam=self._beam)
        return best

    def _encode(self, audio: np.ndarray, window: float) -> Any:
        """Encoder output over max(window, utterance + MARGIN) seconds."""
        from faster_whisper.audio import pad_or_trim

        seconds = min(FULL_WINDOW, max(window, len(audio) / INPUT_RATE + MARGIN))
        frames = 2 * math.ceil(seconds * FRAMES_PER_SECOND / 2)  # the encoder halves their number
        return self._model.encode(pad_or_trim(self._model.feature_extractor(audio), frames))

    def _detect(self, encoded: Any) -> Language:
        """The likelier of our two languages."""
        chances = dict(self._model.model.detect_language(encoded)[0])
        return "zh" if chances.get("<|zh|>", 0.0) >= chances.get("<|en|>", 0.0) else "en"

    def _decode(
        self, encoded: Any, audio: np.ndarray, language: Language, prompt: tuple[str, ...], *, beam: int
    ) -> _Hypothesis:
        tokenizer = self._tokenizer(language)
        before = tokenizer.encode(" " + "、".join(prompt)) if prompt else []
        tokens = self._model.get_prompt(tokenizer, before, without_timestamps=True)
        limit = TOKENS_SPARE + int(TOKENS_PER_SECOND * len(audio) / INPUT_RATE)
        result = self._model.model.generate(
            encoded,
            [tokens],
            beam_size=beam,
            max_length=min(448, len(tokens) + limit),
            no_repeat_ngram_size=6,
            return_scores=True,
            suppress_blank=True,
            suppress_tokens=[-1],
        )[0]
        ids = result.sequences_ids[0]
        # CTranslate2's score is the mean over the tokens with a length penalty of 1.
        return _Hypothesis(tokenizer.decode(ids).strip(), language, result.scores[0])

    def _tokenizer(self, language: Language) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]


def _pieces(audio: np.ndarray) -> list[np.ndarray]:
    """`audio`, or where it is too long for the model, its parts between quiet places."""
    if len(audio) <= FULL_WINDOW * INPUT_RATE:
        return [audio]
    longest = int((FULL_WINDOW - MARGIN) * INPUT_RATE) // FRAME
    cuts = split_at_pauses(np.abs(frames(audio)).mean(axis=1), longest)
    return [audio[start * FRAME : end * FRAME] for start, end in cuts]


def _is_list(text: str, words: tuple[str, ...]) -> bool:
    """Whether `text` is mostly the prompt's words one after the other, which is the prompt read back."""
    bare = re.sub(r"\W", "", text)
    found = [word for word in words if word in bare]
    return len(found) >= 3 and sum(map(len, found)) >= LIST_SHARE * max(1, len(bare))
