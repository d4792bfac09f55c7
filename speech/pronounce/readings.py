"""Readings that pypinyin's dictionary gets wrong or cannot know: bank talk, erhua, neutral tones, local names.

`PHRASES` is searched longest first and overrides the dictionary. `RULES` decide single characters by what stands around
them. Readings follow 《现代汉语词典》, 7th edition; place names follow their local authorities.
"""

from __future__ import annotations

import re

PHRASES: dict[str, str] = {
    # 还: to give back
    "还款": "huan2 kuan3", "还贷": "huan2 dai4", "还钱": "huan2 qian2", "还清": "huan2 qing1", "偿还": "chang2 huan2",
    "归还": "gui1 huan2", "应还": "ying1 huan2", "已还": "yi3 huan2", "未还": "wei4 huan2", "还本": "huan2 ben3",
    "还息": "huan2 xi1", "月还": "yue4 huan2", "还卡": "huan2 ka3", "代还": "dai4 huan2",
    "还不上": "huan2 bu2 shang4",
    "还不起": "huan2 bu4 qi3", "怎么还": "zen3 me5 huan2", "多还": "duo1 huan2", "少还": "shao3 huan2",
    "还信用卡": "huan2 xin4 yong4 ka3", "还利息": "huan2 li4 xi1", "还本金": "huan2 ben3 jin1", "退还": "tui4 huan2",
    "还房贷": "huan2 fang2 dai4", "还车贷": "huan2 che1 dai4", "分期还": "fen1 qi1 huan2", "如期还": "ru2 qi1 huan2",
    "按时还": "an4 shi2 huan2", "先还": "xian1 huan2", "每月还": "mei3 yue4 huan2", "还给": "huan2 gei3",
    "还月供": "huan2 yue4 gong1", "还花呗": "huan2 hua1 bei5", "还借款": "huan2 jie4 kuan3",
    "归还款": "gui1 huan2 kuan3",
    # 行: a business
    "我行": "wo3 hang2", "本行": "ben3 hang2", "他行": "ta1 hang2", "贵行": "gui4 hang2", "该行": "gai1 hang2",
    "跨行": "kua4 hang2", "行内": "hang2 nei4", "行外": "hang2 wai4", "同行": "tong2 hang2", "行号": "hang2 hao4",
    "工行": "gong1 hang2", "农行": "nong2 hang2", "建行": "jian4 hang2", "中行": "zhong1 hang2",
    "交行": "jiao1 hang2",
    "招行": "zhao1 hang2", "央行": "yang1 hang2", "商行": "shang1 hang2", "总行": "zong3 hang2", "各行": "ge4 hang2",
    "支行": "zhi1 hang2", "分行": "fen1 hang2", "支行长": "zhi1 hang2 zhang3", "分行长": "fen1 hang2 zhang3",
    "开户行": "kai1 hu4 hang2", "收款行": "shou1 kuan3 hang2", "发卡行": "fa1 ka3 hang2", "行员": "hang2 yuan2",
    "第几行": "di4 ji3 hang2", "行里": "hang2 li5", "银行业": "yin2 hang2 ye4", "行业": "hang2 ye4",
    # words of the counters
    "银行卡": "yin2 hang2 ka3", "存折": "cun2 zhe2", "转账": "zhuan3 zhang4", "给付": "ji3 fu4", "应付": "ying4 fu4",
    "应收": "ying1 shou1", "供给": "gong1 ji3", "量血压": "liang2 xue4 ya1", "量体温": "liang2 ti3 wen1",
    "抽血": "chou1 xie3", "流血": "liu2 xie3", "出血": "chu1 xie3", "挂号费": "gua4 hao4 fei4",
    "重装": "chong2 zhuang1",
    "重置": "chong2 zhi4", "重做": "chong2 zuo4", "重发": "chong2 fa1", "重试": "chong2 shi4", "重启": "chong2 qi3",
    "重签": "chong2 qian1", "重开": "chong2 kai1", "重填": "chong2 tian2", "单号": "dan1 hao4", "调额": "tiao2 e2",
    "调高": "tiao2 gao1", "调低": "tiao2 di1", "调取": "diao4 qu3", "调阅": "diao4 yue4", "结汇": "jie2 hui4",
    "几乎": "ji1 hu1", "占比": "zhan4 bi3", "累计": "lei3 ji4", "载入": "zai3 ru4", "下载": "xia4 zai3",
    "长按": "chang2 an4", "长期": "chang2 qi1", "长按键": "chang2 an4 jian4", "长者": "zhang3 zhe3",
    "船长": "chuan2 zhang3",
    "参数": "can1 shu4", "数清": "shu3 qing1", "数数": "shu3 shu4", "数钱": "shu3 qian2",
    "差额": "cha1 e2", "上调": "shang4 tiao2", "下调": "xia4 tiao2", "舍不得": "she3 bu5 de5",
    "怪不得": "guai4 bu5 de5",
    "穿着讲究": "chuan1 zhuo2 jiang3 jiu5", "穿着很讲究": "chuan1 zhuo2 hen3 jiang3 jiu5",
    "穿着得体": "chuan1 zhuo2 de2 ti3", "时差": "shi2 cha1", "温差": "wen1 cha1", "民乐": "min2 yue4",
    "差价": "cha1 jia4", "差错": "cha1 cuo4",
    "出差": "chu1 chai1", "差多少": "cha4 duo1 shao3",
    "还差": "hai2 cha4", "不得": "bu4 de2", "必得": "bi4 dei3", "您得": "nin2 dei3", "你得": "ni3 dei3",
    "我得": "wo3 dei3", "就得": "jiu4 dei3", "还得": "hai2 dei3", "都得": "dou1 dei3", "得先": "dei3 xian1",
    "得带": "dei3 dai4", "得去": "dei3 qu4", "得等": "dei3 deng3", "得到": "de2 dao4", "获得": "huo4 de2",
    "目的": "mu4 di4", "的确": "di2 que4", "的士": "di1 shi4", "为您": "wei4 nin2", "为你": "wei4 ni3",
    "为了": "wei4 le5", "为什么": "wei4 shen2 me5", "因为": "yin1 wei4", "为客户": "wei4 ke4 hu4", "为此": "wei4 ci3",
    "为主": "wei2 zhu3", "处方": "chu3 fang1", "住处": "zhu4 chu4", "咨询处": "zi1 xun2 chu4",
    "办事处": "ban4 shi4 chu4",
    "相片": "xiang4 pian4", "证件照": "zheng4 jian4 zhao4", "看一看": "kan4 yi5 kan4", "干嘛": "gan4 ma2",
    "朝前": "chao2 qian2", "朝左": "chao2 zuo3", "朝右": "chao2 you4", "朝南": "chao2 nan2", "空位": "kong4 wei4",
    "空白": "kong4 bai2", "有空": "you3 kong4", "没空": "mei2 kong4", "兴业": "xing1 ye4", "着凉": "zhao2 liang2",
    "睡着": "shui4 zhao2", "找着": "zhao3 zhao2", "炮制": "pao2 zhi4", "削减": "xue1 jian3", "薄荷": "bo4 he5",
    "人参": "ren2 shen1", "当归": "dang1 gui1", "当天": "dang4 tian1", "当日": "dang4 ri4", "当月": "dang4 yue4",
    "中暑": "zhong4 shu3", "中毒": "zhong4 du2", "中奖": "zhong4 jiang3", "了解": "liao3 jie3", "了结": "liao3 jie2",
    "不了解": "bu4 liao3 jie3", "给予": "ji3 yu3", "会计": "kuai4 ji4", "都是": "dou1 shi4", "都有": "dou1 you3",
    "种类": "zhong3 lei4", "这种": "zhe4 zhong3", "各种": "ge4 zhong3", "种草": "zhong4 cao3", "号码": "hao4 ma3",
    "应付账款": "ying1 fu4 zhang4 kuan3", "应付款": "ying1 fu4 kuan3", "应付利息": "ying1 fu4 li4 xi1",
    "应付金额": "ying1 fu4 jin1 e2", "发卡": "fa1 ka3", "丈夫": "zhang4 fu5", "咳嗽": "ke2 sou5",
    # digits read out
    "幺": "yao1", "两": "liang3",
    # places
    "成都": "cheng2 du1", "新都": "xin1 du1", "都江堰": "du1 jiang1 yan4", "郫都": "pi2 du1", "阆中": "lang4 zhong1",
    "重庆": "chong2 qing4", "长城": "chang2 cheng2", "朝阳": "chao2 yang2", "朝阳区": "chao2 yang2 qu1",
    "乐山": "le4 shan1", "犍为": "qian2 wei2", "什邡": "shi2 fang1", "筠连": "jun1 lian2", "珙县": "gong3 xian4",
    "綦江": "qi2 jiang1", "涪陵": "fu2 ling2", "大足": "da4 zu2", "宽窄巷子": "kuan1 zhai3 xiang4 zi5",
    "三星堆": "san1 xing1 dui1", "武侯祠": "wu3 hou2 ci2", "峨眉": "e2 mei2", "九寨": "jiu3 zhai4",
    "藏族": "zang4 zu2",
    "蜀": "shu3", "六安": "lu4 an1", "台州": "tai1 zhou1", "厦门": "xia4 men2", "蚌埠": "beng4 bu4",
    "丽水": "li2 shui3",
    # neutral tones
    "东西": "dong1 xi5", "先生": "xian1 sheng5", "地方": "di4 fang5", "朋友": "peng2 you5", "意思": "yi4 si5",
    "知道": "zhi1 dao5", "不知道": "bu4 zhi1 dao4", "时候": "shi2 hou5", "明白": "ming2 bai5", "清楚": "qing1 chu5",
    "告诉": "gao4 su5", "休息": "xiu1 xi5", "事情": "shi4 qing5", "客气": "ke4 qi5", "麻烦": "ma2 fan5",
    "认识": "ren4 shi5", "便宜": "pian2 yi5", "大夫": "dai4 fu5", "眼睛": "yan3 jing5", "头发": "tou2 fa5",
    "消息": "xiao1 xi5", "合适": "he2 shi4", "舒服": "shu1 fu5", "漂亮": "piao4 liang5", "喜欢": "xi3 huan5",
    "觉得": "jue2 de5", "记得": "ji4 de5", "晓得": "xiao3 de5", "多少": "duo1 shao5", "晚上": "wan3 shang5",
    "早上": "zao3 shang5", "衣服": "yi1 fu5", "窗户": "chuang1 hu5", "师傅": "shi1 fu5", "商量": "shang1 liang5",
    "答应": "da1 ying5", "打听": "da3 ting5", "关系": "guan1 xi5", "太太": "tai4 tai5", "奶奶": "nai3 nai5",
    "爷爷": "ye2 ye5", "谢谢": "xie4 xie5", "爸爸": "ba4 ba5", "妈妈": "ma1 ma5", "看看": "kan4 kan5",
    "试试": "shi4 shi5",
    "等等": "deng2 deng5", "想想": "xiang2 xiang5", "问问": "wen4 wen5", "这里": "zhe4 li5", "那里": "na4 li5",
    "哪里": "na2 li5", "里面": "li3 mian4", "上面": "shang4 mian5", "下面": "xia4 mian5", "差不多": "cha4 bu5 duo1",
    "不好意思": "bu4 hao3 yi4 si5", "没关系": "mei2 guan1 xi5", "好吗": "hao3 ma5", "什么": "shen2 me5",
    "怎么": "zen3 me5", "哪个": "na3 ge5", "这个": "zhe4 ge5", "那个": "na4 ge5", "个": "ge4",
}  # fmt: skip

