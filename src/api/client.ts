import { AppError } from '#kernel';
import { Problem } from './problem.ts';
import type { AnswerOf, BodyOf, QueryOf, Route } from './route.ts';

export type ApiErrorCode = 'refused' | 'unreachable' | 'invalid-answer';

/** A call of the HTTP API failed. `problem` is the server's own code when it gave one. */
export class ApiError extends AppError<ApiErrorCode> {
  readonly status: number | undefined;
  readonly problem: string | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly status?: number; readonly problem?: string } = {},
  ) {
    super(code, message, options);
    this.status = options.status;
    this.problem = options.problem;
  }
}

export interface ApiClient {
  /** @throws {ApiError} */
  call<R extends Route>(
    route: R,
    input?: {
      readonly params?: Readonly<Record<string, string>>;
      readonly query?: QueryOf<R>;
      readonly body?: BodyOf<R>;
    },
  ): Promise<AnswerOf<R>>;
}

/** Speaks `/api/v1`; answers are checked against the routes' own schemas. */
export function createApiClient(options: {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  readonly timeoutMs?: number;
}): ApiClient {
  return {
    async call(route, input = {}) {
      const url = toUrl(options.baseUrl, route, input.params ?? {}, input.query);
      const headers: Record<string, string> = { accept: 'application/json' };
      if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
      const init: RequestInit = {
        method: route.method,
        headers,
        signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
      };
      if (input.body !== undefined) {
        headers['content-type'] = 'application/json';
        init.body = JSON.stringify(input.body);
      }
      let response: Response;
      try {
        response = await options.fetch(url, init);
      } catch (cause) {
        throw new ApiError('unreachable', `no answer from ${new URL(url).origin}: is the server running?`, {
          cause,
        });
      }
      const answer = await readJson(response);
      if (!response.ok) {
        const problem = Problem.safeParse(answer);
        throw new ApiError(
          'refused',
          problem.success ? problem.data.error.message : `HTTP ${response.status}`,
          {
            status: response.status,
            ...(problem.success ? { problem: problem.data.error.code } : {}),
          },
        );
      }
      const parsed = route.answer.safeParse(answer);
      if (!parsed.success) {
        throw new ApiError('invalid-answer', `${route.id}: the answer does not have the expected shape`, {
          cause: parsed.error,
          status: response.status,
        });
      }
      return parsed.data as AnswerOf<typeof route>;
    },
  };
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch (cause) {
    throw new ApiError('invalid-answer', `HTTP ${response.status}: the answer is not JSON`, {
      cause,
      status: response.status,
    });
  }
}

function toUrl(
  baseUrl: string,
  route: Route,
  params: Readonly<Record<string, string>>,
  query: unknown,
): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`${route.id} needs the parameter ${name}`);
    return encodeURIComponent(value);
  });
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/api/v1${path}`);
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return url.href;
}
