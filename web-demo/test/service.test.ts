/** The client of the service over real HTTP, against a small server that tells what it was asked. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ServiceError, Shuren } from "../src/client";

interface Asked {
  method: string;
  path: string;
  key: string;
  body: unknown;
}

const asked: Asked[] = [];
const answers = new Map<string, [number, unknown]>([
  ["GET /below/v1/personas", [200, { personas: [{ id: "bank-teller" }] }]],
  ["GET /below/v1/voices", [200, { voices: [{ id: "zf_xiaoxiao" }] }]],
  ["GET /below/v1/avatars", [200, { avatars: [{ id: "lin" }] }]],
  ["POST /below/v1/sessions", [201, { id: "sess_1", resume: { token: "t", within_s: 300 } }]],
  ["POST /below/v1/sessions/sess_1/say", [202, { turn: 3, item_id: null }]],
  ["POST /below/v1/sessions/sess_1/interrupt", [200, { interrupted: false }]],
  ["DELETE /below/v1/sessions/sess_1", [204, undefined]],
  [
    "POST /below/v1/sessions/sess_1/speak",
    [409, { error: { code: "session_busy", message: "An answer is already under way.", hint: "Interrupt it first." } }],
  ],
  ["GET /below/v1/jobs/a%2Fb", [502, "<html>no JSON</html>"]],
]);
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      const [method, path] = [request.method ?? "", request.url ?? ""];
      asked.push({ method, path, key: request.headers.authorization ?? "", body: body ? JSON.parse(body) : undefined });
      const [status, answer] = answers.get(`${method} ${path}`) ?? [404, { error: { code: "not_found", message: path } }];
      response.writeHead(status).end(typeof answer === "string" ? answer : answer && JSON.stringify(answer));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below`;
});

afterAll(() => server.close());

it("begins a session with the key, has her speak and ends it", async () => {
  const shuren = new Shuren(base, { key: "secret" });
  expect((await shuren.personas()).map((persona) => persona.id)).toEqual(["bank-teller"]);
  const session = await shuren.begin("bank-teller", { greet: true });
  expect(session.token).toBe("t");
  expect(await session.say("您好", { mood: "glad" })).toBe(3);
  expect(await session.interrupt()).toBe(false);
  expect(await session.close()).toBeUndefined();
  expect(asked.map((each) => each.key)).toEqual(Array(5).fill("Bearer secret"));
  expect(asked[1]?.body).toEqual({ persona: "bank-teller", greet: true });
  expect(asked[2]?.body).toEqual({ text: "您好", mood: "glad" });
});

it("lists voices and avatars", async () => {
  const shuren = new Shuren(base);
  expect((await shuren.voices()).map((voice) => voice.id)).toEqual(["zf_xiaoxiao"]);
  expect((await shuren.avatars()).map((avatar) => avatar.id)).toEqual(["lin"]);
});

it("tells what the service refuses by its own code, and what is no answer of it", async () => {
  const shuren = new Shuren(`${base}/`);
  const refused = await shuren.session("sess_1").speak("好").catch((problem: unknown) => problem);
  expect(refused).toBeInstanceOf(ServiceError);
  expect(refused).toMatchObject({ code: "session_busy", status: 409, hint: "Interrupt it first." });
  await expect(shuren.job("a/b")).rejects.toMatchObject({ code: "http_502" });
  await expect(new Shuren("http://127.0.0.1:1").personas()).rejects.toMatchObject({ code: "unreachable", status: 0 });
});
