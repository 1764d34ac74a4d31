// The contract ampline:sink@1.0.0 as componentize-qjs hands it to JavaScript: an `option` is null where there is none, a `u64` is a
// number, a `list<u8>` is a Uint8Array; a function whose result is a failure throws it, and a result within a list is tagged.

/**
 * What passes between the runtime and a sink. Times are milliseconds since the Unix epoch (durations: milliseconds), so that
 * every guest language holds them exactly.
 */
declare module "ampline:sink/types@1.0.0" {
  /** A result within a list. */
  export type Result<T, E> = { tag: "ok"; val: T } | { tag: "err"; val: E };

  /**
   * One message on its way to a destination. Its body stays in the host: name it by its place in the batch
   * (`payload.message`) and it goes from the journal to the socket without entering the sandbox.
   */
  export interface Envelope {
    /** The event id: unique, and the same at every attempt. Use it as the idempotency key. */
    id: string;
    /** The customer group that the records belong to (`groupRef`). */
    group: string;
    /** Envelopes with one key are related (one installation and object); a sink whose descriptor says `ordered` gets them in order. */
    orderingKey: string | null;
    /** When the message was made. */
    occurredAt: number;
    /** Bytes of the body. */
    size: number;
    /** Records in the message. */
    records: number;
    /** Which attempt this is, from 1. */
    attempt: number;
  }
  /** One record inside a message: `envelope` is a place in the batch, `index` a place among that message's records. */
  export interface RecordRef {
    /** The message's place in the batch, from 0. */
    envelope: number;
    /** The record's place in the message, from 0. */
    index: number;
  }
  /** What the host is to send. */
  export type Payload =
    /** No bytes. */
    | { tag: "empty" }
    /** The message at this place in the batch, exactly as stored. */
    | { tag: "message"; val: number }
    /**
     * The message at this place in the url form: without its records, which whoever receives it fetches from
     * `resultInfo.downloadUrl`. For messages that the other side would not take whole.
     */
    | { tag: "link"; val: number }
    /** One record's data: its fields, mapped ones under their mapped names, as one JSON object. */
    | { tag: "data"; val: RecordRef }
    /** Bytes of the sink's own making. */
    | { tag: "bytes"; val: Uint8Array }
    /** Pieces one after the other: wrap a message, join many as lines. */
    | { tag: "parts"; val: Part[] };
  /** A piece of a payload; the cases mean what they mean in `payload`. */
  export type Part =
    /** The message at this place in the batch. */
    | { tag: "message"; val: number }
    /** That message in the url form. */
    | { tag: "link"; val: number }
    /** One record's data. */
    | { tag: "data"; val: RecordRef }
    /** Bytes of the sink's own making. */
    | { tag: "bytes"; val: Uint8Array };
  /** What kind of failure it was, so that the host can decide what follows. */
  export type FailureClass =
    /** Try again by the destination's retry schedule. */
    | "transient"
    /** Try again no sooner than `retryAfter`. */
    | "throttled"
    /** This envelope will never be accepted: dead-letter it, and it alone. */
    | "rejected"
    /**
     * Nothing will be accepted until a person acts (bad credentials, a dropped table, 410 Gone): the destination is stopped,
     * its backlog is kept, and no attempts are burnt.
     */
    | "blocked";
  /** Why something was not delivered. */
  export interface Failure {
    /** What the host decides by. */
    class: FailureClass;
    /** Open set, dotted: `http.503`, `pg.42P01`, `aws.SlowDown`. */
    code: string;
    /** For an operator to read: what happened, in the other side's words where there are any. The host redacts secrets again. */
    message: string;
    /** Milliseconds that the other side asked to be left alone. */
    retryAfter: number | null;
    /** Whether the other side may have taken it all the same (a time-out after the body was sent). */
    maybeApplied: boolean;
    /** Facts by name, an open set: `column` is the column that a database blamed. Unknown names are to be ignored. */
    extras: [string, string][];
  }
  /** One fault of a configuration; `pointer` is a JSON Pointer into it. */
  export interface ConfigIssue {
    /** Where: `/url`, or empty for the whole. */
    pointer: string;
    /** What is wrong and what to do, for an operator to read. */
    message: string;
    /** Whether the destination cannot work with it; else it is a warning. */
    fatal: boolean;
  }
}

/** The messages of the batch at hand, for a sink that must look. Indexes are places in the batch. */
declare module "ampline:sink/messages@1.0.0" {
  /** One record of a message. */
  export interface Entry {
    /** The provider's primary key. */
    id: string;
    /** Whether the record was deleted at the provider. */
    deleted: boolean;
    /** When the provider last changed it, or when it was read where the provider does not say. Later states have greater values. */
    modifiedAt: number;
  }
  /** Copies a body into the sandbox. */
  export function body(index: number): Uint8Array;
  /** Metadata by the names that templates use: `projectId`, `objectName`, `operationId`, `eventId`, … */
  export function metadata(index: number): [string, string][];
  /** The records of a message, in its order. */
  export function records(index: number): Entry[];
}

