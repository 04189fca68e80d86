// Where the reader is: the part of the address after `#`.

export interface Place {
  parts: string[];
  query: URLSearchParams;
}

export type Query = Record<string, string | number | null | undefined>;

export function readPlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  return {
    parts: path.split("/").filter(Boolean).map(decodeURIComponent),
    query: new URLSearchParams(query),
  };
}

export function addressOf(parts: string[], query: Query = {}): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

const isSamePage = (one: Place, other: Place): boolean =>
  one.parts.join("/") === other.parts.join("/");

class Router {
  place = $state.raw<Place>({ parts: [], query: new URLSearchParams() });

  start(): void {
    this.place = readPlace(location.hash);
    window.addEventListener("hashchange", () => {
      this.place = readPlace(location.hash);
    });
  }

  go(address: string): void {
    location.hash = address;
  }

  // Change what the address asks for, without a new entry in the browser's history.
  ask(changes: Query): void {
    // Whoever has just left for another page is not called back.
    if (!isSamePage(readPlace(location.hash), this.place)) return;
    const query: Query = { ...Object.fromEntries(this.place.query), ...changes };
    history.replaceState(history.state, "", addressOf(this.place.parts, query));
    this.place = readPlace(location.hash);
  }
}

export const router = new Router();
