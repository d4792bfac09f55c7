"""What there is to see: `python -m avatar.render.gallery` (or `make gallery`) draws docs/gallery.

Sheets (moods and visemes of every avatar, gestures of two) go to docs/gallery, a talking clip of each avatar to
build/gallery: films would make a repository heavy.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from animation.body import Body
from animation.formats.clip import LABEL
from animation.formats.oculus import OCULUS, oculus_shapes
from animation.gestures import GESTURES
from animation.mood import MOODS, face_of
from animation.rig import Rig
from animation.types import RATE, Frames, Phone
from avatar.inspect.load import load_rig
from avatar.render.browser import CHEST_UP, HEAD, WAIST_UP, Browser, Stage, View, built, glb
from avatar.render.movie import at_rate, write
from avatar.render.picture import standing
from avatar.render.sheet import sheet
from models.store import Store

ROOT = Path(__file__).parents[2]
SHEETS, CLIPS = ROOT / "docs" / "gallery", ROOT / "build" / "gallery"
MOUTH = View(above=-0.028, below=0.128, half_width=0.06)
GESTURE_AT = (0.0, 0.25, 0.5, 0.9, 1.5, 2.1)  # s after the gesture is told


@dataclass(frozen=True)
class Part:
    """Who speaks, before which backdrop, and what she or he says: voices and texts of both languages, each with a
    mood."""

    backdrop: str
    zh: str
    en: str
    lines: tuple[tuple[str, str, str], ...]  # language, mood, text


PARTS: dict[str, Part] = {
    "lin": Part("branch", "zf_xiaoxiao", "af_heart", (
        ("zh", "warm", "您好，欢迎光临。我是数字人柜员小林，请问您要办理什么业务？"),
        ("zh", "serious", "银行卡丢了，请先打电话挂失；验证码，请不要告诉任何人。"),
        ("en", "warm", "And if you would like to open an account, please bring your passport."),
    )),
    "chuan": Part("mountain", "zm_yunxi", "am_michael", (
        ("zh", "glad", "大家好，我是导游阿川！前面就是杜甫草堂，竹林里头凉快得很。"),
        ("zh", "warm", "走累了的朋友，左手边有茶馆，三块钱一碗盖碗茶。"),
        ("en", "glad", "Look up there: that pagoda has watched over this river for more than a hundred years."),
    )),
    "an": Part("clinic", "zf_xiaoyi", "af_bella", (
        ("zh", "warm", "您好，我是医生助理小安。您哪里不舒服？从什么时候开始的？"),
        ("zh", "worried", "胸口疼、喘不上气，请马上去急诊，不要自己开车。"),
        ("en", "warm", "The blood test is on the second floor. Please do not eat anything before it."),
    )),
    "mei": Part("studio", "zf_xiaobei", "af_bella", (
        ("zh", "glad", "宝宝们晚上好！今天这款毛衣，八种颜色，摸上去像云朵一样软。"),
        ("zh", "surprised", "什么？已经卖了两千件！还没下单的朋友抓紧啦。"),
        ("en", "glad", "It is wool, it is warm, and it never scratches. Pick your favourite colour below."),
    )),
    "bo": Part("branch", "zm_yunjian", "am_michael", (
        ("zh", "warm", "年轻人，坐。我在这条街上住了七十年，给你讲讲从前的事。"),
        ("zh", "sorry", "那时候日子苦，可惜我父亲，没有等到好时候。"),
        ("en", "warm", "But we sang, every evening, down by the bridge. I still remember all the words."),
    )),
    "dufu": Part("mountain", "zm_yunyang", "am_michael", (
        ("zh", "serious", "国破山河在，城春草木深。感时花溅泪，恨别鸟惊心。"),
        ("zh", "warm", "好雨知时节，当春乃发生。随风潜入夜，润物细无声。"),
        ("en", "neutral", "A good rain knows its season. It comes with the wind, at night, and makes no sound."),
    )),
}  # fmt: skip


def moods(browser: Browser, names: Iterable[str]) -> None:
    faces = np.array([face_of("speaking", mood) for mood in MOODS], np.float32)
    rows = {name: _pictures(browser, name, standing(faces), (184, 226), HEAD) for name in names}
    sheet(browser, SHEETS / "moods.webp", "Moods", list(MOODS), rows)


def visemes(browser: Browser, names: Iterable[str]) -> None:
    faces = np.array([oculus_shapes(viseme) for viseme in OCULUS], np.float32)
    rows = {name: _pictures(browser, name, standing(faces), (120, 100), MOUTH) for name in names}
    sheet(browser, SHEETS / "visemes.webp", "Visemes", list(OCULUS), rows)


def gestures(browser: Browser, name: str) -> None:
    rig = load_rig(glb(name).parent)
    with browser.stage(name, size=(176, 190), view=WAIST_UP) as stage:
        rows = {gesture: _film(stage, gestured(rig, gesture)) for gesture in GESTURES if gesture != "point"}
    columns = [f"{at:.1f} s" for at in GESTURE_AT]
    sheet(browser, SHEETS / f"gestures-{name}.webp", f"Gestures: {name}", columns, rows)


def gestured(rig: Rig, gesture: str) -> Frames:
    """The frames at GESTURE_AT of a gesture made with a word that lasts 1.2 s."""
    body = Body(rig, seed=5)
    body.state("speaking", 0)
    start = body.frames(RATE).pts + RATE
    body.speak([Phone("a", 0, RATE * 6 // 5, 0.0)], np.full(RATE * 6 // 5, 1500, np.int16), start, gesture=gesture)
    made = body.frames(start + RATE * 4)
    return Frames.joined([made[k : k + 1] for k in (round(60 * at) for at in GESTURE_AT)])


def clip(browser: Browser, name: str, frames: Frames, pcm: np.ndarray) -> Path:
    """A talking clip of one avatar, about 20 s, in both languages."""
    scene = {"view": CHEST_UP, "backdrop": PARTS[name].backdrop}
    with browser.stage(name, size=(540, 720), label=LABEL, **scene) as stage:
        path = CLIPS / f"{name}.mp4"
        write(path, stage.film(at_rate(frames, 25)), pcm, fps=25)
    return path


def performed(name: str) -> tuple[Frames, np.ndarray]:
    """The frames and the voice of an avatar's part."""
    part, rig = PARTS[name], load_rig(glb(name).parent)
    spoken = asyncio.run(_spoken(part))
    body, at, sounds = Body(rig, seed=3), RATE // 2, [np.zeros(RATE // 2, np.int16)]
    body.state("speaking", 0)
    for k, ((_, mood, _), clauses) in enumerate(zip(part.lines, spoken, strict=True)):
        for clause in clauses:
            phones = [Phone(p.symbol, p.start, p.end, p.stress, p.tone) for p in clause.phones]
            gesture = ("greet", "explain", "")[k] if clause is clauses[0] else ""
            body.speak(phones, clause.pcm, at, mood=mood, gesture=gesture)
            at += clause.samples
            sounds.append(clause.pcm)
        sounds.append(np.zeros(RATE // 2, np.int16))
        at += RATE // 2
    return body.frames(at + RATE // 2), np.concatenate(sounds)


async def _spoken(part: Part) -> list[list]:
    from speech.voices import VOICES

    voice = VOICES.load("kokoro", store=Store.default(), zh=part.zh, en=part.en)
    try:
        return [[clause async for clause in voice.say(text, language=tongue)] for tongue, _, text in part.lines]
    finally:
        await voice.aclose()


def _pictures(browser: Browser, name: str, frames: Frames, size: tuple[int, int], view: View) -> list[np.ndarray]:
    with browser.stage(name, size=size, view=view) as stage:
        return _film(stage, frames)


def _film(stage: Stage, frames: Frames) -> list[np.ndarray]:
    return list(stage.film(frames))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", default=["moods", "visemes", "gestures", "clips"])
    parser.add_argument("--avatars", default="", help="comma separated; all that are built when omitted")
    args = parser.parse_args()
    names = args.avatars.split(",") if args.avatars else [name for name in PARTS if name in built()]
    # Voices run in an event loop of their own, and the browser's driver allows none beside it.
    parts = {name: performed(name) for name in names} if "clips" in args.what else {}
    with Browser() as browser:
        if "moods" in args.what:
            moods(browser, names)
        if "visemes" in args.what:
            visemes(browser, names)
        if "gestures" in args.what:
            for name in names[:2]:
                gestures(browser, name)
        for name, (frames, pcm) in parts.items():
            print(clip(browser, name, frames, pcm))


if __name__ == "__main__":
    main()
