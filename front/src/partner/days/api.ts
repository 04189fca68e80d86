// What the server says of forums, exchanges and courses.

import { get, send } from "../../frame/api";

export type Kind = "forums" | "exchanges" | "schools";

export interface KeptRow {
  id: string;
  title: string;
  version: number;
  is_public: boolean;
  has_result: boolean;
}

export interface Kept<Document, Result> extends KeptRow {
  document: Document;
  result: Result | null;
}

export interface Meeting {
  id: string;
  guest: string;
  host: string;
  guest_name: string;
  host_name: string;
  slot: string;
  start: string;
  end: string;
  hall_name: string;
  table: number;
  interpreter: string | null;
}

export interface Timetable {
  meetings: Meeting[];
  score?: number;
  share_of_bound?: number;
  unmet?: { what: string; people: string[]; why: string }[];
}

export interface Person {
  id: string;
  name?: string;
  side: "guest" | "host";
}

export interface Slot {
  id: string;
  start: string;
  end: string;
}

export interface Booked {
  meeting: Meeting;
  status: string;
  sequence: number;
  offer: string | null;
  offered_by: string | null;
  asked_by: string | null;
  is_mine: boolean;
}

export interface Day {
  meetings: Booked[];
  came: string[];
  warnings: string[];
  mine: string[];
  slots: Slot[];
}

export interface Board {
  title: string;
  now: { slot: string; start: string; end: string; halls: BoardHall[] }[];
}

export interface BoardHall {
  hall: string;
  name: string;
  meetings: Meeting[];
}

export interface Matched {
  placed: Record<string, string>;
  blocking_pairs?: unknown[];
  notes: string[];
  by_wish: number[];
  applicants: number;
  places: number;
}

export interface Week {
  pupils: number;
  cohorts: { id: string; settlement: string; course: string; pupils: number }[];
  lessons: { cohort: string; teacher: string; room: string; period: number }[];
  untaught: { cohort: string; why: string }[];
  periods: number;
  days: number;
}

export interface Course {
  id: string;
  title: string;
  lessons: number;
}

export interface Attended {
  pupil: string;
  lesson: number;
  is_there: boolean;
  mark: number | null;
}

export interface Pupil {
  pupil: string;
  attended: number;
  held: number;
  lessons: number;
  mean_mark: number | null;
  has_passed: boolean;
}

export interface Progress {
  course: string;
  title: string;
  version: number;
  pupils: Pupil[];
  least_attendance: number;
  pass_mark: number;
}

export const at = (kind: Kind, id: string, ...more: string[]): string =>
  `/${[kind, id, ...more].map(encodeURIComponent).join("/")}`;

export const getKept = <Document, Result>(
  kind: Kind,
  id: string,
): Promise<Kept<Document, Result>> => get(at(kind, id));

export const publish = (kind: Kind, kept: KeptRow): Promise<void> =>
  send("PUT", at(kind, kept.id), { version: kept.version, is_public: !kept.is_public });

// The time of day of a moment, as it is on the spot.
export const hourOf = (moment: string): string => moment.slice(11, 16);
export const dayOf = (moment: string): string => moment.slice(0, 10);
