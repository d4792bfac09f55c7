"""What is said in the lip-sync benchmark: 202 sentences a bank teller, a guide, a doctor's assistant or a host may say.

Written for this benchmark. Each language has all of its sounds many times over, and more b p m f than everyday text.
"""

ZH = """
您好，请问您需要办理什么业务？
请您先在门口的取号机上取一个号。
麻烦把您的身份证和银行卡给我看一下。
大额存单的起存金额是二十万元，三年期年利率是百分之二点三五。
如果银行卡丢了，请马上拨打客服电话挂失。
挂失以后，七个工作日可以补办新卡。
请不要把短信验证码告诉任何人。
我们的营业时间是上午九点到下午五点半。
理财产品不是存款，有可能损失本金。
外币兑换需要提前一天预约。
手机银行每天最多可以转账五十万元。
提前还款要带身份证和贷款合同。
信用卡年费是两百元，一年刷满六次就可以免掉。
请到二楼的三号窗口，那里可以办理对公业务。
存折和银行卡都可以在柜员机上取现金。
贷款审批一般需要三到五个工作日。
谢谢您的光临，祝您生活愉快！
明白了，马上帮您办，请稍等片刻。
爸爸妈妈买了八包苹果和一瓶蜂蜜。
宝宝慢慢爬到奶奶旁边，摸了摸毛毛的皮帽。
白白胖胖的熊猫抱着竹子，美美地嚼了半天。
碰到陌生人要密码，别慌，别信，马上报警。
方便的话，请填一份反馈表，放在服务台就行。
父亲说，风大的时候别放风筝，会飞跑的。
分分合合，服务费最后付了五百八十八块五。
发票和保修卡放在棉布包里面，别忘了。
武侯祠门口有一棵古老的柏树，树皮斑驳。
杜甫草堂在浣花溪旁边，步行不到十五分钟。
都江堰分水鱼嘴把岷江分成内江和外江。
青城山的空气清新，爬山的人络绎不绝。
宽窄巷子里有盖碗茶，也有糖油果子。
峨眉山的猴子会抢东西，请把背包抱在胸前。
乐山大佛高七十一米，脚背上能坐一百多人。
三星堆的青铜面具，眼睛突出，耳朵很大。
川剧变脸只要一瞬间，你眨眨眼就错过了。
火锅可以要鸳鸯锅，不吃辣的朋友也能吃饱。
今天预报有小雨，出门别忘了带把伞。
地铁四号线坐到宽窄巷子站，出口往右拐。
请大家跟紧我的小旗子，前面人比较多。
拍照片请关掉闪光灯，文物怕强光。
您哪里不舒服？从什么时候开始的？
请把袖子卷起来，我先给您量血压。
这种药一天吃三次，一次两片，饭后服用。
抽血要空腹，早上八点以前不要吃东西。
挂号、缴费、取报告，都可以在手机上办。
孩子发烧超过三十八度五，可以先物理降温。
别怕，打针就像被蚂蚁轻轻咬了一口。
复查的片子已经出来了，没有什么大问题。
过敏的食物请写在表格的背面，写清楚一点。
心跳有点快，先坐下休息一会儿，别着急。
这件毛衣是羊毛的，摸上去软软的，不扎人。
现在下单，满三百减五十，还包邮到家。
朋友们，点点关注，马上给大家发福利！
口红有六个颜色，白皮肤黄皮肤都好看。
这双鞋偏小，平时穿三十七码就买三十八码。
库存不多了，喜欢的宝贝们抓紧拍。
薄荷味的牙膏，刷完嘴巴里冰冰凉凉的。
面膜敷十五分钟就够了，别敷一整晚。
破损包赔，七天无理由退换，您放心买。
吹风机的风很大，两分钟就能吹干头发。
国破山河在，城春草木深。
感时花溅泪，恨别鸟惊心。
两个黄鹂鸣翠柳，一行白鹭上青天。
好雨知时节，当春乃发生。
随风潜入夜，润物细无声。
会当凌绝顶，一览众山小。
无边落木萧萧下，不尽长江滚滚来。
丞相祠堂何处寻，锦官城外柏森森。
女儿绿色的旅行包里，有一本语文课本和一支铅笔。
玉女峰下雨雾多，徐徐清风吹来，居然有些冷。
学校的军训从九月下旬开始，一共去五天。
熊猫宝宝出去玩儿，花儿旁边打了个滚儿。
这儿有点事儿，您在那儿等一会儿，行吗？
四是四，十是十，十四是十四，四十是四十。
吃葡萄不吐葡萄皮，不吃葡萄倒吐葡萄皮。
八百标兵奔北坡，炮兵并排北边跑。
红凤凰，粉凤凰，红粉凤凰花凤凰。
知之为知之，不知为不知，是知也。
思思自私自利，事事只顾自己，实在不值得。
儿子二十二岁，而且已经工作两年了。
哦，原来是这样，嗯，那我明白了。
喂，您好，请问是王女士吗？我这边是银行客服。
雄伟的长城像一条龙，蜿蜒在群山之中。
窗外云雾缭绕，远远望去，像一幅水墨画。
我外公外婆喜欢温泉，冬天总要去泡一泡。
优秀的演员要有好奇心，也要有耐心。
请在屏幕下方签名，写完以后按确认。
密码输错三次，卡片会被锁住二十四小时。
欢迎再来，路上慢走，注意安全。
抱歉让您久等了，现在轮到您办理。
""".strip().splitlines()

