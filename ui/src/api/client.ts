// Typed calls of the API: paths, parameters, bodies and answers are those of the runtime's own document.
import type { components, paths } from "./schema";
import type { Answer, Method, Query, Transport } from "../transport";

/** The shapes of the API, by name. */
export type Schemas = components["schemas"];
/** An error as RFC 9457 writes it. */
export type Problem = Schemas["Problem"];

type Verb = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, V extends Verb> = Exclude<paths[P][V], undefined>;
/** The paths that take a method. */
export type PathOf<V extends Verb> = { [P in keyof paths]: paths[P] extends Record<V, object> ? P : never }[keyof paths];

type Parameters<O, K extends string> = O extends { parameters: Record<K, infer T> }
  ? T
  : O extends { parameters: Partial<Record<K, infer T>> }
    ? T
    : never;
type JsonOf<T> = T extends { content: { "application/json": infer B } } ? B : never;
/** What an operation takes as its body. */
export type BodyOf<O> = O extends { requestBody: infer R } ? JsonOf<R> : O extends { requestBody?: infer R } ? JsonOf<R> : never;
type Responses<O> = O extends { responses: infer R } ? R : never;
/** What an operation answers when it worked; undefined where there is nothing to say. */
export type ResultOf<O> =
  Responses<O> extends infer R
    ? {
        [S in keyof R]: S extends 200 | 201 | 202
          ? R[S] extends { content: { "application/json": infer B } }
            ? B
            : undefined
          : never;
      }[keyof R] extends infer B
      ? [B] extends [never]
        ? undefined
        : B
      : never
    : never;

/** What goes with a call. The project of the path is filled in where it is left out. */
export interface CallOptions<O> {
  path?: Partial<Parameters<O, "path">>;
  query?: Parameters<O, "query">;
  body?: BodyOf<O>;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** The same once the types have done their work. */
interface AnyOptions {
  path?: Record<string, string>;
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The runtime refused; `problem` says why and what to do. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  readonly problem: Problem;

  constructor(answer: Answer) {
    const problem = asProblem(answer);
    super(problem.detail);
    this.status = answer.status;
    this.problem = problem;
  }
}

function asProblem({ status, body }: Answer): Problem {
  if (typeof body === "object" && body !== null && "detail" in body) return body as Problem;
  // Something between the runtime and us answered in its own words, if at all.
  const said = typeof body === "string" ? body.slice(0, 300) : "";
  const detail = said === "" ? `the answer has the status ${status} and says no more` : said;
  const blank = { type: "about:blank", title: "", instance: "", requestId: "", time: "" };
  return { ...blank, status, detail, retryable: status >= 500 };
}

/** Calls over one transport, about one project. */
export class Client {
  readonly transport: Transport;
  /** Tells of every answer of 401, so that the shell can ask for a key. */
  onUnauthorized: () => void = () => undefined;
  project: string;

  constructor(transport: Transport, project = "") {
    this.transport = transport;
    this.project = project;
  }

  get<P extends PathOf<"get">>(path: P, options: CallOptions<Operation<P, "get">> = {}): Promise<ResultOf<Operation<P, "get">>> {
    return this.#call("GET", path, options) as Promise<ResultOf<Operation<P, "get">>>;
  }

  post<P extends PathOf<"post">>(
    path: P,
    options: CallOptions<Operation<P, "post">> = {},
  ): Promise<ResultOf<Operation<P, "post">>> {
    return this.#call("POST", path, options) as Promise<ResultOf<Operation<P, "post">>>;
  }

  put<P extends PathOf<"put">>(path: P, options: CallOptions<Operation<P, "put">> = {}): Promise<ResultOf<Operation<P, "put">>> {
    return this.#call("PUT", path, options) as Promise<ResultOf<Operation<P, "put">>>;
  }

  patch<P extends PathOf<"patch">>(
    path: P,
    options: CallOptions<Operation<P, "patch">> = {},
  ): Promise<ResultOf<Operation<P, "patch">>> {
    return this.#call("PATCH", path, options) as Promise<ResultOf<Operation<P, "patch">>>;
  }

  delete<P extends PathOf<"delete">>(
    path: P,
    options: CallOptions<Operation<P, "delete">> = {},
  ): Promise<ResultOf<Operation<P, "delete">>> {
    return this.#call("DELETE", path, options) as Promise<ResultOf<Operation<P, "delete">>>;
  }

  /** A path of this project, for what is not a typed call: streams, exports, files. */
  projectPath(rest: string): string {
    return `/v1/projects/${encodeURIComponent(this.project)}${rest}`;
  }

  /** Any call: bytes as bodies, paths that the document does not know. Throws `ApiError` where it was refused. */
  async send(
    method: Method,
    path: string,
    options: { query?: Query; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal | undefined } = {},
  ): Promise<Answer> {
    const answer = await this.transport.request(method, path, options);
    if (answer.status < 400) return answer;
    if (answer.status === 401) this.onUnauthorized();
    throw new ApiError(answer);
  }

  async #call(method: Method, template: string, options: CallOptions<never>): Promise<unknown> {
    const { path, query, body, headers, signal } = options as AnyOptions;
    const values: Record<string, unknown> = { projectIdOrName: this.project, ...path };
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
    const given = { ...(query ? { query } : {}), ...(headers ? { headers } : {}), ...(body === undefined ? {} : { body }) };
    return (await this.send(method, filled, { ...given, signal })).body;
  }
}
