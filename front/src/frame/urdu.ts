// The letters of Urdu: a font of our own, as many systems have none. Only Urdu pages load it.

import "@fontsource/noto-naskh-arabic/arabic-400.css";
import "@fontsource/noto-naskh-arabic/arabic-700.css";

const FAMILY = "Noto Naskh Arabic";
const SAMPLE = "\u0645\u0646\u0635\u0648\u0628\u06c1";

// A map that is made before its letters are there shows boxes for good.
export async function loadLetters(): Promise<void> {
  await Promise.all(
    [400, 700].map((weight) => document.fonts.load(`${weight} 16px "${FAMILY}"`, SAMPLE)),
  );
}