/** JMESPath templates over the messages of the batch at hand: `metadata`, `time` (of the event, UTC) and `data` (the message). */
declare module "ampline:sink/templates@1.0.0" {
  import type { Result, ConfigIssue } from "ampline:sink/types@1.0.0";
  /** What the text is for: it decides what a good one is, and what becomes of a template that gives none. */
  export type Purpose =
    /**
     * The key of an object: at most 1,024 bytes, no leading `/`, no `.` or `..` segment, no control character. A template that
     * gives nothing is an error: the same message would fail again.
     */
    | "object-key"
    /** The partition key of a stream: 1 to 256 characters. A template that gives nothing falls back to the event id. */
    | "partition-key"
    /** Any text. A template that gives nothing is an error. */
    | "text";
  /** A text, and what an operator should know of how it came about (that it is a fall-back, and why). */
  export interface Rendered {
    /** What to use. */
    text: string;
    /** For the operator. */
    note: string | null;
  }
  /** Every fault and warning that can be known without a message; pointers are empty. Pure: may be called in `validate`. */
  export function check(purpose: Purpose, expression: string): ConfigIssue[];
  /** The text for each message named; an error is for a person to read and comes again with the same message. */
  export function render(purpose: Purpose, expression: string, indexes: number[]): Result<Rendered, string>[];
}

/** HTTP, sent by the host under the destination's network policy and credentials. */
declare module "ampline:sink/http@1.0.0" {
  import type { Result, Payload, Failure } from "ampline:sink/types@1.0.0";
  /**
   * One request. A sink may not set `host`, `contentLength`, `connection`, `transferEncoding`, `webhook-*` or `svix-*`
   * headers: the host owns them.
   */
  export interface Request {
    /** `GET`, `POST`, … */
    method: string;
    /** Absolute, without user information. */
    url: string;
    /** Names and values, in order; a name may come more than once. */
    headers: [string, string][];
    /** What is sent; the host knows its length. */
    body: Payload;
    /** A credential that the operator bound to this origin, by name: the host injects it, the sink never sees it. */
    credential: string | null;
    /** Sign as Standard Webhooks v1 with this message id and the destination's signing key. */
    webhookId: string | null;
    /** Milliseconds until the request is given up; the host's own limit stands above it. */
    timeout: number | null;
  }
  /** What came back. Redirects are not followed. */
  export interface Response {
    /** 100 to 599. */
    status: number;
    /** Names in lower case; the host keeps 64. */
    headers: [string, string][];
    /** Its beginning, as far as the host keeps it (16 KiB), without the secrets that the request carried. */
    body: Uint8Array;
    /** Whether the body went on, or broke off. */
    truncated: boolean;
  }
  /** All requests of a call are in flight together; one result for each, in order. */
  export function send(requests: Request[]): Result<Response, Failure>[];
}

/** The hosted store: the latest state of each item, served by the runtime's own API. */
declare module "ampline:sink/documents@1.0.0" {
  import type { Payload, Failure } from "ampline:sink/types@1.0.0";
  /**
   * One item's new state; no document means that the item is gone. Of two changes to one item the one with the greater
   * (`modifiedAt`, `occurredAt`) stays, whatever order they arrive in.
   */
  export interface Change {
    /** The endpoint of the hosted store that serves it. */
    endpoint: string;
    /** The customer group whose item it is. */
    group: string;
    /** The item's id in its endpoint and group. */
    item: string;
    /** When the provider last changed it. */
    modifiedAt: number;
    /** When the message that carries it was made. */
    occurredAt: number;
    /** Its new state, one JSON document. */
    document: Payload | null;
  }
  /**
   * Applies all changes in one transaction, or none.
   * Throws a Failure.
   */
  export function apply(changes: Change[]): void;
}

/**
 * An Amazon S3 bucket, or one of a compatible server, opened by the host: `bucket`, `region` and `endpointUrl` are read from the
 * destination's configuration, and requests are signed with its credentials.
 */
declare module "ampline:sink/objects@1.0.0" {
  import type { Result, Payload, Failure } from "ampline:sink/types@1.0.0";
  export interface Object {
    /** At most 1,024 bytes; `templates` makes good ones. */
    key: string;
    /** What is stored. */
    body: Payload;
    /** Its media type. */
    contentType: string;
    /** Sent as `x-amz-meta-*`. */
    metadata: [string, string][];
    /** `STANDARD_IA`, …; the bucket's own where there is none. */
    storageClass: string | null;
  }
  /** Stores objects, all in flight together, each with a checksum; the ETag of each, in order. */
  export function put(objects: Object[]): Result<string, Failure>[];
  /**
   * Whether the bucket is there and the credentials are known; leaves nothing behind.
   * Throws a Failure.
   */
  export function probe(): void;
}

/**
 * An Amazon Kinesis data stream, opened by the host: `streamName`, `region` and `endpointUrl` are read from the destination's
 * configuration, and requests are signed with its credentials.
 */
