"""XTTS through Coqui TTS, on the real code with a tiny model of random weights; and consent before any cloning."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.errors import BackendUnknown, ConsentMissing, ModelMissing
from models.torchaudio import import_torchaudio
from speech.voices import VOICES
from speech.voices.consent import require
from speech.voices.coqui import CoquiVoice

LETTERS = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[zh-cn]", *"abcdefghijklmnopqrstuvwxyz.,?!'12345"]


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Four seconds of a hum and the consent of whoever hums."""
    path = tmp_path / "wang.wav"
    t = np.arange(4 * 24_000) / 24_000
    soundfile.write(path, 0.2 * np.sin(2 * np.pi * 180 * t) * (1 + np.sin(2 * np.pi * 3 * t)), 24_000)
    consent(path)
    return path


def consent(path: Path, **changed: object) -> Path:
    record = path.with_suffix(".consent.json")
    body = {
        "who": "王芳", "when": "2026-01-01", "purpose": "网点播报", "evidence": "0" * 64,
        "audio_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }  # fmt: skip
    kept = {name: value for name, value in (body | changed).items() if value is not None}
    record.write_text(json.dumps(kept), encoding="utf-8")
    return record


def test_a_complete_record_is_consent(reference: Path) -> None:
    found = require(reference, reference.with_suffix(".consent.json"), date(2026, 11, 24))
    assert (found.who, found.purpose, found.until) == ("王芳", "网点播报", None)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"who": None}, "lacks 'who'"),
        ({"when": None}, "lacks 'when'"),
        ({"purpose": " "}, "lacks 'purpose'"),
        ({"evidence": None}, "lacks 'evidence'"),
        ({"evidence": "yes"}, "no sha256"),
        ({"audio_sha256": "1" * 64}, "another recording"),
        ({"when": "yesterday"}, "no date"),
        ({"when": "2027-01-01"}, "begins on"),
        ({"until": "2026-11-23"}, "ended on"),
        ({"withdrawn": "2026-11-24"}, "withdrew"),
        ({"agreed": "yes"}, "no part"),
    ],
)
def test_what_is_no_consent_says_why(reference: Path, changed: dict, what: str) -> None:
    record = consent(reference, **changed)
    with pytest.raises(ConsentMissing) as caught:
        require(reference, record, date(2026, 11, 24))
    assert what in str(caught.value) and caught.value.code == "consent_missing"


def test_no_voice_is_cloned_without_consent(tmp_path: Path, reference: Path) -> None:
    """It is asked for before anything is loaded: the folder of the model does not even exist."""
    reference.with_suffix(".consent.json").unlink()
    with pytest.raises(ConsentMissing) as caught:
        VOICES.load("coqui", folder=tmp_path / "nowhere", reference=reference)
    assert "recorded consent" in str(caught.value) and caught.value.hint
    consent(reference)
    with pytest.raises(ModelMissing):
        VOICES.load("coqui", folder=tmp_path / "nowhere", reference=reference)
    with pytest.raises(BackendUnknown):
        VOICES.load("coqui", folder=tmp_path / "nowhere")


async def test_a_cloned_voice_speaks_with_the_real_code(tmp_path: Path, reference: Path) -> None:
    folder = _tiny_model(tmp_path / "xtts")
    voice = CoquiVoice(folder=folder, reference=reference)
    (speech,) = [speech async for speech in voice.say("Hello there.")]
    consent(reference, withdrawn="2026-01-02")
    with pytest.raises(ConsentMissing, match="withdrew"):  # even of what is remembered nothing more is said
        await anext(voice.say("Hello there."))
    await voice.aclose()
    assert voice.consent and voice.consent.who == "王芳"
    assert "".join(word.text for word in speech.words) == "Hello there." and not speech.timed
    assert speech.pcm.any() and speech.phones[-1].end == speech.samples
    with pytest.raises(BackendUnknown, match="no speaker 'Ana'"):
        CoquiVoice(folder=folder, speaker="Ana")


def _tiny_model(folder: Path) -> Path:
    import_torchaudio()
    import torch
    from tokenizers import Tokenizer, models
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.models.xtts import Xtts

    folder.mkdir()
    letters = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(LETTERS)}, merges=[], unk_token="[UNK]"))
    letters.add_special_tokens(LETTERS[:6])
    letters.save(str(folder / "vocab.json"))
    config = XttsConfig()
    size = config.model_args
    size.gpt_layers, size.gpt_n_model_channels, size.gpt_n_heads, size.decoder_input_dim = 1, 64, 2, 64
    size.gpt_number_text_tokens, size.gpt_max_audio_tokens, size.gpt_max_text_tokens = len(LETTERS), 24, 120
    size.tokenizer_file = str(folder / "vocab.json")
    torch.manual_seed(0)
    torch.save({"model": Xtts(config).state_dict()}, folder / "model.pth")
    config.save_json(str(folder / "config.json"))
    return folder
