// Something loaded from the runtime: its value, its error, and whether it is on its way. A later load ends an earlier one.

/** Loads when its component appears and whenever what the loader reads changes. */
export class Resource<T> {
  value = $state.raw<T | undefined>();
  error = $state.raw<unknown>();
  loading = $state(true);
  #load: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | undefined;

  constructor(load: (signal: AbortSignal) => Promise<T>) {
    this.#load = load;
  }

  /** Loads again; what was there stays until then. */
  async reload(): Promise<void> {
    this.#running?.abort();
    const controller = new AbortController();
    this.#running = controller;
    this.loading = true;
    try {
      const value = await this.#load(controller.signal);
      if (controller.signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.error = error;
    } finally {
      if (this.#running === controller) this.loading = false;
    }
  }

  /** Ends what is on its way. */
  stop(): void {
    this.#running?.abort();
  }
}

/**
 * A resource of the component that calls this. The loader's reactive reads up to its first `await` are followed.
 *
 * @param everyMs - loads again this often while the page is visible
 */
export function resource<T>(load: (signal: AbortSignal) => Promise<T>, everyMs?: number): Resource<T> {
  const made = new Resource(load);
  $effect(() => {
    void made.reload();
    return () => made.stop();
  });
  $effect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && !made.loading) void made.reload();
    }, everyMs);
    return () => clearInterval(timer);
  });
  return made;
}
