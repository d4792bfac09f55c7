"""A bank's own site in forty lines: a page with the teller on it, and the backend that lets its visitors in.

SHUREN_KEY=shuren_… python docs/start/bank_site.py      # then http://localhost:9000
"""

from __future__ import annotations

import os

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse

SERVICE = os.environ.get("SHUREN_SERVICE", "http://localhost:8000")
PERSONA = os.environ.get("SHUREN_PERSONA", "bank-teller")
SITE = "http://localhost:9000"
PAGE = f"""<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>某某银行</title>
<style>body {{ font: 18px/1.6 sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}</style>
<h1>个人业务</h1><p>有问题？请点右下角，问问我们的数字人柜员。</p>
<script src="{SERVICE}/widget.js" data-persona="{PERSONA}" data-token-url="/shuren-token"></script></html>"""

app = FastAPI()


@app.get("/")
def page() -> HTMLResponse:
    return HTMLResponse(PAGE)


@app.post("/shuren-token")
def shuren_token() -> dict[str, str]:
    """A token for one visitor. The key stays here; a real bank asks first who the visitor is."""
    answer = httpx.post(
        f"{SERVICE}/v1/realtime/client_secrets",
        headers={"Authorization": f"Bearer {os.environ['SHUREN_KEY']}"},
        json={"shuren": {"persona": PERSONA, "origins": [SITE]}},
        timeout=10,
    )
    if answer.is_error:
        raise HTTPException(502, "the digital human is away")
    return {"value": answer.json()["value"]}


if __name__ == "__main__":
    uvicorn.run(app, host="localhost", port=9000)
