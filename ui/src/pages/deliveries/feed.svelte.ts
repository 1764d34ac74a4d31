// The rows of the list: pages of the log that reach back, and live deliveries in front of them. Both ends only ever grow, so a row costs the
// same at 1,000,000 rows as at 10.
import type { Schemas } from "../../api/client";
import { fits, type Filters } from "./filters";

type Delivery = Schemas["DeliverySummary"];

/** One page of the log. */
export interface Page {
  results: Delivery[];
  nextPageToken: string | undefined;
}

/** Loads a page; without a token the newest one. */
export type Load = (pageToken: string | undefined, signal: AbortSignal) => Promise<Page>;

/** Rows that are held at most; whoever wants older ones narrows the filter. */
export const ROWS_MAX = 1_000_000;

/** Rows under one filter. */
export class Feed {
  /** Counts changes, for whoever draws rows. */
  version = $state(0);
  loading = $state(false);
  error = $state.raw<unknown>();
  /** Everything that fits is here. */
  done = $state(false);
  /** Live deliveries that wait, because the reader is further down. */
  held = $state(0);
  #filters: Filters;
  #load: Load;
  /** The newest is last. */
  #newer: Delivery[] = [];
  #older: Delivery[] = [];
  /** Where a delivery stands: n of `newer` from 0 up, of `older` from -1 down. */
  #places = new Map<number, number>();
  #waiting = new Map<number, Delivery>();
  #atTop = true;
  #nextToken: string | undefined;
  #controller = new AbortController();

  constructor(filters: Filters, load: Load) {
    this.#filters = filters;
    this.#load = load;
  }

  /** Rows that can be shown. */
  get count(): number {
    return this.version >= 0 ? this.#newer.length + this.#older.length : 0;
  }

  /** A row, the newest first. */
  row(index: number): Delivery | undefined {
    if (this.version < 0) return undefined;
    const newer = this.#newer.length;
    return index < newer ? this.#newer[newer - 1 - index] : this.#older[index - newer];
  }

  /** Where a delivery stands among the rows. */
  index(id: number): number | undefined {
    const place = this.version < 0 ? undefined : this.#places.get(id);
    return place === undefined ? undefined : this.#newer.length - 1 - place;
  }

  /** Loads the next older page. */
  async more(): Promise<void> {
    if (this.loading || this.done || this.#controller.signal.aborted) return;
    this.loading = true;
    try {
      const { results, nextPageToken } = await this.#load(this.#nextToken, this.#controller.signal);
      if (this.#controller.signal.aborted) return;
      for (const one of results) this.#append(one);
      this.#nextToken = nextPageToken;
      this.done = nextPageToken === undefined || this.#older.length >= ROWS_MAX;
      this.error = undefined;
      this.version += 1;
    } catch (error) {
      if (!this.#controller.signal.aborted) this.error = error;
    } finally {
      this.loading = false;
    }
  }

  /** Live deliveries: known ones change where they stand, new ones come in front. */
  take(deliveries: readonly Delivery[]): void {
    for (const one of deliveries) {
      const place = this.#places.get(one.id);
      if (place !== undefined) this.#put(place, one);
      else if (fits(one, this.#filters)) this.#waiting.set(one.id, one);
      else this.#waiting.delete(one.id);
    }
    if (this.#atTop) this.release();
    else this.held = this.#waiting.size;
    this.version += 1;
  }

  /** Says whether the reader is at the top: further down nothing moves by itself. */
  scrolled(atTop: boolean): void {
    this.#atTop = atTop;
    if (atTop && this.#waiting.size > 0) this.release();
  }

  /** Lets what waits come in. */
  release(): void {
    const waiting = [...this.#waiting.values()].sort((one, other) => one.id - other.id);
    this.#waiting.clear();
    this.held = 0;
    for (const one of waiting) {
      this.#places.set(one.id, this.#newer.length);
      this.#newer.push(one);
    }
    if (waiting.length > 0) this.version += 1;
  }

  /** Nothing comes in any more. */
  stop(): void {
    this.#controller.abort();
  }

  #append(one: Delivery): void {
    const place = this.#places.get(one.id);
    if (place !== undefined) {
      this.#put(place, one);
      return;
    }
    this.#waiting.delete(one.id);
    this.#places.set(one.id, -1 - this.#older.length);
    this.#older.push(one);
  }

  #put(place: number, one: Delivery): void {
    if (place >= 0) this.#newer[place] = one;
    else this.#older[-1 - place] = one;
  }
}
