// Light, dark, or as the system says; kept for the next visit.

/** What may be chosen. */
export type Theme = "system" | "light" | "dark";

const KEY = "ampline.theme";

class ThemeChoice {
  #chosen = $state<Theme>("system");

  get chosen(): Theme {
    return this.#chosen;
  }

  set chosen(theme: Theme) {
    this.#chosen = theme;
    apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
  }

  /** Reads what was chosen before. */
  restore(): void {
    let kept: string | null = null;
    try {
      kept = localStorage.getItem(KEY);
    } catch {
      // As above.
    }
    this.#chosen = kept === "light" || kept === "dark" ? kept : "system";
    apply(this.#chosen);
  }
}

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** The theme of these pages. */
export const theme = new ThemeChoice();
