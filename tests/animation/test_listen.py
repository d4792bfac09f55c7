"""The mouth by ear: features, the network's file, pieces of audio, the body and the lips."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from animation.body import Body
from animation.coarticulation import Wish
from animation.listen import align
from animation.listen.augment import EDGE, resized, varied
from animation.listen.ears import BEFORE, Ears
from animation.listen.features import WIDTH, Features
from animation.listen.stream import MODEL, Listener, Net
from animation.listen.teacher import COLUMNS, LEARNED, taught, wished
from animation.mood import MOODS
from animation.rig import Rig
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames, Phone
from animation.visemes import PART, PARTS
from avatar.puppet import DELAY, Puppet
from bench.utterances import LANGUAGES, Utterance, utterance

RIG = Rig.generic()
FIELDS = ("shapes", "head", "eyes", "joints", "hands")


def said(i: int = 0, language: str = "zh") -> Utterance:
    return utterance(LANGUAGES[language][i], language, seed=i)


def pieces(pcm: np.ndarray, largest: int, seed: int = 0) -> list[np.ndarray]:
    rng, out, at = np.random.default_rng(seed), [], 0
    while at < len(pcm):
        out.append(pcm[at : at + int(rng.integers(1, largest))])
        at += len(out[-1])
    return out


def same(a: Frames, b: Frames) -> bool:
    return a.pts == b.pts and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in FIELDS)


def test_features_do_not_depend_on_how_the_audio_is_cut() -> None:
    pcm = said().pcm
    whole = Features().push(pcm)
    features = Features()
    parts = [features.push(piece) for piece in pieces(pcm, 1_200)]
    for k in range(3):
        assert np.array_equal(whole[k], np.concatenate([part[k] for part in parts]))


def test_features_are_at_one_level_whoever_speaks() -> None:
    loud = np.concatenate([said(i).pcm for i in range(4)])
    soft = (loud * 0.1).astype(np.int16)
    n = 4 * FPS  # by then the level is nearly known
    a, b = (Features().push(pcm)[0][n:] for pcm in (loud, soft))
    audible = (a > -1.0) & (b > -2.5)
    assert np.abs(a - b)[audible].mean() < 0.2  # 4 dB, where the sound itself is 20 dB softer


def test_a_copy_of_the_ears_goes_its_own_way() -> None:
    pcm = said().pcm
    listener = Listener()
    listener.push(pcm[:20_000])
    other = listener.copy()
    other.push(np.zeros(5_000, np.int16))
    straight = Listener()
    straight.push(pcm[:20_000])
    assert np.array_equal(listener.push(pcm[20_000:]).rows, straight.push(pcm[20_000:]).rows)


def test_the_shipped_network_is_small_says_what_it_is_made_of_and_looks_150_ms_ahead() -> None:
    card = json.loads(MODEL.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["sha256"] == hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert MODEL.stat().st_size < 2_000_000
    assert {"script", "voices", "voices_licence", "seed", "minutes"} <= set(card)
    net = Net.shipped()
    assert set(net.columns) == set(COLUMNS)
    assert (net.delay + 1) * SAMPLES_PER_FRAME <= 0.15 * RATE


def test_rows_do_not_depend_on_how_the_audio_is_cut() -> None:
    pcm = said(1).pcm
    whole = Listener(7).push(pcm)
    listener = Listener(7)
    parts = [listener.push(piece) for piece in pieces(pcm, 2_000)]
    assert np.array_equal(whole.rows, np.concatenate([part.rows for part in parts]))
    assert np.array_equal(whole.voiced, np.concatenate([part.voiced for part in parts]))
    assert parts[0].first == whole.first == 7 - listener.net.delay
    assert listener.ready == whole.first + len(whole.rows)


def test_the_exported_file_computes_what_torch_computes(tmp_path: Path) -> None:
    import torch

    from animation.listen.export import export
    from animation.listen.network import Network, rows_of

    torch.manual_seed(1)
    network = Network().eval()
    network.mean.data = torch.randn(WIDTH)
    network.scale.data = torch.rand(WIDTH) + 0.5
    export(network, tmp_path / "net.onnx")
    net = Net(tmp_path / "net.onnx")
    features = np.random.default_rng(2).normal(0, 1, (90, WIDTH)).astype(np.float32)
    with torch.no_grad():
        wanted = rows_of(network(torch.from_numpy(features)[None])[0])[0].numpy()
    memory = net.start()
    for row, expected in zip(features, wanted, strict=True):
        made, memory = net.step(row, memory)
        assert np.abs(made - expected).max() < 1e-5


def test_what_is_taught_and_read_back_is_the_wish_of_the_phones() -> None:
    speech = said()
    rows = taught(speech.phones, speech.pcm, -5, 100)
    assert rows.shape == (105, len(COLUMNS)) and rows.min() >= 0.0 and rows.max() <= 1.0
    back = wished(rows)
    assert np.array_equal(back.closure.astype(np.float32), rows[:, COLUMNS.index("closure")])
    for name in LEARNED:
        assert np.array_equal(back.parts[:, PART[name]].astype(np.float32), rows[:, COLUMNS.index(name)])


def test_phones_move_with_a_stretched_voice_and_variations_repeat() -> None:
    speech = said()
    longer, phones = resized(speech.pcm, speech.phones, 1.15)
    assert abs(len(longer) - 2 * EDGE - 1.15 * len(speech.pcm)) < 5
    assert phones[3].start == EDGE + round(1.15 * speech.phones[3].start)
    first, again = (varied(longer, np.random.default_rng(5), [speech.pcm]) for _ in range(2))
    assert np.array_equal(first, again) and len(first) == len(longer)


@pytest.mark.parametrize("mood", MOODS)
def test_a_closure_that_is_heard_shuts_the_lips_on_the_rig_in_every_mood(mood: str) -> None:
    n = 80
    window = np.clip(1.5 - np.abs(np.arange(n) - 60) / 6.0, 0.0, 1.0)
    still = np.zeros(n)
    body = Body(RIG)
    body.state("speaking", 0)
    body.speak([Phone("a", 0, 2 * RATE)], np.zeros(2 * RATE, np.int16), 0, mood=mood)
    body._mouth.follow(0, Wish(np.full((n, len(PARTS)), 0.3), window, still, still, np.ones(n)), BEFORE, 0)
    gap = RIG.lip_gap(body.frames(n * SAMPLES_PER_FRAME).shapes)
    assert gap[window == 1.0].max() <= 0.5
    assert gap[10:50].min() > 2.0


def test_speech_without_phones_is_followed_by_ear() -> None:
    speech = said()
    spoken, followed = Body(RIG, seed=3), Body(RIG, seed=3)
    spoken.speak((), speech.pcm, RATE)
    followed.follow(speech.pcm, RATE)
    until = 2 * RATE + len(speech.pcm)
    assert same(spoken.frames(until), followed.frames(until))


def test_a_voice_in_pieces_moves_the_mouth_as_the_voice_in_one() -> None:
    """As a synthesiser without times delivers it: every piece heard, 150 ms behind its audio, half a second ahead."""
    speech = said(2)
    whole, parted = Body(RIG, seed=1), Body(RIG, seed=1)
    whole.follow(speech.pcm, RATE)
    at, made = RATE, []
    for piece in pieces(speech.pcm, 12_000, seed=4):
        parted.follow(piece, at)
        at += len(piece)
        made.append(parted.frames(max(parted.cursor, at - RATE // 2 - DELAY)))
    until = 2 * RATE + len(speech.pcm)
    made.append(parted.frames(until))
    assert np.array_equal(whole.frames(until).shapes[:, 14:], Frames.joined(made).shapes[:, 14:])


def test_a_microphone_gives_the_same_frames_in_whatever_pieces_it_comes() -> None:
    pcm = np.concatenate([np.zeros(RATE // 2, np.int16), said(3).pcm, np.zeros(RATE, np.int16)])
    one = Puppet(Body(RIG, seed=2)).push(pcm)
    puppet = Puppet(Body(RIG, seed=2))
    live = [puppet.push(pcm[at : at + RATE // 50]) for at in range(0, len(pcm), RATE // 50)]
    assert same(one, Frames.joined(live))
    assert len(one) * SAMPLES_PER_FRAME >= len(pcm) // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME - DELAY


def test_after_the_voice_the_mouth_comes_to_rest_and_a_cut_shuts_it() -> None:
    speech = said(4)
    body = Body(RIG)
    body.follow(speech.pcm, RATE)
    body.frames(RATE + len(speech.pcm) + RATE)
    assert RIG.lip_gap(body.frames(body.cursor + RATE).shapes).max() < 0.6
    cut = Body(RIG)
    cut.follow(speech.pcm, RATE)
    cut.frames(2 * RATE)
    cut.cancel(2 * RATE)
    assert RIG.lip_gap(cut.frames(4 * RATE).shapes[FPS // 5 :]).max() < 0.6


def test_ear_and_phones_may_take_turns_without_a_jump() -> None:
    first, second = said(5), said(6)
    body = Body(RIG)
    body.state("speaking", 0)
    body.speak((), first.pcm, RATE)
    made = [body.frames(RATE + len(first.pcm) - RATE // 4)]
    body.speak(second.phones, second.pcm, RATE + len(first.pcm))
    at = RATE + len(first.pcm) + len(second.pcm)
    made.append(body.frames(at - RATE // 4))
    body.speak((), first.pcm, at)
    made.append(body.frames(at + len(first.pcm) + RATE))
    shapes = Frames.joined(made).shapes.astype(np.float64)
    mouth = [i for i, name in enumerate(SHAPES) if name.startswith(("mouth", "jaw", "tongue"))]
    assert np.abs(np.diff(shapes[:, mouth], axis=0)).max() * FPS <= 12.0


def test_silence_and_steady_noise_leave_the_mouth_alone() -> None:
    rng = np.random.default_rng(0)
    for pcm in (np.zeros(4 * RATE, np.int16), rng.normal(0, 150, 4 * RATE).astype(np.int16)):
        body = Body(RIG)
        body.follow(pcm, 0)
        assert RIG.lip_gap(body.frames(4 * RATE).shapes[2 * FPS :]).max() < 1.5


def test_the_ears_keep_what_they_know_of_a_voice_when_it_is_cut_off() -> None:
    ears = Ears()
    ears.hear((np.concatenate([said(i).pcm for i in range(3)]) * 0.1).astype(np.int16), 0)
    level = ears._listener.level_db
    ears.forget()
    assert ears.rest() is None
    ears.hear(np.zeros(400, np.int16), 10 * RATE)
    assert ears._listener.level_db == pytest.approx(level, abs=0.5)


def test_a_wav_becomes_a_file_of_another_program(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from animation.formats.clip import read_clip
    from server.cli.main import app
    from speech.audio import write_wav

    write_wav(tmp_path / "voice.wav", said().pcm, RATE)
    for name in ("face.csv", "face.shuren"):
        made = CliRunner().invoke(app, ["animate", str(tmp_path / "voice.wav"), "--out", str(tmp_path / name)])
        assert made.exit_code == 0, made.output
    clip = read_clip(tmp_path / "face.shuren")
    assert clip.seconds > len(said().pcm) / RATE and RIG.lip_gap(clip.frames.shapes).max() > 2.0
    assert len((tmp_path / "face.csv").read_text().splitlines()) == len(clip.frames) + 1


def test_phones_are_laid_where_they_cost_least_and_keep_their_order_and_ends() -> None:
    truth = [0, 7, 12, 30, 34]
    costs = np.full((4, 34), 9.0)
    for i, (a, b) in enumerate(zip(truth, truth[1:], strict=False)):
        costs[i, a:b] = 0.0
    assert align._cheapest(costs, np.full(4, 8.5)) == truth

    speech = said()
    laid = align.aligned(speech.phones, speech.pcm)
    assert [p.symbol for p in laid] == [p.symbol for p in speech.phones]
    assert all(p.start < p.end for p in laid) and all(a.end <= b.start for a, b in zip(laid, laid[1:], strict=False))
    assert (laid[0].start, laid[-1].end) == (speech.phones[0].start, speech.phones[-1].end)
    assert align.aligned([], np.zeros(0, np.int16)) == []


def test_a_sound_shorter_than_the_longest_phone_is_aligned_too() -> None:
    quiet = np.zeros(2400, np.int16)
    laid = align.aligned([Phone("a", 0, 800, 0.3, 4), Phone("sil", 800, 2400)], quiet)
    assert [(phone.symbol, phone.start, phone.end) for phone in laid] == [("a", 0, 800), ("sil", 800, 2400)]


def test_a_voice_that_guesses_its_times_has_them_corrected_before_it_is_performed() -> None:
    from avatar.phones import phones_of
    from speech.types import Phone as Told
    from speech.types import Speech

    speech = said(1)
    phones = tuple(Told(p.symbol, p.start, p.end, p.stress, p.tone) for p in speech.phones)
    exact = [Phone(p.symbol, p.start, p.end, p.stress, p.tone) for p in phones]
    assert phones_of(Speech(speech.pcm, phones, (), "zh")) == exact
    assert phones_of(Speech(speech.pcm, phones, (), "zh", timed=False)) == align.aligned(exact, speech.pcm)
