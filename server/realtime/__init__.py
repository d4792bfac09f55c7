"""The live wire: OpenAI's Realtime events and Shuren's own, over a WebSocket."""
