// What the server says of accounts.

export interface Token {
  id: string;
  name: string;
  created: string;
  expires: string;
  secret: string | null;
}

export interface Organisation {
  id: string;
  name: string;
  kind: string;
  settlement: string | null;
}

export interface Account {
  id: string;
  email: string;
  name: string;
  role: string;
  organisation_id: string;
  is_active: boolean;
  has_second_factor: boolean;
  created: string;
}

export interface AuditEntry {
  id: number;
  at: string;
  account: string | null;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
}

export const ROLES = [
  "admin",
  "planner",
  "commission",
  "bidder",
  "organiser",
  "partner",
  "operator",
];
