"""Voice and ears on their own, in OpenAI's shapes: `/v1/audio/speech` and `/v1/audio/transcriptions`."""
