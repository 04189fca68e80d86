// What a record's events tell of an auction: its call, its rules, and how far it is.

import { type Body, isBody, type Json } from "./crypto/canonical";
import type { Call, Event } from "./crypto/life";
import type { RulesFile } from "./rules/rulesFile";

export type Stage =
  | "drafted" | "open" | "closed" | "opened" | "cleared" | "awarded" | "contracted" | "cancelled"; // biome-ignore format: one line

export type LotBody = Body & { id: string };
export type Story = {
  id: string;
  title: string;
  rules: RulesFile;
  lots: LotBody[];
  stage: Stage;
  events: Event[];
  /** How many events are told by their hash only, before the opening. */
  withheld: number;
};

const STAGES: { [kind: string]: Stage } = {
  published: "open",
  closed: "closed",
  cleared: "cleared",
  awarded: "awarded",
  contracted: "contracted",
  cancelled: "cancelled",
};

/** Tell the story of a record's events; null where the draft is not among them. */
export function tellStory(content: Json[]): Story | null {
  const events = content.filter((item) => isBody(item) && "kind" in item) as unknown as Event[];
  const [draft] = events;
  if (draft?.kind !== "drafted") return null;
  const { title, rules, lots } = draft.body as unknown as Pick<Story, "title" | "rules" | "lots">;
  const story: Story = {
    id: draft.auction,
    title,
    rules,
    lots,
    stage: "drafted",
    events,
    withheld: content.length - events.length,
  };
  let toOpen = new Set<string>();
  for (const { kind, body } of events) {
    story.stage = STAGES[kind] ?? story.stage;
    if (kind === "published") toOpen = new Set(Object.keys((body as Call).opening));
    if (kind === "amended") Object.assign(story, changesOf(body));
    if (kind === "opened" && toOpen.delete(`${body.envelope}`) && !toOpen.size)
      story.stage = "opened";
  }
  return story;
}

const changesOf = ({ lots, rules }: Body) => ({
  ...(lots ? { lots: lots as LotBody[] } : {}),
  ...(rules ? { rules: rules as unknown as RulesFile } : {}),
});

/** Envelopes, first to last opened. */
export const inOrder = (opening: { [envelope: string]: string }): string[] =>
  Object.entries(opening)
    .sort(([one, a], [other, b]) => (a < b || (a === b && one < other) ? -1 : 1))
    .map(([name]) => name);
