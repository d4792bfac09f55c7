/** OpenAI's own npm client, unchanged, against a running service: `node openai.mjs https://HOST/v1`. Prints what it got as
 * JSON. tests/server/test_npm_client.py runs it. */

import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";

const client = new OpenAI({ apiKey: "none", baseURL: process.argv[2] });
const live = new OpenAIRealtimeWS({ model: "bank-teller" }, client);
const seen = [];
const errors = [];
let sound = 0;
let words = "";

live.on("event", (event) => seen.push(event.type));
live.on("error", (problem) => errors.push(problem.error?.code ?? problem.message));
live.on("response.output_audio.delta", (event) => (sound += Buffer.from(event.delta, "base64").length / 2));
live.on("response.output_audio_transcript.delta", (event) => (words += event.delta));
live.on("response.done", (event) => {
  if (seen.filter((type) => type === "response.done").length > 1) return;
  words = `${words}|${event.response.output[0].content[0].transcript}`;
  live.send({ type: "conversation.item.truncate", item_id: "item_1", content_index: 0, audio_end_ms: 100 });
  live.send({ type: "response.cancel" });
});
live.on("conversation.item.truncated", () => setTimeout(finish, 100));

live.socket.on("open", () => {
  live.send({ type: "session.update", session: { type: "realtime", output_modalities: ["audio"] } });
  const content = [{ type: "input_text", text: "卡丢了" }];
  live.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
  live.send({ type: "response.create", response: { instructions: "Be rude." } });
  live.send({ type: "response.create" });
});

async function finish() {
  live.close();
  const asked = { model: "bank-teller", messages: [{ role: "user", content: "你能做什么" }] };
  const whole = await client.chat.completions.create(asked);
  let streamed = "";
  for await (const part of await client.chat.completions.create({ ...asked, stream: true })) {
    streamed += part.choices[0]?.delta.content ?? "";
  }
  const chat = whole.choices[0].message.content;
  console.log(JSON.stringify({ seen, errors, sound, words, chat, streamed }));
}
