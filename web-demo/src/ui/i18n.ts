/** Every string of the page, in Chinese and English. */

import { filled } from "./filled";

export type Language = "zh" | "en";

const zh = {
  brand: "蜀人",
  tagline: "会听、会想、会说的数字人",
  persona: "选择角色",
  switchLanguage: "English",
  switchLanguageLabel: "切换到英文界面",
  stageLabel: "数字人画面",
  openHer: "打开数字人",
  closeHer: "收起数字人",
  history: "对话记录",
  showHistory: "查看对话记录",
  hideHistory: "收起对话记录",
  historyEmpty: "说话或输入文字，对话会记在这里。",
  you: "您",
  interrupted: "已打断",
  handoff: "建议转人工服务",
  sources: "依据",
  asOf: "更新于",
  sourceApproved: "依据知识库原文",
  sourceModel: "由语言模型组织",
  sourceTemplate: "固定话术",
  sourceUnknown: "未找到依据",
  stateConnecting: "正在连接",
  stateOffline: "未连接",
  stateIdle: "待机",
  stateListening: "正在聆听",
  stateThinking: "正在思考",
  stateSpeaking: "正在讲话",
  statePaused: "已停下，请讲",
  micOff: "打开麦克风",
  micOn: "关闭麦克风",
  micStarting: "正在打开麦克风",
  micHint: "按下后直接说话，随时可以打断",
  holdToTalk: "按住说话",
  holdHint: "按住按钮或空格键说话，松开后回答",
  inputLabel: "输入文字",
  inputPlaceholder: "也可以打字提问……",
  send: "发送",
  interrupt: "打断",
  suggestions: "可以这样问",
  startTitle: "您好，我是{name}",
  startText: "{role}。您可以直接和我说话，也可以打字。",
  startVoice: "开始语音对话",
  startText2: "只用文字",
  loadingAvatar: "正在请出数字人…… {percent}",
  avatarFailed: "数字人形象无法载入，语音和文字仍可使用。",
  noWebgl: "此浏览器不支持三维画面，改用图片显示；语音、字幕和文字照常。",
  reconnecting: "与服务器的连接断开了，{seconds} 秒后重试……",
  serverDown: "连不上服务器，{seconds} 秒后重试……",
  reconnected: "已重新连接。",
  micRefused: "麦克风未获许可。您可以在浏览器地址栏旁允许使用，或直接打字。",
  micMissing: "没有找到可用的麦克风，请打字提问。",
  micUnsupported: "此浏览器不支持麦克风输入（需要 HTTPS 或 localhost），请打字提问。",
  micEnded: "麦克风已断开。",
  noSound: "浏览器不允许播放声音，请点击页面任意处。字幕仍会显示。",
  unsupported: "此浏览器太旧，无法使用。请换用新版 Chrome、Edge、Safari 或 Firefox。",
  errorCapacity: "现在使用的人较多，请稍候，马上会再试。",
  errorPersona: "没有这个角色，请在上方另选一个。",
  errorStopped: "服务已由运营方暂停，请稍候，或找工作人员帮忙。",
  asleep: "好一会儿没人说话，我先休息了。点一下页面，我们接着聊。",
  errorBackend: "后台服务暂时不可用，请稍后再试或转人工。",
  errorBusy: "请稍等，我还在回答上一个问题。",
  errorOther: "出了点问题：{message}",
  dismiss: "知道了",
  questionTitle: "请您决定",
  agree: "同意",
  decline: "不同意",
  latency: "响应时间",
  latencyNone: "一问一答之后显示各段用时。",
  latencyFrom: "从您说完起",
  latencyFromText: "从发送起",
  latencyTranscript: "听清",
  latencySound: "出声",
  latencyMouth: "开口",
  latencyServer: "服务器各段",
  ms: "毫秒",
};

export type Key = keyof typeof zh;

