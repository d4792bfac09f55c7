/** What a kiosk shows beside the page's own words, in Chinese and English. */

import { filled } from "../ui/filled";
import type { Language } from "../ui/i18n";

const zh = {
  invite: "您好，我是{name}",
  touch: "触摸屏幕，和我说话",
  begin: "开始对话",
  watching: "本机摄像头只数有没有人，画面不保存、不上传",
  large: "大字",
  normal: "标准",
  map: "景区地图",
  about: "服务说明",
  finish: "结束",
  language: "English",
  still: "您还在吗？",
  stillText: "{seconds} 秒后结束，并清除这次对话。",
  here: "我还在",
  closedTitle: "现在不在服务时间",
  closedUntil: "{when} {hour} 开始服务",
  closedPlain: "请到服务台咨询工作人员。",
  today: "今天",
  tomorrow: "明天",
  days: "{days} 天后",
  offlineTitle: "暂时连不上服务",
  offlineText: "正在自动重连。需要帮助请找身边的工作人员。",
};

export type KioskKey = keyof typeof zh;

const en: Record<KioskKey, string> = {
  invite: "Hello, I am {name}",
  touch: "Touch the screen and talk to me",
  begin: "Begin in English",
  watching: "A camera here only counts whether somebody is there; pictures are neither kept nor sent",
  large: "Large text",
  normal: "Standard",
  map: "Map",
  about: "About",
  finish: "Finish",
  language: "中文",
  still: "Are you still there?",
  stillText: "In {seconds} s this ends and everything of it is cleared.",
  here: "I'm still here",
  closedTitle: "Closed at the moment",
  closedUntil: "Back {when} at {hour}",
  closedPlain: "Please ask at the service desk.",
  today: "today",
  tomorrow: "tomorrow",
  days: "in {days} days",
  offlineTitle: "The service cannot be reached",
  offlineText: "Reconnecting by itself. Our staff nearby can help you.",
};

export const KIOSK_WORDS: Record<Language, Record<KioskKey, string>> = { zh, en };

export function word(language: Language, key: KioskKey, values: Record<string, string | number> = {}): string {
  return filled(KIOSK_WORDS[language][key], values);
}