declare module "ampline:sink/streams@1.0.0" {
  import type { Result, Payload, Failure } from "ampline:sink/types@1.0.0";
  export interface Entry {
    /** Records with one key go to one shard, in order; 1 to 256 characters. */
    partitionKey: string;
    /** The record; with its key at most 1 MiB. */
    data: Payload;
  }
  /** Where a record came to lie. */
  export interface Placed {
    /** The shard's id. */
    shard: string;
    /** The record's number in it. */
    sequenceNumber: string;
  }
  /**
   * Puts records, in as many calls as the limits of a call ask for; records that the stream throttled are tried again a few
   * times, they alone. One result for each, in order.
   */
  export function putRecords(entries: Entry[]): Result<Placed, Failure>[];
  /**
   * Whether the stream is there and the credentials are known; leaves nothing behind.
   * Throws a Failure.
   */
  export function probe(): void;
}

/** The project's Postgres database, opened by the host. */
declare module "ampline:sink/sql@1.0.0" {
  import type { Payload, Failure } from "ampline:sink/types@1.0.0";
  /** A bound parameter (`$1`, …). Lists are bound as arrays, so that one statement takes many rows (`unnest`). */
  export type Parameter =
    /** As `text`. */
    | { tag: "text"; val: string }
    /** As `bigint`. */
    | { tag: "integer"; val: number }
    /** As `text[]`. */
    | { tag: "texts"; val: string[] }
    /** As `bigint[]`. */
    | { tag: "integers"; val: number[] }
    /** As `jsonb[]`; none is SQL's NULL. */
    | { tag: "documents"; val: (Payload | null)[] };
  export interface Statement {
    /** One statement of SQL, without a semicolon behind it. */
    text: string;
    /** For `$1`, `$2`, … in order. */
    parameters: Parameter[];
    /** What it is for, for an operator to read after "could not": `upsert 500 records into "Contacts"`. */
    intent: string;
  }
  /**
   * Runs statements in one transaction; the rows that each affected. The code of a failure is `pg.` and the SQLSTATE; it is
   * `rejected` where the data itself is refused (classes 22, 23 and 54, and what a trigger or a view refuses), so that a sink can look for the record that is to blame.
   * Throws a Failure.
   */
  export function transact(statements: Statement[]): number[];
}

/** Lines for the destination's log. The host caps their number and length. */
declare module "ampline:sink/log@1.0.0" {
  export type Level =
    /** For whoever repairs the sink. */
    | "debug"
    /** As it should be. */
    | "info"
    /** It went on, but a person should know. */
    | "warn"
    /** It did not go on. */
    | "error";
  /** Writes a line; fields are names and values for whoever searches the log. */
  export function emit(level: Level, message: string, fields: [string, string][]): void;
}

/** The time, in milliseconds since the Unix epoch. */
declare module "ampline:sink/clock@1.0.0" {
  /** Now. */
  export function now(): number;
}

/** What a sink exports. */
declare module "ampline:sink/sink@1.0.0" {
  import type { Envelope, Failure, ConfigIssue } from "ampline:sink/types@1.0.0";
  /** What a sink says of itself. */
  export interface Descriptor {
    /** The destination type that this sink serves: `webhook`, `api`, … */
    name: string;
    /** The sink's own version, for people to tell releases apart. */
    version: string;
    /** JSON Schema 2020-12 of the configuration: forms, checks and documentation come from it. */
    configSchema: string;
    /** Most envelopes that it takes in one batch: 1 to 1,000. */
    maxBatchEnvelopes: number;
    /** Most bytes of all bodies of a batch, up to 64 MiB; a larger message comes alone. */
    maxBatchBytes: number;
    /** A message with a larger body goes out in the url form (`resultInfo.type: url`); 0 means no limit. */
    maxMessageBytes: number;
    /** Whether envelopes with one ordering key must arrive in order. */
    ordered: boolean;
    /** Facts by name, an open set; unknown names are ignored. */
    extras: [string, string][];
  }
  /** What became of one envelope. */
  export type Outcome =
    /** Done, with what the other side said of it (a sequence number, an ETag, a status). */
    | { tag: "delivered"; val: string | null }
    /** Not done, or not known to be. */
    | { tag: "failed"; val: Failure };
  /** What a sink exports, as `export const sink`. */
  export interface Sink {
    /** Pure; run at install with every capability denied. */
    describe(): Descriptor;
    /** Pure; every fault at once. The configuration is a JSON object. */
    validate(config: string): ConfigIssue[];
    /** Takes in a configuration; once for each instance, before `probe` and `deliver`. Throws a Failure. */
    open(config: string): void;
    /** "Test connection": reaches the other side without leaving anything there. Throws a Failure. */
    probe(): void;
    /** One outcome for each envelope, in order. A trap, a time-out or a missing outcome counts as transient. */
    deliver(batch: Envelope[]): Outcome[];
  }
}
