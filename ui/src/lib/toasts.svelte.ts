// Short notes at the edge of the page: what was done, or what failed. A bounded number of them, and failures stay until they are read.
import { explain } from "./explain";

/** One note. */
export interface Toast {
  id: number;
  kind: "ok" | "bad";
  text: string;
  detail?: string | undefined;
}

const TOASTS_MAX = 4;
const OK_MS = 5_000;

class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;

  /** Something was done. */
  ok(text: string, detail?: string): void {
    const id = this.#add({ kind: "ok", text, detail });
    setTimeout(() => this.dismiss(id), OK_MS);
  }

  /** Something failed. */
  failed(text: string, error: unknown): void {
    this.#add({ kind: "bad", text, detail: explain(error).detail });
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  #add(toast: Omit<Toast, "id">): number {
    const id = this.#next++;
    this.shown = [...this.shown, { id, ...toast }].slice(-TOASTS_MAX);
    return id;
  }
}

/** The notes of these pages. */
export const toasts = new Toasts();
