// A list that the runtime gives page by page: what was loaded so far, and the way on.

/** One page and what comes behind it. */
export interface Page<T> {
  rows: T[];
  next: string | undefined;
}

/** The rows that were loaded, and those that can be. */
export class Paged<T> {
  rows = $state.raw<readonly T[] | undefined>();
  next = $state<string | undefined>();
  error = $state.raw<unknown>();
  loading = $state(false);
  #load: (token: string | undefined, signal: AbortSignal) => Promise<Page<T>>;
  #running: AbortController | undefined;

  constructor(load: (token: string | undefined, signal: AbortSignal) => Promise<Page<T>>) {
    this.#load = load;
  }

  /** The first page anew. */
  reload(): Promise<void> {
    return this.#take(undefined, () => []);
  }

  /** The next page, behind what is there. */
  more(): Promise<void> {
    return this.next === undefined ? Promise.resolve() : this.#take(this.next, () => this.rows ?? []);
  }

  /** Rows that are newer than those that are there: each takes its own place, new ones stand first. */
  merge(rows: readonly T[], key: (row: T) => string): void {
    if (!this.rows) return;
    const fresh = new Map(rows.map((row) => [key(row), row]));
    const known = new Set(this.rows.map(key));
    const added = rows.filter((row) => !known.has(key(row)));
    this.rows = [...added, ...this.rows.map((row) => fresh.get(key(row)) ?? row)];
  }

  stop(): void {
    this.#running?.abort();
  }

  async #take(token: string | undefined, before: () => readonly T[]): Promise<void> {
    this.#running?.abort();
    const controller = new AbortController();
    this.#running = controller;
    this.loading = true;
    try {
      const { rows, next } = await this.#load(token, controller.signal);
      if (controller.signal.aborted) return;
      this.rows = [...before(), ...rows];
      this.next = next;
      this.error = undefined;
    } catch (error) {
      if (!controller.signal.aborted) this.error = error;
    } finally {
      if (this.#running === controller) this.loading = false;
    }
  }
}

/** A paged list of the component that calls this; the loader's reactive reads are followed. */
export function paged<T>(load: (token: string | undefined, signal: AbortSignal) => Promise<Page<T>>): Paged<T> {
  const made = new Paged(load);
  $effect(() => {
    void made.reload();
    return () => made.stop();
  });
  return made;
}
