"""Whisper through CTranslate2, on a window as short as the utterance allows.

Whisper pads every utterance to 30 s, and that padding is most of its cost. Encoding fewer frames is three to four
times cheaper and nearly as accurate as long as the window is not cut too close: on 20 recordings 8 s with at least 4 s
after the utterance err as 10 and 6 s do, 6 and 3 s by four points more, "utterance + 0.5 s" by twelve. A partial, with
less after it, needs its 10 s. A short window can make
the decoder loop, so the number of tokens is bound by the length of the audio, and a result that looks wrong is decoded
again in the full window.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from models.errors import BackendError, BackendUnavailable
from speech.endpointing import split_at_pauses
from speech.recognisers.hypothesis import SURE_ENOUGH, Hypothesis, is_list
from speech.recognisers.lane import Lane
from speech.script import has_han, to_simplified
from speech.types import INPUT_RATE, Alternative, HeardWord, Language, Transcript
from speech.vad import FRAME, frames

FRAMES_PER_SECOND = 100  # mel frames
FULL_WINDOW = 30.0  # s, what Whisper was trained on
FINAL = (9.0, 4.0)  # s: the shortest window, and the silence it keeps after the utterance
PARTIAL = (10.0, 1.0)
TOKENS_PER_SECOND = 12  # at seven characters a second, 1.6 tokens each; with 8 the end of what was said fast was lost
TOKENS_SPARE = 12
FINAL_BEAM = 5
# Role words come before the audio as a sentence somebody might say: a bare list is sooner read back, and helps less.
PROMPT = "您好，您想问{}？"
PROMPT_WORDS = 20
PROMPT_WORD = 8  # characters of the longest
MISLED = 0.1  # a search with role words that ends this much less likely than the guess without them was led astray
SURE = -0.3  # average log-probability from which the likeliest text is not looked for any longer
COMPUTE = {"cpu": "int8", "cuda": "float16"}
SHORTEST = 0.1  # s of audio worth looking at


class WhisperRecogniser:
    """A `speech.types.Recogniser`, shared by all listeners; calls run one after the other in a thread of its own."""

    name = "whisper"

    def __init__(self, folder: Path, *, threads: int = 2, beam: int = FINAL_BEAM, device: str = "cpu") -> None:
        """`device`: cpu (8 bits) or cuda (16 bits). Raises BackendUnavailable where the device cannot be used."""
        from faster_whisper import WhisperModel

        if device not in COMPUTE:
            raise BackendUnavailable(f"Whisper cannot run on {device!r}.", hint=f"Known: {', '.join(COMPUTE)}")
        try:
            self._model = WhisperModel(
                str(folder), device=device, compute_type=COMPUTE[device], cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError) as problem:
            raise BackendUnavailable(f"Whisper cannot run on {device}: {problem}", hint="Choose cpu.") from problem
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
        timed: bool = False,
    ) -> Transcript:
        """Text of speech (float32, 16 kHz). Empty text: nothing intelligible.

        A partial is of the last 30 s, a longer final is cut at pauses and recognised piece by piece. Raises
        BackendError.
        """
        if len(audio) < SHORTEST * INPUT_RATE:
            return Transcript("", language or "zh", 0.0, 0.0)
        if partial:
            audio = audio[-int(FULL_WINDOW * INPUT_RATE) :]
        return await self._lane.run(
            lambda: self._transcribe(audio, language, words, partial, timed), urgent=not partial
        )

    async def aclose(self) -> None:
        await self._lane.aclose()

    def timed(self, audio: np.ndarray) -> tuple[float, float]:
        """Seconds that encoding and decoding a final of `audio` take. Blocks; not beside other calls."""
        began = perf_counter()
        encoded = self._encode(audio, *FINAL)
        between = perf_counter()
        self._decode(encoded, audio, "zh", (), beam=self._beam)
        return between - began, perf_counter() - between

    def _transcribe(
        self, audio: np.ndarray, language: Language | None, words: tuple[str, ...], partial: bool, timed: bool
    ) -> Transcript:
        began = perf_counter()
        try:
            best = self._partial(audio, language) if partial else self._whole(audio, language, words, timed)
        except RuntimeError as problem:
            raise BackendError(f"Whisper failed: {problem}") from problem
        return Transcript(
            text=best.text,
            language=best.language,
            confidence=math.exp(min(0.0, best.logprob)),
            compute_ms=(perf_counter() - began) * 1000,
            avg_logprob=best.logprob,
            language_confidence=best.language_confidence,
            words=best.words,
            alternatives=best.alternatives,
        )

    def _partial(self, audio: np.ndarray, language: Language | None) -> Hypothesis:
        encoded = self._encode(audio, *PARTIAL)
        if self._lane.pressed:  # the turn seems over: its final is worth more than this
            return Hypothesis("", language or "zh", 0.0)
        language, sure = (language, 1.0) if language else self._detect(encoded)
        best = self._decode(encoded, audio, language, (), beam=1)
        return replace(best, language_confidence=sure).believed()

    def _whole(self, audio: np.ndarray, language: Language | None, words: tuple[str, ...], timed: bool) -> Hypothesis:
        parts: list[Hypothesis] = []
        before = 0.0  # s
        for piece in _pieces(audio):
            part = self._final(piece, language or (parts[0].language if parts else None), words, timed)
            parts.append(replace(part, words=tuple(_later(word, before) for word in part.words)))
            before += len(piece) / INPUT_RATE
        if len(parts) == 1:
            return parts[0]
        spoken = [part for part in parts if part.text] or parts[:1]
        glue = "" if spoken[0].language == "zh" else " "
        return replace(
            spoken[0],
            text=glue.join(part.text for part in spoken),
            logprob=sum(part.logprob for part in spoken) / len(spoken),
            words=tuple(word for part in spoken for word in part.words),
            alternatives=(),
        )

    def _final(self, audio: np.ndarray, language: Language | None, words: tuple[str, ...], timed: bool) -> Hypothesis:
        encoded = self._encode(audio, *FINAL)
        language, sure = (language, 1.0) if language else self._detect(encoded)
        best = self._decode(encoded, audio, language, (), beam=1)
        if best.doubtful or best.logprob < SURE:
            best = self._searched(encoded, audio, best, words)
        if best.doubtful and len(audio) / INPUT_RATE + FINAL[1] < FULL_WINDOW and best.logprob > 2 * SURE_ENOUGH:
            encoded = self._encode(audio, FULL_WINDOW, 0.0)
            best = self._decode(encoded, audio, language, (), beam=self._beam)
        best = replace(best, language_confidence=sure).believed()
        return replace(best, words=self._sure_of(encoded, audio, best, timed)) if best.text else best

    def _searched(self, encoded: Any, audio: np.ndarray, first: Hypothesis, words: tuple[str, ...]) -> Hypothesis:
        """The beam's best where the `first` guess is not sure, in Chinese with the role's words in mind.

        What was guessed without them stays an alternative.
        """
        prompt = tuple(word for word in words if len(word) <= PROMPT_WORD and has_han(word))[:PROMPT_WORDS]
        if first.language == "zh" and prompt:
            best = self._decode(encoded, audio, first.language, prompt, beam=self._beam)
            if not best.doubtful and not is_list(best.text, prompt):
                if not first.doubtful and best.logprob < first.logprob - MISLED:
                    return first
                return replace(best, alternatives=best.alternatives + first.alternatives)
        return self._decode(encoded, audio, first.language, (), beam=self._beam)

    def _encode(self, audio: np.ndarray, least: float, margin: float) -> Any:
        """Encoder output over max(least, utterance + margin) seconds."""
        from faster_whisper.audio import pad_or_trim

        seconds = min(FULL_WINDOW, max(least, len(audio) / INPUT_RATE + margin))
        frames = 2 * math.ceil(seconds * FRAMES_PER_SECOND / 2)  # the encoder halves their number
        return self._model.encode(pad_or_trim(self._model.feature_extractor(audio), frames))

    def _detect(self, encoded: Any) -> tuple[Language, float]:
        """The likelier of our two languages, and how likely it is against the other."""
        chances = dict(self._model.model.detect_language(encoded)[0])
        chinese, english = chances.get("<|zh|>", 0.0), chances.get("<|en|>", 0.0)
        best: Language = "zh" if chinese >= english else "en"
        return best, max(chinese, english) / (chinese + english or 1.0)

    def _decode(
        self, encoded: Any, audio: np.ndarray, language: Language, prompt: tuple[str, ...], *, beam: int
    ) -> Hypothesis:
        tokenizer = self._tokenizer(language)
        before = tokenizer.encode(" " + PROMPT.format("、".join(prompt))) if prompt else []
        tokens = self._model.get_prompt(tokenizer, before, without_timestamps=True)
        seconds = len(audio) / INPUT_RATE
        result = self._model.model.generate(
            encoded,
            [tokens],
            beam_size=beam,
            num_hypotheses=beam,
            max_length=min(448, len(tokens) + most_tokens(seconds)),
            no_repeat_ngram_size=6,
            return_scores=True,
            return_logits_vocab=beam == 1,
            suppress_blank=True,
            suppress_tokens=[-1],
        )[0]
        # CTranslate2's score is the mean over the tokens with a length penalty of 1.
        texts = [tokenizer.decode(ids).strip(" \n\ufffd") for ids in result.sequences_ids]
        return Hypothesis(
            texts[0],
            language,
            result.scores[0],
            seconds,
            alternatives=tuple(map(Alternative, texts, result.scores)),
            tokens=tuple(result.sequences_ids[0]),
            chances=_chances(result) if beam == 1 else (),
        )

    def _sure_of(self, encoded: Any, audio: np.ndarray, best: Hypothesis, timed: bool) -> tuple[HeardWord, ...]:
        """How sure the model is of each word: the geometric mean of its tokens' probabilities, given those before.

        When it is said: a token begins where its alignment with the audio does. Aligning decodes once more, a tenth of
        a final's time, so it is left out where the chances are known and nobody asks for times.
        """
        tokenizer = self._tokenizer(best.language)
        tokens = [token for token in best.tokens if token < tokenizer.eot]
        chances, begins = best.chances, {}
        if timed or not chances:
            chances, begins = self._aligned(encoded, audio, tokens, tokenizer)
        words, at = [], 0
        for text, ids in zip(*tokenizer.split_to_word_tokens([*tokens, tokenizer.eot]), strict=True):
            sure = chances[at : at + len(ids)]
            start, end = (begins.get(at, 0.0), begins.get(at + len(ids), len(audio) / INPUT_RATE)) if begins else (0, 0)
            at += len(ids)
            if any(char.isalnum() for char in text):
                mean = math.exp(sum(math.log(max(each, 1e-9)) for each in sure) / max(1, len(sure)))
                words.append(HeardWord(to_simplified(text.strip()), mean, start, end))
        return tuple(words)

    def _aligned(
        self, encoded: Any, audio: np.ndarray, tokens: list[int], tokenizer: Any
    ) -> tuple[tuple[float, ...], dict[int, float]]:
        """How likely each token is, and from token number to the second it begins at."""
        frames = max(2, min(int(FRAMES_PER_SECOND * FULL_WINDOW), len(audio) * FRAMES_PER_SECOND // INPUT_RATE))
        aligned = self._model.model.align(encoded, tokenizer.sot_sequence, [tokens], frames)[0]
        begins: dict[int, float] = {}
        for token, frame in aligned.alignments:
            begins.setdefault(token, 2 * frame / FRAMES_PER_SECOND)  # the encoder halves their number
        return tuple(aligned.text_token_probs), begins

    def _tokenizer(self, language: Language) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]


def most_tokens(seconds: float) -> int:
    """More than anybody says in so many seconds; what goes on beyond is a loop."""
    return TOKENS_SPARE + int(TOKENS_PER_SECOND * seconds)


def _chances(result: Any) -> tuple[float, ...]:
    """How likely each token of a greedy decoding was, 0..1; it was the likeliest."""
    logits = np.asarray(result.logits[0])[: len(result.sequences_ids[0])]  # (tokens, vocabulary)
    return tuple(1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1))


def _later(word: HeardWord, seconds: float) -> HeardWord:
    return replace(word, start=word.start + seconds, end=word.end + seconds) if word.end else word


def _pieces(audio: np.ndarray) -> list[np.ndarray]:
    """`audio`, or where it is too long for the model, its parts between quiet places."""
    if len(audio) <= FULL_WINDOW * INPUT_RATE:
        return [audio]
    longest = int((FULL_WINDOW - FINAL[1]) * INPUT_RATE) // FRAME
    cuts = split_at_pauses(np.abs(frames(audio)).mean(axis=1), longest)
    return [audio[start * FRAME : end * FRAME] for start, end in cuts]
