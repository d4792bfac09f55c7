"""Questions a visitor of a bank branch asks, for the benchmarks. Held out: not worded as in the pack."""

QUESTIONS: dict[str, tuple[str, ...]] = {
    "zh": (
        "银行卡丢了怎么挂失？",
        "我想办一张新卡需要带什么材料？",
        "手机号换了怎么改？",
        "密码忘了怎么办？",
        "存款有没有保险？",
        "怎么打印流水？",
        "取十万块现金要预约吗？",
        "自动取款机把我的卡吞了怎么办？",
        "有人叫我把钱转到安全账户，是真的吗？",
        "你们周末上班吗？",
        "旧钱破了能换新的吗？",
        "定期存款可以提前取出来吗？",
    ),
    "en": (
        "How do I report a lost bank card?",
        "What documents do I need to open an account?",
        "I forgot my password, what should I do?",
        "Is my deposit insured?",
        "Are you open on the weekend?",
        "The machine kept my card, what now?",
        "How can I print my statement?",
        "Can I change my phone number?",
    ),
}