# Words the segmenter should keep or split as written.
EXTRA_WORDS = (
    "还款 还款日 还贷 账单日 年化 年化收益率 大额存单 结构性存款 活期 定期 理财经理 网银 手机银行 取号机 叫号 对公 "
    "个贷 反洗钱 幺幺零 幺二零 验证码 开户行 他行 本行 我行 跨行 支行 信用卡 储蓄卡 借记卡 一类户 二类户 川剧 变脸 "
    "三星堆 宽窄巷子 都江堰 武侯祠 就诊卡 挂号 分诊台 门诊 医保 蜀绣 盖碗茶"
).split()

# After these 儿 has no syllable of its own; after 女 婴 幼 孤 胎 … it has, and is not listed.
_ER_AFTER = frozenset("花点这那哪玩事门空号劲活儿头味份会块样圈片边手儿伴今明昨今馅词字本盖")

# Characters that are read otherwise as a surname, after 姓 and before a title.
_SURNAMES = {
    "单": "shan4", "曾": "zeng1", "仇": "qiu2", "任": "ren2", "解": "xie4", "华": "hua4", "查": "zha1", "盖": "ge3",
    "朴": "piao2", "区": "ou1", "缪": "miao4", "乐": "yue4", "宁": "ning4", "燕": "yan1", "那": "na1", "召": "shao4",
    "葛": "ge3", "覃": "qin2", "牟": "mu4", "应": "ying1", "车": "che1", "晁": "chao2", "翟": "zhai2", "隗": "wei3",
    "繁": "po2", "种": "chong2", "黑": "he4", "尹": "yin3", "冼": "xian3", "费": "fei4", "曲": "qu1", "哈": "ha3",
}  # fmt: skip
_TITLES = (
    "先生|女士|小姐|太太|经理|主任|主管|医生|大夫|护士|老师|教授|师傅|警官|律师|科长|处长|行长|院长|局长|阿姨|叔叔|大爷|大妈"
    "|总(?!结|是|在|体|共|计|行|部|能|算|会|额|数)|工(?!作|资|商|厂|会|程|具|人)|老$"
)
_NUMBER = "(?:[一二三四五六七八九十百千万两几点零]+)?"
_ADVERB = (
    "高兴|愉快|开心|激动|慢慢|悄悄|轻轻|大声|小声|有序|礼貌|客气|热情|亲切|努力|积极|迅速|专门|成功|不停|认真|仔细|安全|顺利"
    "|准确|及时|快速|轻松|方便|主动|自动|详细|清楚|耐心|不断|逐步|合理|更好|很好|平稳|安心"
)

