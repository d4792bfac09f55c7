"""Tells from words whether somebody says that they are a child. Never from a voice or a face."""

from __future__ import annotations

import re

from dialogue.numbers import quantities

CHILD = 14  # years; below it guardians decide about personal data: 《个人信息保护法》, article 31
# 我三岁的娃, 我八岁多的孙女: the age of somebody else, and one that is over.
_NOT_ME = (
    "(?![^，。！？,.!?]{0,3}?(?:的|就|时|那年|以前|儿子|女儿|娃|(?<![男女])孩|孙|宝|弟|妹|侄|甥|闺女|丫头|幺儿|老师|家长))"
)
_AGE = re.compile(
    r"(?:我|本人)(?:今年|现在|才|刚|还?只有|满|是|快|\s){0,4}(?P<zh>\d{1,2}|[一二两三四五六七八九十]{1,3})"
    rf"\s*周?岁{_NOT_ME}"
    r"|\bI(?:'m| am) (?:only |just |almost )?(?P<en>\d{1,2})(?: years? old\b|(?= and\b|\s*(?:[.,!?]|$)))",
    re.IGNORECASE,
)
_PUPIL = re.compile(
    r"我(?:还|才|现在|就)?是(?:个|一个|一名)?(?:小学生|小朋友)"
    rf"|我(?:还|才|现在|在|读|上){{1,3}}(?:小学|幼儿园)(?!门口|旁边|附近|对面|那|里?教|当|毕业){_NOT_ME}"
    rf"|我(?:还|才|现在|在|读|上|是|念){{0,3}}小?学?[一二三四五六]年级{_NOT_ME}"
    r"|\bI(?:'m| am) (?:still )?in (?:primary school|elementary school"
    r"|(?:the )?(?:first|second|third|fourth|fifth|sixth) grade)\b",
    re.IGNORECASE,
)
_MINOR = re.compile(
    r"我(?:还|才|现在|就)?是(?:个|一个|一名)?(?:初中生|未成年人?)"
    rf"|我(?:还|才|现在|在|读|上){{1,3}}初中(?!门口|旁边|附近|对面|那|里?教|当|毕业){_NOT_ME}"
    rf"|我(?:还|才|现在|在|读|上|是|念){{0,3}}初[一二三](?:年级)?{_NOT_ME}"
    r"|我(?:还|才)?(?:没有?|未|不满?)(?:成年|十八|满十八)"
    r"|\bI(?:'m| am) (?:a minor|under ?age|under eighteen|(?:still )?in middle school"
    r"|in (?:the )?(?:seventh|eighth) grade)\b",
    re.IGNORECASE,
)


def says_younger(text: str, years: int) -> bool:
    """Whether somebody says of themselves, in a normalised text, that they are younger than so many `years`."""
    if _PUPIL.search(text) or (years > 16 and _MINOR.search(text)):
        return True
    ages = (each.value for found in _AGE.finditer(text) for each in quantities(found["zh"] or found["en"]))
    return any(age is not None and age < years for age in ages)
