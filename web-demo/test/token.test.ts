import { expect, test } from "vitest";
import { authorization, subprotocols, takeToken } from "../src/net/token";

function page(href: string): string {
  let shown = href;
  takeToken({ href, hash: new URL(href).hash }, { replaceState: (_data, _title, url) => (shown = String(url)) });
  return shown;
}

test("a token is taken out of the address and offered to the server", () => {
  expect(page("https://shuren.example/?persona=guide#token=ek_a.b.c")).toBe("https://shuren.example/?persona=guide");
  expect(subprotocols()).toEqual(["shuren.v1", "openai-insecure-api-key.ek_a.b.c"]);
  expect(authorization()).toEqual({ Authorization: "Bearer ek_a.b.c" });
});

test("without a token none is offered and the address stays", () => {
  expect(page("https://shuren.example/#top")).toBe("https://shuren.example/#top");
  expect(subprotocols()).toEqual(["shuren.v1"]);
  expect(authorization()).toEqual({});
});
