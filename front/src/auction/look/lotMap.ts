// The frame of a small map: how places become pixels, with lines of degrees and a scale.

export type Place = [number, number];

export interface Frame {
  project: (place: Place) => [number, number];
  meridians: { degrees: number; at: number }[];
  parallels: { degrees: number; at: number }[];
  bar: { km: number; px: number };
}

const KM_PER_DEGREE = 111.32;
const MARGIN = 0.14;
const LEAST_KM = 8;
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10];
const LENGTHS_KM = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** An equirectangular frame around places, true to scale at their middle; null without any. */
export function frameOf(places: Place[], width: number, height: number): Frame | null {
  if (!places.length) return null;
  const [west, east] = [Math.min(...places.map(([x]) => x)), Math.max(...places.map(([x]) => x))];
  const [south, north] = [
    Math.min(...places.map(([, y]) => y)),
    Math.max(...places.map(([, y]) => y)),
  ];
  const [middleX, middleY] = [(west + east) / 2, (south + north) / 2];
  const squeeze = Math.cos((middleY * Math.PI) / 180);
  const room = 1 - 2 * MARGIN;
  const least = LEAST_KM / KM_PER_DEGREE;
  const pixels = Math.min(
    (width * room) / Math.max((east - west) * squeeze, least),
    (height * room) / Math.max(north - south, least),
  );
  const x = (degrees: number) => width / 2 + (degrees - middleX) * squeeze * pixels;
  const y = (degrees: number) => height / 2 - (degrees - middleY) * pixels;
  const [reachX, reachY] = [width / 2 / pixels / squeeze, height / 2 / pixels];
  const km = LENGTHS_KM.findLast((one) => (one / KM_PER_DEGREE) * pixels < width / 4) ?? 1;
  return {
    project: ([lon, lat]) => [x(lon), y(lat)],
    meridians: lines(middleX, reachX).map((degrees) => ({ degrees, at: x(degrees) })),
    parallels: lines(middleY, reachY).map((degrees) => ({ degrees, at: y(degrees) })),
    bar: { km, px: (km / KM_PER_DEGREE) * pixels },
  };
}

function lines(middle: number, reach: number): number[] {
  const step = STEPS.find((one) => (2 * reach) / one <= 6) ?? 10;
  const first = Math.ceil((middle - reach) / step);
  const last = Math.floor((middle + reach) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => (first + at) * step);
}
