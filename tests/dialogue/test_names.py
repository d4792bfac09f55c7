"""Names of places, institutions, products, people, medicines and laws are spoken only where a passage holds them."""

from __future__ import annotations

import pytest

from dialogue.guard import Guard
from dialogue.names import names_in
from dialogue.pack import Pack
from dialogue.text import normalise

INVENTED = [
    "您可以去华西医院看看。",
    "去工商银行办更快。",
    "请坐地铁到春熙路站。",
    "顺着琴台路一直走。",
    "旁边的文殊院寺庙叫大慈寺。",
    "推荐您去岳麓山玩。",
    "可以找王建国经理。",
    "您去问问李医生。",
    "请联系陈志强。",
    "张主任会帮您办。",
    "推荐您吃布洛芬。",
    "头痛可以吃阿莫西林胶囊。",
    "板蓝根就很好。",
    "《民法典》里写得很清楚。",
    "按《消费者权益保护法》可以退。",
    "这是聚宝盆理财产品。",
    "用余额宝更好。",
    "华为手机也能用。",
    "去双流机场坐车。",
    "离天府广场不远。",
    "在武侯区人民法院旁边。",
    "招行的卡也可以。",
    "北京的总部会处理。",
    "苏东坡来过这里。",
    "马云也推荐。",
    "用Paypal也行。",
    "Visa卡都能用。",
    "这是四川大学研究的。",
    "可以到同仁堂买。",
    "清华大学的专家说的。",
    "去凤凰古镇玩吧。",
    "I think Citibank is better.",
    "You could try the Sheraton.",
    "Please ask Doctor Miller.",
    "Take some ibuprofen for that.",
    "Baker Street Clinic is near here.",
    "Go to West China Hospital.",
    "The Golden Gate Museum is nicer.",
    "It was made by Apple for you.",
    "Amoxicillin helps.",
]
NAMELESS = [
    "附近的医院都可以。",
    "请到最近的银行网点。",
    "您的开户银行会通知您。",
    "各大银行都这样。",
    "这家医院不用预约。",
    "请去社区医院或者三甲医院。",
    "沿着这条路一直走。",
    "走大路更安全。",
    "过了桥往左。",
    "在门诊楼一楼大厅。",
    "上山的路有点滑。",
    "这是最好的办法。",
    "法律有规定。",
    "祝您平安健康。",
    "马上为您叫护士。",
    "高兴能帮到您。",
    "谢谢您，慢走。",
    "坐到终点站下车。",
    "请在等候区坐一会儿。",
    "其中行李不能带。",
    "工作人员会帮您。",
    "请问一下经理。",
    "请找大堂经理。",
    "老师傅都知道。",
    "医生会告诉您。",
    "我们银行不收这个。",
    "去哪家医院都行。",
    "去人民医院也可以。",
    "打开手机银行看看。",
    "信用卡和借记卡不一样。",
    "理财产品有风险。",
    "小米粥很养胃。",
    "这个方法很管用。",
    "保险公司会联系您。",
    "去公园走走，散散心。",
    "今天天气真好，适合爬山。",
    "路上小心，注意安全。",
    "That's a lovely question.",
    "Please ask at the counter.",
    "The nearest hospital can help.",
    "Of course, I'm happy to help you.",
    "You can take the bus or walk.",
]


@pytest.mark.parametrize("sentence", INVENTED)
def test_a_name_that_no_passage_holds_is_kept_back(pack: Pack, sentence: str) -> None:
    assert Guard(pack).check(sentence).rule in ("name", "health.dose", "promise"), list(names_in(normalise(sentence)))


@pytest.mark.parametrize("sentence", INVENTED)
def test_the_same_name_is_spoken_where_a_passage_holds_it(pack: Pack, sentence: str) -> None:
    assert Guard(pack).check(sentence, [sentence]).rule != "name"


@pytest.mark.parametrize("sentence", NAMELESS)
def test_words_that_name_nobody_pass(pack: Pack, sentence: str) -> None:
    assert Guard(pack).check(sentence).rule != "name", list(names_in(normalise(sentence)))


def test_a_word_of_the_pack_may_be_named_and_a_brand_may_not(pack: Pack) -> None:
    from dataclasses import replace

    guard = Guard(replace(pack, vocabulary=("春熙路", "支付宝")))
    assert guard.check("请到春熙路站。").ok
    assert guard.check("用支付宝更好。").rule == "name"
