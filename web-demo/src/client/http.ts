/** REST calls of one service. */

/** What the service refuses, with its own code (docs/api.md); `unreachable` where there is no answer. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly hint = "",
  ) {
    super(message);
  }
}

export interface Access {
  /** Headers of each call: the key or token. Asked each time, since tokens are renewed. */
  headers?: () => Record<string, string>;
  /** Stands in for the global one. */
  fetch?: typeof fetch;
}

export class Http {
  private readonly base: string;

  /** `base`: where the service is, with or without a slash at the end. */
  constructor(
    base: string,
    private readonly access: Access = {},
  ) {
    this.base = base.endsWith("/") ? base : `${base}/`;
  }

  /** The address of a path below the service. */
  url(path: string): URL {
    return new URL(path, this.base);
  }

  /** What the service answers; undefined where it says nothing. Throws ServiceError. */
  async call<T = undefined>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { ...this.access.headers?.() };
    const request: RequestInit = { method, headers };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      request.body = JSON.stringify(body);
    }
    const answer = await (this.access.fetch ?? fetch)(this.url(path), request).catch((problem: unknown) => {
      throw new ServiceError("unreachable", String(problem), 0);
    });
    const text = await answer.text();
    if (!answer.ok) throw refusal(answer.status, text);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}

function refusal(status: number, text: string): ServiceError {
  try {
    const { code, message, hint } = (JSON.parse(text) as { error: Record<string, string> }).error;
    return new ServiceError(code ?? "error", message ?? "", status, hint ?? "");
  } catch {
    return new ServiceError(`http_${status}`, `The service answered with status ${status}.`, status);
  }
}
