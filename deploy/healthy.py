"""Exit status 0 when a conversation can begin here (`/readyz`): for a container's HEALTHCHECK, which has no curl."""

import os
import sys
import urllib.error
import urllib.request


def ready(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=4) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


if __name__ == "__main__":
    sys.exit(0 if ready(os.environ.get("SHUREN_PORT", "8000")) else 1)
