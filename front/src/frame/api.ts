// Requests to the server; every error comes in one shape.

export interface Fault {
  where: string;
  what: string;
  mend: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly mend = "",
    readonly faults: Fault[] = [],
  ) {
    super(title);
  }
}

const API = "/api/v1";

export function apiAddress(
  path: string,
  query: Record<string, string | number | undefined> = {},
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `${API}${path}${search ? `?${search}` : ""}`;
}

export async function get<T>(
  path: string,
  query: Record<string, string | number | undefined> = {},
): Promise<T> {
  return ask<T>("GET", apiAddress(path, query));
}

export async function send<T = void>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  return ask<T>(method, apiAddress(path), body);
}

// Send a file as it is.
export const upload = <T>(path: string, file: Blob): Promise<T> =>
  ask<T>("POST", apiAddress(path), file);

// What comes back as a file, such as a PDF.
export async function fetchFile(method: "POST", path: string, body: unknown): Promise<Blob> {
  return (await answerTo(method, apiAddress(path), body)).blob();
}

function carried(body: unknown): RequestInit {
  if (body === undefined) return {};
  if (body instanceof Blob) return { body };
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function ask<T>(method: string, address: string, body?: unknown): Promise<T> {
  const response = await answerTo(method, address, body);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function answerTo(method: string, address: string, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { method, ...carried(body) });
  } catch {
    throw new Problem(0, "no-answer", "problem-no-answer", "problem-no-answer-mend");
  }
  if (response.ok) return response;
  throw await problemOf(response);
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = await response.json();
    const code =
      String(body.type ?? "")
        .split("/")
        .pop() ?? "";
    return new Problem(response.status, code, body.title, body.mend, body.faults);
  } catch {
    return new Problem(response.status, "fault", "problem-fault", "problem-fault-mend");
  }
}
