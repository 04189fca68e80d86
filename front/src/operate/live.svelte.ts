// A village as it is just now: read once, then followed.

import { apiAddress, get } from "../frame/api";
import type { AlarmRow, Pulse, Village } from "./api";

export class LiveVillage {
  village = $state.raw<Village | null>(null);
  problem = $state.raw<unknown>(null);
  isLive = $state(false);
  worst = $derived.by(() => {
    const found = new Map<string, string>();
    for (const one of this.village?.alarms ?? [])
      if (!found.has(one.thing)) found.set(one.thing, one.priority);
    return found;
  });

  // Follows a village until the page is left.
  constructor(id: () => string) {
    $effect(() => {
      const village = id();
      const path = `/villages/${encodeURIComponent(village)}`;
      let isOver = false;
      get<Village>(path).then(
        (found) => {
          if (!isOver) this.village = found;
        },
        (problem) => {
          if (!isOver) this.problem = problem;
        },
      );
      const stream = new EventSource(apiAddress(`${path}/events`));
      stream.addEventListener("pulse", (event) => {
        const pulse = JSON.parse((event as MessageEvent<string>).data) as Pulse;
        this.isLive = true;
        if (this.village) this.village = { ...this.village, ...pulse };
      });
      stream.addEventListener("error", () => {
        this.isLive = false;
      });
      return () => {
        isOver = true;
        stream.close();
        this.village = null;
        this.problem = null;
      };
    });
  }

  alarmsOf(thing: string): AlarmRow[] {
    return (this.village?.alarms ?? []).filter((one) => one.thing === thing);
  }
}
