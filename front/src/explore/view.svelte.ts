// How the map is looked at: year, land, layers that are shown.

export const GROUNDS = [
  "relief",
  "solar_yield",
  "wind_speed",
  "solar_exclusion",
  "wind_exclusion",
  "plain",
] as const;
export type Ground = (typeof GROUNDS)[number];
export const OVERS = [
  "settlements",
  "road",
  "railway",
  "power_line",
  "buses",
  "solar",
  "wind",
  "hydro",
  "rivers",
  "districts",
] as const;
export type Over = (typeof OVERS)[number];

export class View {
  year = $state(0);
  ground = $state<Ground>("relief");
  shown = $state<Record<Over, boolean>>(
    Object.fromEntries(OVERS.map((name) => [name, true])) as Record<Over, boolean>,
  );

  constructor(year: number, ground: string | null) {
    this.year = year;
    if (GROUNDS.includes(ground as Ground)) this.ground = ground as Ground;
  }
}
