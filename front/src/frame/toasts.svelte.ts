// Short news at the edge of the page, with a way back.

import { Problem } from "./api";
import { words } from "./words.svelte";

export interface Toast {
  id: number;
  text: string;
  kind: "news" | "trouble";
  undo?: () => void;
}

const SHOWN_MS = 9000;

class Toasts {
  list = $state<Toast[]>([]);
  private count = 0;

  tell(text: string, undo?: () => void): void {
    this.add({ id: this.count++, text, kind: "news", undo });
  }

  fail(error: unknown): void {
    const text = error instanceof Problem ? textOf(error) : String(error);
    this.add({ id: this.count++, text, kind: "trouble" });
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  private add(toast: Toast): void {
    this.list = [...this.list, toast];
    // What went wrong stays until it is read.
    if (toast.kind === "news") setTimeout(() => this.close(toast.id), SHOWN_MS);
  }
}

function textOf(problem: Problem): string {
  const { title, mend } = words.problem(problem);
  return [title, mend, ...problem.faults.map((fault) => `${fault.what}. ${fault.mend}`)]
    .filter(Boolean)
    .join(" ");
}

export const toasts = new Toasts();
