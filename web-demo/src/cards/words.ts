/** What stands on cards beside their own texts, in Chinese and English. */

import { filled } from "../ui/filled";
import type { Language } from "../ui/i18n";

const zh = {
  scan: "扫码带走路线",
  scanLink: "扫码打开",
  scanPlace: "扫码用手机导航",
  print: "打印",
  close: "关闭",
  route: "{name} · 游览路线",
  chooseMap: "选择地图",
  picture: "图片无法显示",
  more: "查看详情",
  send: "提交",
  sent: "已提交",
  choosePhoto: "选择照片",
  chooseDocument: "选择 PDF 文件",
  fileNote: "只用于办这件事，办完即删；照片里的位置等信息会去掉。",
  sending: "正在发送…",
  tooLarge: "文件太大，最多 {size} KB",
  unreadable: "打不开这个文件，请换一个",
};

export type CardKey = keyof typeof zh;

const en: Record<CardKey, string> = {
  scan: "Take the route with you",
  scanLink: "Open on your phone",
  scanPlace: "Find the way with your phone",
  print: "Print",
  close: "Close",
  route: "{name} · your route",
  chooseMap: "Choose a map",
  picture: "The picture cannot be shown",
  more: "Details",
  send: "Send",
  sent: "Sent",
  choosePhoto: "Choose a picture",
  chooseDocument: "Choose a PDF",
  fileNote: "For this matter only, and deleted after it. Where a picture was taken is removed.",
  sending: "Sending…",
  tooLarge: "The file is too large: at most {size} kB",
  unreadable: "This file cannot be opened; please choose another",
};

export const CARD_WORDS: Record<Language, Record<CardKey, string>> = { zh, en };

export function word(language: Language, key: CardKey, values: Record<string, string | number> = {}): string {
  return filled(CARD_WORDS[language][key], values);
}
