/** A refusal, by meaning: branch on `status` and `code`, show `message`. */
export class ApiError extends Error {
  readonly status: number;
  /** A stable word of the server; `network` when nothing answered. */
  readonly code: string;
  readonly fields: ReadonlyArray<{ field: string; message: string }>;
  /** What the server asked us to wait before the next try, in ms, where it did. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    code: string,
    message: string,
    fields: ApiError['fields'] = [],
    retryAfterMs: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfterMs = retryAfterMs;
  }

  /** May the same call succeed a little later? */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

interface ErrorBody {
  errors?: unknown;
  code?: unknown;
  fields?: unknown;
}

/** Reads the refusal out of an answer; whatever its body is, there is always a text to show. */
export function errorOf(response: Response, body: unknown, fallback: string): ApiError {
  const read: ErrorBody = typeof body === 'object' && body !== null ? body : {};
  const errors = Array.isArray(read.errors)
    ? read.errors.filter((text) => typeof text === 'string')
    : [];
  return new ApiError(
    response.status,
    typeof read.code === 'string' ? read.code : 'unreadable',
    errors.join(' ') || fallback,
    Array.isArray(read.fields) ? (read.fields as ApiError['fields']) : [],
    retryAfterMs(response.headers.get('Retry-After')),
  );
}

function retryAfterMs(header: string | null): number | null {
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