const en: Record<Key, string> = {
  brand: "Shuren",
  tagline: "A digital human who listens, thinks and speaks",
  persona: "Choose a role",
  switchLanguage: "中文",
  switchLanguageLabel: "Switch the page to Chinese",
  stageLabel: "Digital human",
  openHer: "Open the digital human",
  closeHer: "Put the digital human away",
  history: "Conversation",
  showHistory: "Show the conversation",
  hideHistory: "Hide the conversation",
  historyEmpty: "Speak or type; the conversation is kept here.",
  you: "You",
  interrupted: "Interrupted",
  handoff: "A person can help you further",
  sources: "Based on",
  asOf: "as of",
  sourceApproved: "From approved knowledge",
  sourceModel: "Phrased by a language model",
  sourceTemplate: "Set phrase",
  sourceUnknown: "No source found",
  stateConnecting: "Connecting",
  stateOffline: "Not connected",
  stateIdle: "Standing by",
  stateListening: "Listening",
  stateThinking: "Thinking",
  stateSpeaking: "Speaking",
  statePaused: "Paused, go ahead",
  micOff: "Turn the microphone on",
  micOn: "Turn the microphone off",
  micStarting: "Turning the microphone on",
  micHint: "Just speak; you can interrupt at any time",
  holdToTalk: "Hold to talk",
  holdHint: "Hold the button or the space bar while you speak",
  inputLabel: "Type a message",
  inputPlaceholder: "Or type your question…",
  send: "Send",
  interrupt: "Interrupt",
  suggestions: "You could ask",
  startTitle: "Hello, I am {name}",
  startText: "{role}. Talk to me, or type.",
  startVoice: "Start talking",
  startText2: "Text only",
  loadingAvatar: "Bringing the digital human on stage… {percent}",
  avatarFailed: "The avatar could not be loaded. Voice and text still work.",
  noWebgl: "This browser cannot draw in 3D, so you see a picture. Voice, captions and text work as ever.",
  reconnecting: "The connection was lost. Trying again in {seconds} s…",
  serverDown: "The server cannot be reached. Trying again in {seconds} s…",
  reconnected: "Connected again.",
  micRefused: "The microphone was not allowed. Allow it beside the address bar, or type instead.",
  micMissing: "No microphone was found. Please type your question.",
  micUnsupported: "This browser cannot use the microphone here (it needs HTTPS or localhost). Please type.",
  micEnded: "The microphone was disconnected.",
  noSound: "The browser does not allow sound yet: click anywhere on the page. Captions are shown all the same.",
  unsupported: "This browser is too old. Please use a recent Chrome, Edge, Safari or Firefox.",
  errorCapacity: "Many people are here right now. Please wait, the page will try again.",
  errorPersona: "There is no such role. Please choose another one above.",
  errorStopped: "The operator has paused this service. Please wait, or ask a member of staff.",
  asleep: "It has been quiet for a while, so I am taking a rest. Touch the page to talk again.",
  errorBackend: "A service behind me is not available. Please try again later.",
  errorBusy: "One moment, I am still answering your last question.",
  errorOther: "Something went wrong: {message}",
  dismiss: "Dismiss",
  questionTitle: "Please decide",
  agree: "Agree",
  decline: "Decline",
  latency: "Response time",
  latencyNone: "Shown after the first question and answer.",
  latencyFrom: "from the end of your speech",
  latencyFromText: "from sending",
  latencyTranscript: "understood",
  latencySound: "first sound",
  latencyMouth: "mouth moves",
  latencyServer: "Stages in the server",
  ms: "ms",
};

export const STRINGS: Record<Language, Record<Key, string>> = { zh, en };

export type Translate = (key: Key, values?: Record<string, string | number>) => string;

/** Strings of one language; `{name}` in a string is replaced by `values.name`. */
export function translator(language: Language): Translate {
  return (key, values = {}) => filled(STRINGS[language][key], values);
}

/** Chinese first: English only for people whose browser prefers another language. */
export function preferredLanguage(languages: readonly string[]): Language {
  const first = languages[0];
  return !first || first.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Keys of the message for an error code of the server (models/errors.py). */
export function errorKey(code: string): Key {
  if (code === "at_capacity" || code === "rate_limited" || code === "quota_exceeded") return "errorCapacity";
  if (code === "service_stopped") return "errorStopped";
  if (code === "persona_unknown") return "errorPersona";
  if (code === "session_busy") return "errorBusy";
  return code.startsWith("backend_") || code.startsWith("model_") ? "errorBackend" : "errorOther";
}
