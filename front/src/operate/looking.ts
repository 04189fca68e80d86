// Which part of a village's plane is looked at.

export interface View {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Spot {
  x: number;
  y: number;
}

const LEAST_M = 60;
const EDGE = 0.04;
const NEAREST_M = 15;

// All of some spots, with an edge around them.
export function around(spots: Spot[]): View {
  const xs = spots.map((one) => one.x);
  const ys = spots.map((one) => one.y);
  const west = spots.length ? Math.min(...xs) : 0;
  const north = spots.length ? Math.min(...ys) : 0;
  const across = spots.length ? Math.max(...xs) - west : 0;
  const down = spots.length ? Math.max(...ys) - north : 0;
  const edge = EDGE * Math.max(across, down, LEAST_M);
  const grow = (span: number) => Math.max(0, LEAST_M - span) / 2 + edge;
  return {
    x: west - grow(across),
    y: north - grow(down),
    width: across + 2 * grow(across),
    height: down + 2 * grow(down),
  };
}

// Nearer by a factor; the given point stays where it is.
export function zoomed(view: View, factor: number, [x, y]: [number, number]): View {
  const by = Math.min(factor, Math.max(view.width, view.height) / NEAREST_M);
  return {
    x: x - (x - view.x) / by,
    y: y - (y - view.y) / by,
    width: view.width / by,
    height: view.height / by,
  };
}

// The median distance from a spot to the one next to it.
export function nearest(spots: Spot[]): number {
  const gaps = spots
    .map((one) =>
      Math.min(
        ...spots.map((other) =>
          other === one ? Number.POSITIVE_INFINITY : Math.hypot(other.x - one.x, other.y - one.y),
        ),
      ),
    )
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? Number.POSITIVE_INFINITY;
}

// The longest round length that is no longer than the given one.
export function ruler(most: number): number {
  const size = 10 ** Math.floor(Math.log10(most));
  return ([5, 2, 1].find((one) => one * size <= most) ?? 1) * size;
}
