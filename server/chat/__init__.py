"""`POST /v1/chat/completions`: a persona's mind in writing, as OpenAI's SDKs ask for it (docs/api.md)."""
