"""Units of quantities: what each measures, how many of its base it is, and how Chinese and English write it.

Two units of one dimension convert exactly (3.5千克 is 3500克); units of two dimensions are never the same. Money is not
converted, since rates change. What is counted (人, 张, 粒) has a dimension of its own for each classifier;
个 and its like go with all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

THING = "thing"  # 个 and other classifiers that go with anything


@dataclass(frozen=True)
class Unit:
    """`zh` and `en` match it right behind a number; `factor` turns it into the base of its dimension."""

    name: str
    dimension: str
    factor: Fraction
    zh: str = ""
    en: str = ""


def _u(name: str, zh: str = "", en: str = "", dimension: str = "", factor: Fraction | int = 1) -> Unit:
    return Unit(name, dimension or name, Fraction(factor), zh, en)


_METRE, _GRAM, _DAY = "length", "mass", "day"
# In this order: of two that begin alike the longer stands first.
UNITS = (
    _u("percent", "%|个百分点|个点", r"%|per ?cents?\b|percentage points?\b"),
    _u("tenth", "成(?!本|功|年|人|都|为|员|立|交|语|绩|熟|果|就)", dimension="percent", factor=10),
    _u("permille", "‰", "‰", "percent", Fraction(1, 10)),
    _u("discount", "折(?!叠|合|算)"),
    # money
    _u("usd", "美元|美金", r"(?:us )?dollars?\b|usd\b"),
    _u("eur", "欧元", r"euros?\b|eur\b"),
    _u("jpy", "日元|日圆", r"(?:japanese )?yen\b|jpy\b"),
    _u("gbp", "英镑", r"pounds? sterling\b|gbp\b"),
    _u("hkd", "港币|港元", r"hong ?kong dollars?\b|hkd\b"),
    _u("krw", "韩元", r"won\b|krw\b"),
    _u("yuan", "元|块(?:钱|人民币)?(?!石|碑|玉|布|地|板)|圆|人民币", r"yuan\b|rmb\b|renminbi\b|cny\b"),
    _u("jiao", "角|毛(?:钱)?(?!笔|巾|衣)", dimension="yuan", factor=Fraction(1, 10)),
    # time
    _u("working day", "个?工作日", r"(?:working|business|work) days?\b"),
    _u("month", "个?月份?", r"months?\b", "months"),
    _u("quarter", "个?季度", r"quarters?\b(?! of)", "months", 3),
    _u("week", "个?星期|周(?!岁)|个?礼拜", r"weeks?\b", _DAY, 7),
    _u("year", "周年|年", r"years?\b(?! old)", "months", 12),
    _u("age", "周?岁", r"years? old\b"),
    _u("day", "天", r"days?\b", _DAY),
    _u("date", "日|号(?!楼|线|馆|厅|窗|柜)", r"(?:st|nd|rd|th)\b"),
    _u("hour", "个?小时|个?钟头", r"(?:hours?|hrs?|h)\b", "duration", 3600),
    _u("minute", "分钟", r"(?:minutes?|mins?)\b", "duration", 60),
    _u("second", "秒钟?", r"(?:seconds?|secs?)\b", "duration"),
    _u("clock", "点钟?|时(?!间)|点整", r"o'?clock\b|a\.?m\b\.?|p\.?m\b\.?"),
    # speed and other compounds
    _u("km/h", "公里每小时|公里/小时|千米每小时|千米/小时|迈", r"(?:km/?h|kph|kilomet(?:re|er)s (?:an|per) hour)\b"),
    _u("m/s", "米每秒|米/秒", r"m/s\b|met(?:re|er)s (?:a|per) second\b"),
    _u("mmhg", "毫米汞柱|mmhg", r"mmhg\b"),
    # area
    _u("square kilometre", "平方公里|平方千米", r"(?:square kilomet(?:re|er)s?|sq\.? ?km|km2)\b", "area", 10**6),
    _u("hectare", "公顷", r"(?:hectares?|ha)\b", "area", 10**4),
    _u("mu", "亩", r"mu\b", "area", Fraction(2000, 3)),
    _u("square metre", "平方米?|平米", r"(?:square met(?:re|er)s?|sq\.? ?m|m2)\b", "area"),
    _u("cubic metre", "立方米?", r"(?:cubic met(?:re|er)s?|m3)\b", "volume", 1000),
    # length
    _u("kilometre", "公里|千米", r"(?:kilomet(?:re|er)s?|kms?)\b", _METRE, 1000),
    _u("centimetre", "厘米|公分", r"(?:centimet(?:re|er)s?|cm)\b", _METRE, Fraction(1, 100)),
    _u("millimetre", "毫米", r"(?:millimet(?:re|er)s?|mm)\b", _METRE, Fraction(1, 1000)),
    _u("mile", "英里", r"miles?\b", _METRE, Fraction(1609344, 1000)),
    _u("foot", "英尺", r"(?:feet|foot|ft)\b", _METRE, Fraction(3048, 10000)),
    _u("inch", "英寸", r"inch(?:es)?\b", _METRE, Fraction(254, 10000)),
    _u("li", "华里|里(?=路|地|长|远)", r"li\b", _METRE, 500),
    _u("zhang", "丈(?!夫)"),
    _u("chi", "尺(?!寸|子)"),
    _u("cun", "寸"),
    _u("metre", "公尺|米(?!饭|线|粉|面|其|汤|色)", r"(?:met(?:re|er)s?|m)\b", _METRE),
    # mass
    _u("kilogram", "千克|公斤", r"(?:kilo(?:gram(?:me)?)?s?|kgs?)\b", _GRAM, 1000),
    _u("milligram", "毫克", r"(?:milligram(?:me)?s?|mg)\b", _GRAM, Fraction(1, 1000)),
    _u("microgram", "微克", r"(?:microgram(?:me)?s?|mcg|μg)\b", _GRAM, Fraction(1, 10**6)),
    _u("ton", "公?吨", r"(?:tons?|tonnes?)\b", _GRAM, 10**6),
    _u("jin", "市?斤(?!斤)", r"jin\b", _GRAM, 500),
    _u("pound", "磅", r"(?:lbs?|pounds?)\b", _GRAM, Fraction(45359237, 100000)),
    _u("gram", "克(?!拉|服|隆)", r"(?:gram(?:me)?s?|g)\b", _GRAM),
    # volume
    _u("millilitre", "毫升", r"(?:millilit(?:re|er)s?|ml)\b", "volume", Fraction(1, 1000)),
    _u("litre", "公升|升(?!级|高|温|学|职|值|到|至)", r"(?:lit(?:re|er)s?|l)\b", "volume"),
    # temperature; 度 is also an angle and a kilowatt hour, so it is told apart by its number only
    _u("fahrenheit", "华氏度|°F", r"(?:degrees? fahrenheit|°\s?f)\b"),
    _u("degree", "摄氏度|°C|度(?!假|过|量)", r"(?:degrees? (?:celsius|centigrade)|degrees?|°\s?c|°)"),
    _u("kilocalorie", "千卡|大卡", r"(?:kcals?|kilocalories)\b"),
    # counts
    _u("fold", "倍", r"times as\b|-?fold\b"),
    _u("time", "次|遍|回(?!来|到|家|去|头|答|复)|趟", r"times?\b"),
    _u("person", "个?人(?!民|工|才|气|生|均)|位|名(?!单|称|字)", r"(?:people|persons?|visitors?|guests?)\b"),
    _u("sheet", "张", r"sheets?\b|pages?\b"),
    _u("floor", "层|楼", r"floors?\b|storeys?\b|stories\b"),
    _u("step", "级(?!别|响|文)|台阶", r"steps?\b|stairs?\b"),
    _u("bottle", "瓶", r"bottles?\b"),
    _u("box", "盒|箱", r"box(?:es)?\b"),
    _u("bag", "袋|包(?!括|含|装|邮|裹)", r"bags?\b|packs?\b|packets?\b"),
    _u("pill", "片(?!区|刻|面)|粒|颗", r"pills?\b|tablets?\b|capsules?\b"),
    _u("cup", "杯|碗", r"cups?\b|glass(?:es)?\b"),
    _u("vehicle", "辆", r"cars?\b|bus(?:es)?\b"),
    _u("animal", "只(?!有|要|能|是|需|收|看)|头(?!发|等|条)", r"animals?\b|pandas?\b|monkeys?\b"),
    _u("tree", "棵|株", r"trees?\b"),
    _u("building", "座|栋|幢", r"buildings?\b"),
    _u("machine", "台(?!阶|湾)", r"machines?\b"),
    _u("mark", "分(?!钟|之|行|期|店|公|别|开|享|钱|为|成|类)", r"points?\b|marks?\b|stars?\b"),
    _u("stop", "站(?!台|点)", r"stops?\b|stations?\b"),
    _u(THING, "个|条|种|份|笔|项|家|件|步", r"(?:things?|items?|pieces?|kinds?|ways?)\b"),
)  # fmt: skip
BY_NAME = {unit.name: unit for unit in UNITS}
# Units that count; 个 goes with each of them.
COUNTS = frozenset({
    THING, "person", "sheet", "floor", "step", "bottle", "box", "bag", "pill", "cup", "vehicle", "animal", "tree",
    "building", "machine", "stop",
})  # fmt: skip
CURRENCY = {"$": "usd", "¥": "yuan", "￥": "yuan", "€": "eur", "£": "gbp"}

_ZH = re.compile("|".join(f"(?P<u{i}>{unit.zh})" for i, unit in enumerate(UNITS) if unit.zh), re.IGNORECASE)
_EN = re.compile("|".join(f"(?P<u{i}>{unit.en})" for i, unit in enumerate(UNITS) if unit.en), re.IGNORECASE)
# After an English number any other word is a unit that nobody knows: it is the same as itself only.
_OTHER_EN = re.compile(
    r"(?!(?:of|and|or|to|in|at|on|if|is|are|was|were|per|a|an|the|for|from|with|by|as|than|then|but|so|that|which|you|it|we"
    r"|more|most|less|about|above|below|over|under|before|after|ahead|each|every|only|now|right|immediately|please|first"
    r"|will|can|may|must|should|when|while|until|free|old|long|high|tall|wide|deep|away|ago|later|early)\b)[a-z]{3,}",
    re.IGNORECASE,
)


def unit_at(text: str, at: int = 0) -> tuple[str, int]:
    """The name of the unit that stands at `at`, and where it ends; "" where none does.

    An English word that is no unit known here is one by the name of `?word`.
    """
    for table in (_ZH, _EN):
        if match := table.match(text, at):
            return UNITS[int(match.lastgroup[1:])].name, match.end()
    if match := _OTHER_EN.match(text, at):
        return f"?{match[0].lower().rstrip('s')}", match.end()
    return "", at


def same(value: Fraction, unit: str, other_value: Fraction, other: str) -> bool:
    """Whether two quantities are the same amount. "" has no unit and is only like itself."""
    if unit == other:
        return value == other_value
    if THING in (unit, other) and {unit, other} <= COUNTS:
        return value == other_value
    if unit in BY_NAME and other in BY_NAME:
        mine, theirs = BY_NAME[unit], BY_NAME[other]
        return mine.dimension == theirs.dimension and value * mine.factor == other_value * theirs.factor
    return False
