import type { Page } from "../frame/page";

export const pages: Page[] = [
  { pattern: "sign-in", load: () => import("./SignIn.svelte") },
  { pattern: "join", load: () => import("./Join.svelte") },
  { pattern: "account", load: () => import("./Account.svelte") },
  { pattern: "admin", load: () => import("./Admin.svelte") },
];