# (before, character, after, reading): patterns end, and begin, at the character, within one clause.
RULES: tuple[tuple[str, str, str, str], ...] = (
    ("", "还", rf"了?{_NUMBER}(?:元|块|万|期|钱|贷|债)", "huan2"),
    ("(?:如何|怎样|怎么|提前|分期|逾期|自动|一次性|需要?|要|逐月)", "还", "(?:$|[，。？?吗呢,])", "huan2"),
    ("(?:要|需|应该?|得|每月|一共)", "还", "多少", "huan2"),
    (rf"(?:(.)\1|{_ADVERB})", "地", "(?!方|址|区|点|铁|产|图|下|面|块|段|势|位|带|震)", "de5"),
    ("(?:必须|只|总|又|最好)", "得", "[一-龥]", "dei3"),
    ("第[一二三四五六七八九十百]+", "行", "", "hang2"),
    ("(?:声音|音量|温度|亮度|字体|速度|灯光|空调|味道|颜色)", "调", "(?:小|大|高|低|快|慢|亮|暗|到|成|好|得)", "tiao2"),
    ("", "朝", "阳(?:升|初|似|照|洒|映|产业|般)", "zhao1"),
    ("开花", "结", "果", "jie1"),
    ("(?:最后|前|后|另|每|这|那|头)一", "行", "", "hang2"),
    ("一", "行", "(?:白鹭|字|小字|大字|诗|文字|树|脚印|眼泪|热泪)", "hang2"),
    ("排", "长", "队", "chang2"),
    ("[古国]", "乐", "(?:器|团|队|演奏|合奏)", "yue4"),
    ("(?:票|号|费|询|讯|记|名|事)", "处", "(?!理|分|于|罚|置)", "chu4"),
    ("相", "差", "", "cha4"),
    ("提前", "还", "(?!是|有|在|没)", "huan2"),
    ("(?:贷款|借款|欠款|钱|债|月供|房贷|车贷)", "还", "(?:得(?:差不多|快|慢|很|不)|完|清|掉)", "huan2"),
    ("(?:贷款|借款|欠款|钱|债|月供|房贷|车贷)还", "得", "", "de5"),
    ("[办管料]理", "处", "(?!理|分|于|罚|置)", "chu4"),
    ("睡(?:不着|不好|不了|好|个|了|过|着)?", "觉", "(?!得|察|悟|醒)", "jiao4"),
    ("(?:排成?|站成?|写|读|念|空|隔|[每这那头末])[一二两三四五六七八九十几]", "行", "(?!人|动|走)", "hang2"),
    ("", "削", "(?:苹果|皮|铅笔|水果|梨|土豆|果)", "xiao1"),
    ("商", "铺", "", "pu4"),
    ("", "重", "(?:说|写|做|算|填|来|发|念|读|打|放|录)一?[遍次份张]", "chong2"),
    *(("姓", name, "", said) for name, said in _SURNAMES.items()),
    *((r"(?:^|[请找叫问是和跟给让位个，,])", name, f"(?:{_TITLES})", said) for name, said in _SURNAMES.items()),
    ("[一二三四五六七八九十两几]", "行", "(?:字|代码|诗|数据)", "hang2"),
)


def erhua(before: str, following: str) -> bool:
    """Whether 儿 after `before` only colours that syllable."""
    return before in _ER_AFTER and not following.startswith(("童", "子", "科"))


def phrase_readings() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """The table as syllables, and one pattern that finds its longest keys."""
    keys = sorted(PHRASES, key=len, reverse=True)
    return {key: tuple(value.split()) for key, value in PHRASES.items()}, re.compile("|".join(map(re.escape, keys)))
