// Light, dark, or what the system says.

export type Choice = "system" | "light" | "dark";

const KEY = "bunyad-theme";
const CHOICES: Choice[] = ["system", "light", "dark"];

class Theme {
  choice = $state<Choice>("system");
  private system = $state(false);

  get isDark(): boolean {
    return this.choice === "dark" || (this.choice === "system" && this.system);
  }

  start(): void {
    const query = matchMedia("(prefers-color-scheme: dark)");
    this.system = query.matches;
    query.addEventListener("change", () => {
      this.system = query.matches;
      this.show();
    });
    const kept = localStorage.getItem(KEY) as Choice | null;
    if (kept && CHOICES.includes(kept)) this.choice = kept;
    // Paper is white.
    addEventListener("beforeprint", () => {
      document.documentElement.dataset.theme = "light";
    });
    addEventListener("afterprint", () => this.show());
    this.show();
  }

  choose(choice: Choice): void {
    this.choice = choice;
    localStorage.setItem(KEY, choice);
    this.show();
  }

  private show(): void {
    document.documentElement.dataset.theme = this.isDark ? "dark" : "light";
  }
}

export const theme = new Theme();

// A colour of the style sheet, as the browser would draw it now.
export function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
