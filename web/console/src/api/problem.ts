/* A refusal, as the screens know it. The server's message is already in the caller's language and is shown as it is;
 * only what never reached the server (no network, an answer of a proxy in between) gets a sentence of ours. */

export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    /** 0: no answer came at all. */
    readonly status: number,
    readonly code: string,
    /** Empty: the caller shows its own sentence for `code`. */
    message: string,
    readonly fields: readonly FieldProblem[] = [],
    readonly facts: Readonly<Record<string, unknown>> = {},
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }

  /** Whether the request may have been carried out although nobody told us so: then only the same key may ask again. */
  get outcomeUnknown(): boolean {
    // 502 with a code of ours is an answer: the other side refused for good. A proxy's own 502 has no such code.
    const answered = this.status === 502 && this.code !== "unavailable";
    return this.status === 0 || (this.status >= 500 && !answered);
  }

  /** Worth asking again by ourselves: the network blinked, or the server said "busy". */
  get passing(): boolean {
    return this.status === 0 || this.status === 503;
  }

  number(fact: string): number | null {
    const value = this.facts[fact];
    return typeof value === "number" ? value : null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (!isRecord(item) || typeof item.field !== "string" || typeof item.code !== "string") return [];
    return [
      { field: item.field, code: item.code, message: typeof item.message === "string" ? item.message : item.code },
    ];
  });
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

/** Any answer that is no success, also one that is not ours (a proxy's HTML page). */
export function problemFromAnswer(response: Response, body: unknown): Problem {
  const wait = retryAfter(response);
  if (!isRecord(body) || typeof body.error !== "string") {
    return new Problem(response.status, response.status >= 500 ? "unavailable" : "unexpected", "", [], {}, wait);
  }
  const { error, message, fields, ...facts } = body;
  const text = typeof message === "string" ? message : "";
  return new Problem(response.status, error, text, fieldProblems(fields), facts, wait);
}

/** What a failed call threw: ours stay, everything else means that no answer came. */
export function toProblem(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem(0, "offline", "");
}