EN = """
Good morning, how may I help you today?
Please take a number and have a seat in the hall.
Your balance is two thousand three hundred dollars.
Never tell anyone your verification code.
The interest rate for three years is two point three percent.
We are open from nine in the morning until half past five.
Please bring your passport to the counter on the second floor.
A new card will be ready in seven working days.
You can change money at window three.
Thank you for coming, and have a nice day.
Bob put the big blue map behind the broken lamp.
My mom and pop shop sells maple syrup by the bottle.
Peter Piper picked a peck of pickled peppers.
Maybe Mabel may bake a plum pudding for Pam.
The boom box bumped and the baby began to babble.
Five vivid violets give off a faint and very fine perfume.
Have you ever driven over the river at half past five?
Four faithful friends found a wolf and fed it beef.
Value the view from above before you leave the valley.
She sells sea shells by the sea shore.
The judge chose a fresh orange from the chilly fridge.
Sixty six ships sailed south for the silver seas.
Usually the garage has a beige measure on the shelf.
This is the third Thursday that they thought of their mother.
Both brothers breathe through their teeth in the north.
You knew the blue shoes were too new to use.
Who would choose to move the moon into the blue room?
Go home slowly, the old road is closed and cold.
The boy enjoyed the noise of the toy in the foil.
Now count out loud how many brown cows are around town.
I tried to buy a bright white kite on Friday night.
They say the train may wait until late in the day.
See these three green trees beneath the eastern street.
Ed said ten men fed the red hen in bed.
That black cat sat back and had a snack.
Father parked the large car far from the farm.
All the tall walls fall when the dogs walk along.
The bird heard her first word and turned to the girl.
Look, the cook took a good book from the wood.
Some other mother must come up for lunch on Sunday.
The quick queen quietly quit her quilt at a quarter to four.
Your yellow yacht is in the yard beyond the union.
Twelve swans swim where the western willows sway.
Hang the long ring on the string and bring the king.
Please remember to put my number on the bottom of the map.
The company may perform a background check before employment.
Both problems appeared in the middle of the public meeting.
I am sorry, but the branch manager is out of the office.
May I have your name, your member number, and your phone number?
The temple was rebuilt in the fifth century above the river bank.
Bamboo is most of what a panda bear will ever eat.
Follow my flag, please, and mind the step beside the fountain.
The mask from the bronze age has bulging eyes and huge ears.
A hotpot may be mild in one half and very spicy in the other.
Please roll up your sleeve, I will measure your blood pressure.
Take two of these tablets three times a day after meals.
Do not eat anything before the blood test tomorrow morning.
Where does it hurt, and when did the pain begin?
The doctor will be free in about five minutes, please relax.
Welcome back everybody, we have an amazing offer tonight.
This sweater is pure wool, very soft, and perfect for spring.
Buy two pairs and the third pair is half price, only today.
Wonderful! I am so happy to hear that everything went well.
Could you please repeat that a bit more slowly for me?
Unfortunately the payment failed because the card has expired.
Visit the museum before five, because it shuts at half past.
Be patient, breathe in, breathe out, and loosen your arms.
My favourite poem is about a boat upon an empty river.
The measurements show a small improvement over last month.
Of course, I can help you with both of those problems.
""".strip().splitlines()

MIXED = """
请出示您的 ID card。
用 App 扫码就可以付款。
WiFi 密码写在小票的背面。
您的 PIN 码不要告诉别人。
请在 ATM 上插入您的卡。
我们支持 Apple Pay 和微信支付。
麻烦把 passport 和 visa 都给我看一下。
这个 bank account 需要先激活。
明天上午有一个 meeting，别迟到。
请把 PDF 发到我的 email 里。
CT 的报告下午三点出来。
这款面膜是 best seller，卖得最好。
VIP 客户可以走这边的通道。
打开 Bluetooth，然后点 pair。
我的 iPhone 没电了，能充一下吗？
OK，没问题，马上帮您办。
这个 offer 只有今天有，朋友们别错过。
办 Visa 卡要提供 income proof。
您可以 check in 以后再吃早饭。
请问您要 window seat 还是 aisle？
把 USB 插进去，再按 power 键。
这个 bug 我们已经修好了，谢谢 feedback。
晚上有 live show，记得来看变脸。
点一杯 cappuccino，不要放糖。
我们的 hotline 二十四小时都有人接。
麻烦 follow me，这边请。
这张 map 上面标了 meeting point。
他是 PhD，研究的是 computer vision。
GPS 显示前面五百米有 traffic jam。
先 download 再 update，大概两分钟。
您的 blood pressure 有点高，别着急。
这件 T-shirt 有 S、M、L 三个码。
服务费是 five percent，不算贵。
请说 yes 或者 no，也可以点头。
Panda Base 早上八点开门。
周末有 promotion，买一送一。
我 email 您一份 form，填好发回来。
请关闭 Bluetooth 和 mobile data。
WeChat 里搜索我们的 mini program。
您的 flight 改到了 Friday 下午。
Manager 今天不在，您可以 leave a message。
欢迎来到 Chengdu，welcome！
""".strip().splitlines()

SENTENCES: dict[str, tuple[str, ...]] = {"zh": tuple(ZH), "en": tuple(EN), "mixed": tuple(MIXED)}
