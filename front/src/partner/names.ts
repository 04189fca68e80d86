// Names of countries and languages, as the browser knows them in the reader's language.

const named = (type: "region" | "language", code: string, language: string): string => {
  try {
    const text = new Intl.DisplayNames([language, "en"], { type }).of(code);
    return text ?? code;
  } catch {
    return code;
  }
};

export const countryName = (code: string, language: string): string =>
  named("region", code, language);

export const languageNames = (codes: string[], language: string): string =>
  codes.map((code) => named("language", code, language)).join(", ");
