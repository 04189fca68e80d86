// The plan that a page shows, fetched once.

import { get } from "../frame/api";
import type { PlanState } from "../plans/api";
import { PlanModel } from "./model";
import type { PlanPage } from "./page";

export interface Loaded {
  plan: PlanState;
  model: PlanModel | null;
}

const KEPT = 4;
const loaded = new Map<string, Promise<Loaded>>();

export function loadPlan(id: string, share: string): Promise<Loaded> {
  const key = `${id} ${share}`;
  let found = loaded.get(key);
  if (!found) {
    found = fetchPlan(id, share);
    found.then(
      ({ model }) => model ?? loaded.delete(key),
      () => loaded.delete(key),
    );
    if (loaded.size >= KEPT) loaded.delete(loaded.keys().next().value as string);
    loaded.set(key, found);
  }
  return found;
}

export function forgetPlan(id: string): void {
  for (const key of [...loaded.keys()]) if (key.startsWith(`${id} `)) loaded.delete(key);
}

async function fetchPlan(id: string, share: string): Promise<Loaded> {
  const plan = await get<PlanState>(`/plans/${id}`, { share });
  if (!plan.is_made) return { plan, model: null };
  return { plan, model: new PlanModel(await get<PlanPage>(`/plans/${id}/page`, { share })) };
}
