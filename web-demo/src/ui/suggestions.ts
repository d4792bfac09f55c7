/** Three example questions for each role and language. */

import type { Language } from "./i18n";

type Questions = Record<Language, [string, string, string]>;

const BY_ROLE: [pattern: RegExp, questions: Questions][] = [
  [
    /bank|teller/,
    {
      zh: ["办银行卡要带什么证件？", "转账多久能到账？", "银行卡丢了怎么挂失？"],
      en: ["What do I need to open an account?", "How long does a transfer take?", "I lost my card. What now?"],
    },
  ],
  [
    /doctor|hospital|clinic|triage|health/,
    {
      zh: ["头疼应该挂哪个科？", "抽血需要空腹吗？", "怎么预约复诊？"],
      en: ["Which department treats headaches?", "Should I fast before a blood test?", "How do I book a follow-up?"],
    },
  ],
  [
    /tour|guide|museum|travel/,
    {
      zh: ["这里有哪些必看的地方？", "门票多少钱？", "几点开门？"],
      en: ["What should I see here?", "How much are tickets?", "When do you open?"],
    },
  ],
  [
    /shop|host|commerce|store|sales|stream/,
    {
      zh: ["这款有什么特点？", "多久能发货？", "不合适可以退吗？"],
      en: ["What is special about this one?", "When will it ship?", "Can I return it?"],
    },
  ],
];

const GENERAL: Questions = {
  zh: ["你能帮我做什么？", "请介绍一下你自己", "怎么找人工服务？"],
  en: ["What can you help me with?", "Please introduce yourself", "How do I reach a person?"],
};

export function suggestionsFor(persona: string, language: Language): readonly string[] {
  const found = BY_ROLE.find(([pattern]) => pattern.test(persona));
  return (found?.[1] ?? GENERAL)[language];
}

/** Every set, for the tests that hold them complete. */
export const ALL_SUGGESTIONS: readonly Questions[] = [GENERAL, ...BY_ROLE.map(([, questions]) => questions)];
