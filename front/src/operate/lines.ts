// Lines of charts.

// The path of a line that breaks where nothing was told.
export function linePath(
  values: (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let isDrawing = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isDrawing = false;
      continue;
    }
    path += `${isDrawing ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    isDrawing = true;
  }
  return path;
}

// Round numbers that span two values, about five of them.
export function ticks(least: number, most: number): number[] {
  const span = most - least;
  if (!(span > 0)) return [least];
  const rough = span / 5;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * size >= rough) ?? 10) * size;
  const first = Math.floor(least / step) * step;
  const count = Math.ceil((most - first) / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) =>
    Number((first + index * step).toPrecision(12)),
  );
}
