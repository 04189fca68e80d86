// The chapters of pages: a new one is a folder with `pages.ts`, named here and in the words.

import { pages as accounts } from "./accounts/pages";
import { pages as auction } from "./auction/pages";
import { pages as explore } from "./explore/pages";
import type { Page } from "./frame/page";
import { pages as operate } from "./operate/pages";
import { pages as days } from "./partner/days/pages";
import { pages as partner } from "./partner/pages";
import { pages as plans } from "./plans/pages";

export const PAGES: Page[] = [
  ...plans,
  ...explore,
  ...accounts,
  ...auction,
  ...partner,
  ...days,
  ...operate,
];
