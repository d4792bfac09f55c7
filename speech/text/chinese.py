"""How figures and symbols in Mandarin text are read: the rules of a bank counter, a clinic and a tour desk.

Rules claim stretches of text in the order of `rules`; what still holds a digit goes to wetext's grammars.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import Match

from speech.text.normalise import Rule
from speech.text.numerals import cardinal, counted, decimal, digits

_NUM = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_TO = r"\s*(?:-|–|—|~|至|到)\s*"
_CURRENCY = {
    "¥": "元", "RMB": "元", "CNY": "元", "$": "美元", "US$": "美元", "USD": "美元", "HK$": "港元",
    "€": "欧元", "£": "英镑",
}  # fmt: skip
_UNITS = {
    "km/h": "千米每小时", "m/s": "米每秒", "kg/m²": "公斤每平方米", "mmol/L": "毫摩尔每升",
    "mg/dL": "毫克每分升", "mmHg": "毫米汞柱", "kWh": "千瓦时", "m³": "立方米",
    "kW": "千瓦", "W": "瓦", "kV": "千伏", "V": "伏", "mAh": "毫安时", "GHz": "吉赫兹", "MHz": "兆赫兹", "Hz": "赫兹",
    "Gbps": "吉比特每秒", "Mbps": "兆每秒", "dB": "分贝",
    "m²": "平方米", "㎡": "平方米", "km²": "平方公里", "kg": "公斤", "km": "公里", "cm": "厘米", "mm": "毫米",
    "mg": "毫克", "ml": "毫升", "mL": "毫升", "℃": "摄氏度", "°C": "摄氏度", "°": "度", "GB": "G B", "MB": "兆",
    "min": "分钟", "h": "小时", "g": "克", "L": "升", "m": "米", "s": "秒", "px": "像素",
    "BP": "个基点", "bp": "个基点",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
# After these 2 is 两. 号 月 日 楼 层 级 类 and the like keep 二.
_MEASURE = "|".join(
    (
        "个 位 张 天 年 次 种 家 件 份 笔 本 条 项 块 元 万 千 百万 亿 周 期 小时 分钟 秒 点 倍 名 人 口 间 "
        "套 台 把 斤 公斤 公里 米 步 组 对 岁 场 盒 片 粒 瓶 杯 座 段 遍 下 句 刻 晚 遭 只 部 辆 支 趟 "
    ).split()
)
_CODE_WORDS = "|".join(
    (
        "尾号 尾数 卡号 账号 户号 密码 口令 验证码 校验码 编号 单号 工号 流水号 证号 号码 邮编 代码 代号 房号 "
        "房间号? 房间 病房 电话 手机 热线 拨打 致电 航班 车次 车牌 传真 分机 短信 发送 微信号? QQ号? "
    ).split()
)
_PER = "[年月日天人次克户笔周晚份张]"
_COUNTED = "[元块万亿千百个位人名天年月日次分秒米斤克度岁公套间张座层楼号]"
_PLATE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_DOMAIN = "(?:com|cn|org|net|gov|edu|io|co|info|hk)"
_HOTLINE = r"110|119|120|122|114|12\d{3}|10086|10010|10000|10001|95\d{3}|96\d{3,4}|95\d{4}"


@lru_cache(1)
def rules() -> tuple[Rule, ...]:
    """What claims stretches of text, in order."""
    table = (
        (r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", _address),
        (r"(?:https?://|www\.)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:/[A-Za-z0-9_./-]*)?", _address),
        (rf"(?<![A-Za-z0-9.])(?:[A-Za-z][A-Za-z0-9-]*\.)+{_DOMAIN}(?:/[A-Za-z0-9_./-]*)?(?![A-Za-z0-9])", _address),
        (rf"({_PLATE})([A-Z])[·•. ]?([A-Z0-9]{{5,6}})(?![A-Za-z0-9])", _plate),
        (r"(比分\D{0,3}|(?<=以))(\d{1,3})[:-](\d{1,3})(?!\d)", _score),
        (rf"(?<!\d)([12]\d{{3}}){_TO}([12]\d{{3}})年", lambda m: f"{_year_digits(m[1])}到{_year_digits(m[2])}年"),
        (r"(?<=[万亿千年月日号时点分秒℃元岁天楼层块米克])\s*(?:-|–|(?<!—)—(?!—)|~)\s*(?=\d)", lambda m: "到"),
        (r"(?<![\d.])(\d0)后(?![面边天续来者备半])", lambda m: digits(m[1], yao=False) + "后"),
        (rf"(?<![\d.、第])([1-8])、([2-9])(?=[十百千万]?(?:{_MEASURE}))", _about),
        (r"(?<![\d.])(双)?(11\.11|3\.15|6\.18|618)(?=[大晚购活期促节])", lambda m: (m[1] or "") + digits(m[2])),
        (r"(?<![\d.])双(1[0-2])(?!\d)", lambda m: f"双{cardinal(int(m[1]))}"),
        (r"(?<![\d:.])(\d{1,2})(点|米|度|块)(\d{1,2})(?![\d.:%]|[个米度元块万年月日天分刻度])", _and_a_bit),
        (r"(?<=[\d\s])\s?[×xX*]\s?(?=\d)", lambda m: "乘"),
        (r"(?<![\d.])(\d+)\s?-\s?(\d+)(?=\s?=)", lambda m: f"{cardinal(int(m[1]))}减{cardinal(int(m[2]))}"),
        (r"(?<![A-Za-z])[Nn][Oo]\.?\s?(?=\d)|№\s?(?=\d)", lambda m: "第"),
        (r"#号?(?=键|$)|#号", lambda m: "井号"),
        (r"(?<!\d)\*号?(?=键)|\*号", lambda m: "星号"),
        (r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)(?:日|号)?", _iso_date),
        (r"(?<![\d.])[vV]?\d+(?:\.\d+){2,}(?![\d日号])", _version),
        (r"(?<!\d)(20\d{2})(?=[QH][1-4])", lambda m: digits(m[1], yao=False)),
        (r"(?<!\d)(\d{4}|\d{2})年(?!期|限|以|内|后|前|的|来|多|左|龄)(?:(\d{1,2})月(?:(\d{1,2})([日号]))?)?", _year),
        (r"(?<!\d)(\d{1,2})月(\d{1,2})([日号])", lambda m: f"{cardinal(int(m[1]))}月{cardinal(int(m[2]))}{m[3]}"),
        (rf"(?<![\d:])(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?{_TO}(\d{{1,2}}):(\d{{2}})(?![\d:])", _time_range),
        (r"(?<![\d:.])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:%])", lambda m: _time(m[1], m[2], m[3])),
        (r"(?<![\d/])(\d{2,3})/(\d{2,3})(?![\d/])\s*(mmHg|毫米汞柱)?", _blood_pressure),
        (rf"(?<![\d,.])(?:{_HOTLINE})(?![\d,.]*\d)(?!\s*(?:{_UNIT}|%|{_COUNTED}))", _hotline),
        (rf"({_CODE_WORDS})((?:的|为|是|:|：|\s|“)*)([A-Z]{{0,3}}[\d*]{{2,}}(?:[- ]?[\d*]+)*)"
         r"(?!\d|[.,:]\d|%|[元块万亿])", _code),
        (r"(?<!\d)\(?(0\d{2,3})\)?[- ]?(\d{7,8}|\d{4}[- ]\d{4})(?:[-转](\d{1,5}))?(?!\d)", _landline),
        (r"(?<![\d.])(?:\d{4}[ -]?|[\d*]{4}[ -]?){3,4}\d{1,4}(?![\d.])", lambda m: _masked(m[0])),
        (r"(?<!\d)[48]00[- ]?\d{3,4}[- ]?\d{3,4}(?!\d)", lambda m: digits(m[0])),
        (r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?[\d*]{4}){2}(?![\d.])", lambda m: _masked(m[0])),
        (r"(?:(?<!\d)\d{2,6})?\*{2,}\d{2,4}(?!\d)", lambda m: _masked(m[0])),
        (r"(单元|号楼|[栋幢])(\d{3,4})(?![\d.]|号楼|[米元人户年])", lambda m: m[1] + digits(m[2])),
        (r"(?<![\d.])(480|720|1080|1440|2160)(?=[Pp](?![A-Za-z]))", lambda m: digits(m[1])),
        (r"(?<![\d.])(\d{3,4})(?=号?(?:室|房间?|病房|诊室|会议室|包间|包厢)(?!价|费|贷|产))", lambda m: digits(m[1])),
        (rf"({_NUM})%?{_TO}({_NUM})([%‰])", _percent_range),
        (rf"([-−+]?)({_NUM})([%‰])", _percent),
        (rf"(US\$|HK\$|RMB|CNY|USD|[¥$€£])\s?({_NUM})\s?([KkMB](?![A-Za-z])|[万亿千百]*)(?:元|美元)?(?:/({_PER}))?",
         _money),
        (rf"(?<=[次元块滴步字下圈])/(?=分|秒|小?时|{_PER}|位|件|盒|瓶|斤|克|公斤|平)", lambda m: "每"),
        (rf"({_NUM})([万亿千百]*[多余]?)(元|块钱|块|美元)/({_PER})", _rate),
        (rf"(?<![\d.])({_NUM}){_TO}({_NUM})\s*({_UNIT})?", _range),
        (rf"([-−]?)({_NUM})\s*({_UNIT})(?:/([年月日天次克]))?(?![A-Za-z])", _measured),
        (r"(?<![\d.])(\d{1,3})/(\d{1,4})(?![\d/.])", _fraction),
        (r"(?<![\d.:])(\d{1,3}):(\d{1,3})(?![\d:]|[.,]\d)", lambda m: f"{cardinal(int(m[1]))}比{cardinal(int(m[2]))}"),
        (r"([A-Za-z]{1,4})(\d{1,6})(?![\d.])|([A-Za-z]{2,})-(\d{1,6})(?![\d.-])", _letters_and_digits),
        (rf"(?<![\d.第])([-−]?)({_NUM})(?=[多余几来]?\s?(?:{_MEASURE}))", _count),
        (rf"(?<![\d.A-Za-z])([-−])({_NUM})", lambda m: "负" + decimal(m[2])),
        (rf"({_NUM})", _number),
        (r"\d+", lambda m: digits(m[0], yao=False)),  # the rest of a number that another rule took the head of
        (r"[×÷=≈≥≤<>+&@#℃%‰°²±№→]", lambda m: _SYMBOLS.get(m[0])),
        (r"[½⅓⅔¼¾]", lambda m: _FRACTIONS[m[0]]),
        (r"[Ⅰ-Ⅻ①-⑳⑴-⒇⒈-⒛㈠-㈩]", lambda m: cardinal(_enclosed(m[0]))),
        (r"[^\W\d_]*[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+|\d", lambda m: _grammar(m[0])),
    )  # fmt: skip
    return tuple((re.compile(pattern), read) for pattern, read in table)


_LATIN_POWERS = {"K": 1_000, "k": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_FRACTIONS = {"½": "二分之一", "⅓": "三分之一", "⅔": "三分之二", "¼": "四分之一", "¾": "四分之三"}
_SYMBOLS = {
    "×": "乘", "÷": "除以", "=": "等于", "≈": "约等于", "≥": "大于等于", "≤": "小于等于", "<": "小于", ">": "大于",
    "+": "加", "&": "和", "@": "艾特", "#": "井号", "℃": "摄氏度", "%": "百分号", "‰": "千分号", "°": "度", "²": "平方",
    "±": "正负", "№": "编号", "→": "到",
}  # fmt: skip


def _address(m: Match[str]) -> str:
    """Web and mail addresses, the dots and the @ read out."""
    text = re.sub(r"^https?://", "", m[0])
    parts = re.findall(r"[A-Za-z]+|\d+|.", text)
    names = {".": "点", "@": "艾特", "/": "斜杠", "-": "杠", "_": "下划线"}
    return " ".join(digits(part) if part.isdecimal() else names.get(part, part) for part in parts)


def _plate(m: Match[str]) -> str:
    return m[1] + " ".join(
        re.sub(r"\d+", lambda d: digits(d[0]), part) for part in (m[2], *re.findall(r"[A-Z]|\d+", m[3]))
    )


def _version(m: Match[str]) -> str:
    """2.0.1, and 192.168.1.1, whose long parts are read out."""
    parts = [digits(part) if len(part) > 2 else cardinal(int(part)) for part in re.findall(r"\d+", m[0])]
    return ("V " if m[0][0] in "vV" else "") + "点".join(parts)


def _score(m: Match[str]) -> str:
    return f"{m[1]}{cardinal(int(m[2]))}比{cardinal(int(m[3]))}"


def _about(m: Match[str]) -> str | None:
    """2、3个 are 两三个; neighbours only."""
    if int(m[2]) != int(m[1]) + 1:
        return None
    return ("两" if m[1] == "2" else cardinal(int(m[1]))) + cardinal(int(m[2]))


def _and_a_bit(m: Match[str]) -> str | None:
    """6点15, 1米75, 38度5, 12块5: the second figure has no unit of its own."""
    if m[2] == "点" and int(m[3]) > 59:
        return None
    first = counted(m[1])
    if m[2] == "点":
        return f"{first}点{'零' if len(m[3]) > 1 and m[3][0] == '0' else ''}{cardinal(int(m[3]))}"
    return f"{first}{m[2]}{digits(m[3], yao=False)}"


def _date(year: str, month: str, day: str) -> str:
    return f"{digits(year, yao=False)}年{cardinal(int(month))}月{cardinal(int(day))}"


def _iso_date(m: Match[str]) -> str | None:
    if not (1 <= int(m[3]) <= 12 and 1 <= int(m[4]) <= 31 and 1000 <= int(m[1]) <= 2999):
        return None
    return _date(m[1], m[3], m[4]) + (m[0][-1] if m[0][-1] in "日号" else "日")


def _year_digits(year: str) -> str:
    return digits(year, yao=False)


def _year(m: Match[str]) -> str | None:
    if len(m[1]) == 2 and not m[2]:  # 10年 is a span of time
        return None
    if len(m[1]) == 4 and not 1000 <= int(m[1]) <= 2999:
        return None
    said = digits(m[1], yao=False) + "年"
    said += f"{cardinal(int(m[2]))}月" if m[2] else ""
    return said + (f"{cardinal(int(m[3]))}{m[4]}" if m[3] else "")


def _time(hour: str, minute: str, second: str | None = None) -> str:
    said = ("两" if int(hour) == 2 else cardinal(int(hour))) + "点"
    if int(minute) or second:
        said += ("零" if int(minute) < 10 else "") + (cardinal(int(minute)) if int(minute) else "") + "分"
    return said + (f"{cardinal(int(second))}秒" if second and int(second) else "")


def _time_range(m: Match[str]) -> str | None:
    if int(m[1]) > 24 or int(m[4]) > 24 or int(m[2]) > 59 or int(m[5]) > 59:
        return None
    return f"{_time(m[1], m[2], m[3])}到{_time(m[4], m[5])}"


def _blood_pressure(m: Match[str]) -> str | None:
    high, low = int(m[1]), int(m[2])
    if not (m[3] or (80 <= high <= 260 and 30 <= low <= 150 and high > low)):
        return None
    return f"{cardinal(high)}、{cardinal(low)}" + ("毫米汞柱" if m[3] else "")


def _hotline(m: Match[str]) -> str | None:
    """Three-digit numbers are hotlines only where the words around say so."""
    before, after = m.string[: m.start()], m.string[m.end() :]
    if len(m[0]) == 3:
        named = re.search(
            r"(?:打|拨|电话|热线|报警|急救|呼叫|火警|号码|联系|求助)[^\d，。]{0,3}$|(?:[或和、及与]|或者|以及)$", before
        )
        if not named and not re.match(r"\s*(?:急救|报警|热线|电话|火警|求助|救护|接线|和|或|、)", after):
            return None
    return digits(m[0])


def _masked(text: str) -> str:
    """Card and telephone numbers; hidden digits are read as one 星号."""
    return re.sub(r"[* -]*\*[* -]*|[ -]+", lambda m: "星号" if "*" in m[0] else "", text.replace("+", "加")).translate(
        {ord(d): digits(d) for d in "0123456789"}
    )


def _landline(m: Match[str]) -> str:
    return digits(m[1] + m[2]) + (f"转{digits(m[3])}" if m[3] else "")


def _code(m: Match[str]) -> str:
    letters = re.match(r"[A-Z]*", m[3])[0]  # type: ignore[index]
    return m[1] + m[2] + " ".join(letters) + _masked(m[3][len(letters) :])


def _percent(m: Match[str]) -> str:
    said = "百" if m[2] == "100" and m[3] == "%" else decimal(m[2])
    return {"-": "负", "−": "负", "+": "正"}.get(m[1], "") + _share(m[3]) + said


def _share(sign: str) -> str:
    return "千分之" if sign == "‰" else "百分之"


def _percent_range(m: Match[str]) -> str:
    return f"{_share(m[3])}{decimal(m[1])}到{_share(m[3])}{decimal(m[2])}"


def _money(m: Match[str]) -> str:
    per = f"每{m[4]}" if m[4] else ""
    if m[3] in _LATIN_POWERS:
        whole = round(float(m[2].replace(",", "")) * _LATIN_POWERS[m[3]])
        return f"{cardinal(whole)}{_CURRENCY[m[1]]}{per}"
    return f"{counted(m[2], trim=True)}{m[3]}{_CURRENCY[m[1]]}{per}"


def _rate(m: Match[str]) -> str:
    return f"{counted(m[1], trim=True)}{m[2]}{m[3]}每{m[4]}"


def _range(m: Match[str]) -> str | None:
    if re.fullmatch(r"\d{5,}", m[1]) or m.string[m.end() : m.end() + 2].startswith(("-", "/")):
        return None  # a code with hyphens
    unit = _UNITS[m[3]] if m[3] else ""
    measured = bool(unit) or re.match(rf"\s?(?:{_MEASURE})", m.string[m.end() :])
    last = counted(m[2], trim=True) if measured else decimal(m[2])
    first = counted(m[1], trim=True) if measured else decimal(m[1])
    return f"{first}到{last}{unit}"


def _measured(m: Match[str]) -> str:
    per = f"每{m[4]}" if m[4] else ""
    return f"{_sign(m[1])}{counted(m[2])}{_UNITS[m[3]]}{per}"


def _count(m: Match[str]) -> str:
    return _sign(m[1]) + counted(m[2], trim=True)


def _sign(sign: str) -> str:
    return "负" if sign else ""


def _fraction(m: Match[str]) -> str | None:
    if int(m[2]) == 0:
        return None
    return f"{cardinal(int(m[2]))}分之{cardinal(int(m[1]))}"


def _letters_and_digits(m: Match[str]) -> str:
    """VIP3, A4, COVID-19 are counted, G1234 and A015 read out, and N95 too."""
    letters, figures = m[1] or m[3], m[2] or m[4]
    read_out = len(figures) > 2 or figures.startswith("0") or letters == "N"
    return f"{letters} {digits(figures) if read_out else cardinal(int(figures))}"


def _number(m: Match[str]) -> str:
    text = m[1]
    if text.isdecimal() and (text.startswith("0") and len(text) > 1 or len(text) > 8):
        return digits(text)
    return decimal(text)


def _enclosed(mark: str) -> int:
    """The number in ⑫ or Ⅻ."""
    import unicodedata

    return int(unicodedata.numeric(mark))


def _grammar(text: str) -> str:
    """wetext's grammar for the rare rest; digits it leaves are read one by one."""
    said = _wetext().normalize(text)
    return re.sub(r"\d", lambda m: digits(m[0], yao=False), said)


@lru_cache(1)
def _wetext():  # noqa: ANN202 - wetext.Normalizer, imported late
    from wetext import Normalizer

    return Normalizer(lang="zh", operator="tn")
