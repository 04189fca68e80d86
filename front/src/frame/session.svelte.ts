// Who is signed in.

import { get, send } from "./api";

export interface Me {
  id: string | null;
  name: string;
  role: string;
  organisation: string;
  settlement: string | null;
  language: string;
  has_second_factor: boolean;
  needs_set_up: boolean;
}

const NOBODY: Me = {
  id: null,
  name: "",
  role: "public",
  organisation: "",
  settlement: null,
  language: "en",
  has_second_factor: false,
  needs_set_up: false,
};

class Session {
  me = $state.raw<Me>(NOBODY);

  get isSignedIn(): boolean {
    return this.me.id !== null;
  }

  get plans(): boolean {
    return this.me.role === "planner" || this.me.role === "admin";
  }

  get operates(): boolean {
    return this.me.role === "operator" || this.me.role === "admin";
  }

  async load(): Promise<void> {
    this.me = await get<Me>("/me");
  }

  async leave(): Promise<void> {
    await send("DELETE", "/session");
    this.me = NOBODY;
  }
}

export const session = new Session();
