// What a page waits for: its value, or what went wrong.

export class Asked<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<unknown>(null);
  private last: Promise<T> | null = null;

  // `ask` runs again when what it reads changes; the same promise twice changes nothing.
  constructor(ask: () => Promise<T> | null) {
    $effect(() => {
      const promise = ask();
      if (promise === this.last) return;
      this.last = promise;
      this.problem = null;
      if (!promise) this.value = null;
      promise?.then(
        (value) => {
          if (promise === this.last) this.value = value;
        },
        (problem) => {
          if (promise === this.last) this.problem = problem;
        },
      );
    });
  }
}
