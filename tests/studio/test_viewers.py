"""Viewers share the host, not each other's talks."""

from __future__ import annotations

from dialogue.planner import State
from dialogue.talk import Talk
from server.studio.studio import Prepared


def test_nothing_of_one_viewers_talk_is_left_for_the_next(prepared: Prepared) -> None:
    talk = Talk(prepared.pack, None, None, None, language="zh", limits=None, on_record=None)
    talk.memory.asked(1, "帮我留一条长巾", "zh")
    talk._state.offer, talk._state.choice = "brocade-scarf-gift", ("brocade-scarf-care", "brocade-scarf-size")
    talk._confirmation = (1, "留一条，可以吗？")
    talk.next_person()
    assert talk._state == State() and not list(talk.memory) and talk._confirmation == (0, "")
