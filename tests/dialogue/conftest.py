"""Fixtures of the mind's tests: the real bank teller, loaded once, and a small pack to break."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from dialogue.mind import Mind
from dialogue.pack import Pack
from dialogue.packs import find_pack, load_pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(find_pack("bank-teller"))


@pytest.fixture(scope="session")
def mind(pack: Pack) -> Mind:
    """The bank teller with sentence embeddings and without a language model."""
    return Mind.load(pack.folder, language_model="none")


SMALL = {
    "cards": """## card-lost: 挂失 | losing a card

- 银行卡丢了怎么办
- 怎么挂失
- 我的卡不见了
- I lost my bank card

zh: 请先挂失，带身份证到柜台。
en: Block the card first, then bring your ID to the counter.
""",
    "money": """## cash-appointment: 大额取现 | large cash

- 取十万块要预约吗
- 大额取现金怎么预约
- 取很多现金
- withdraw a lot of cash

zh: 取现金5万元以上，请提前1天预约。
en: Above 50,000 yuan please book 1 day ahead.
""",
}
FRONT = """---
title: 测试
title_en: Test
source: 公开规定
as_of: 2026-01-01
valid_to: 2030-12-31
---

"""


@pytest.fixture
def small_pack(tmp_path: Path) -> Path:
    """A folder with a valid pack of two items; tests change its files."""
    folder = tmp_path / "personas" / "small"
    (folder / "knowledge").mkdir(parents=True)
    for name in ("persona.yaml", "policy.yaml", "vocabulary.txt"):
        shutil.copy(find_pack("bank-teller") / name, folder)
    persona = folder / "persona.yaml"
    persona.write_text(persona.read_text("utf-8").replace("id: bank-teller", "id: small"), "utf-8")
    policy = folder / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").partition("\n# Answers that refuse")[0] + "\n", "utf-8")
    for name, items in SMALL.items():
        (folder / "knowledge" / f"{name}.md").write_text(FRONT + items, "utf-8")
    return folder
