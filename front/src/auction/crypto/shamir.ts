// k of n shares of a secret over GF(2^8), as bunyad.auction.seal.shamir makes them.

const POLYNOMIAL = 0x11b;
const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);

// Powers of 3, which generates the field.
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = EXP[power + 255] = value;
  LOG[value] = power;
  value ^= value << 1;
  if (value & 0x100) value ^= POLYNOMIAL;
}

function product(one: number, other: number): number {
  if (one === 0 || other === 0) return 0;
  return EXP[(LOG[one] as number) + (LOG[other] as number)] as number;
}

function quotient(one: number, other: number): number {
  if (one === 0) return 0;
  return EXP[(LOG[one] as number) + 255 - (LOG[other] as number)] as number;
}

export function splitSecret(secret: Uint8Array, threshold: number, shares: number): Uint8Array[] {
  if (threshold < 1 || threshold > shares || shares > 255) throw new RangeError("shares");
  const coefficients = [secret];
  while (coefficients.length < threshold) {
    coefficients.push(crypto.getRandomValues(new Uint8Array(secret.length)));
  }
  return Array.from({ length: shares }, (_, place) =>
    secret.map((_, at) =>
      coefficients.reduceRight(
        (sum, coefficient) => product(sum, place + 1) ^ (coefficient[at] as number),
        0,
      ),
    ),
  );
}

/** The secret and all shares from any `threshold` of them, by place from 0. */
export function completeShares(
  known: Map<number, Uint8Array>,
  threshold: number,
  shares: number,
): { secret: Uint8Array; shares: Uint8Array[] } {
  const taken = [...known].sort(([one], [other]) => one - other).slice(0, threshold);
  const length = taken[0]?.[1].length ?? 0;
  if (taken.length < threshold || taken.some(([, share]) => share.length !== length)) {
    throw new RangeError("too few or uneven shares");
  }
  const points = taken.map(([place, share]) => ({ x: place + 1, share }));
  const at = (x: number) => {
    const weights = points.map((here) =>
      points.reduce(
        (weight, there) =>
          there === here ? weight : product(weight, quotient(x ^ there.x, here.x ^ there.x)),
        1,
      ),
    );
    return new Uint8Array(length).map((_, byte) =>
      points.reduce(
        (sum, point, which) => sum ^ product(weights[which] as number, point.share[byte] as number),
        0,
      ),
    );
  };
  return { secret: at(0), shares: Array.from({ length: shares }, (_, place) => at(place + 1)) };
}
