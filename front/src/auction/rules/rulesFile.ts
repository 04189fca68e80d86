// The rules of an auction as their document holds them (bunyad.auction.rules); decimals are texts.

export type Amount = string | number;

export interface Envelope {
  name: string;
  fields: string[];
  opens?: "deadline" | "after_qualification" | "opening";
}

export interface Budget {
  by_year: Record<string, Amount>;
}

export interface Pot {
  id: string;
  title?: string;
  technologies?: string[];
  volume?: Amount | null;
  budget?: Budget | null;
  leftover_to?: string | null;
  pricing?: string | null;
}

export interface GroupLimit {
  of: string[];
  minimum?: Amount | null;
  maximum?: Amount | null;
}

export interface RulesFile {
  format: string;
  id: string;
  title: string;
  country?: string;
  year?: number | null;
  sources?: { title: string; publisher?: string; year?: number | null; where?: string }[];
  not_covered?: string[];
  price: {
    currency: string;
    unit: string;
    decimals?: number;
    direction?: "lowest_wins" | "highest_wins";
    ceiling?: Amount | null;
    technology_ceilings?: Record<string, Amount>;
    floor?: Amount | null;
  };
  quantity?: {
    unit?: string;
    decimals?: number;
    smallest?: Amount | null;
    largest?: Amount | null;
    smallest_award?: Amount | null;
  };
  volume?: Amount | null;
  budget?: Budget | null;
  pots?: Pot[];
  limits?: {
    technology?: GroupLimit[];
    region?: GroupLimit[];
    bidder?: {
      quantity?: Amount | null;
      share?: Amount | null;
      lots?: number | null;
      bids?: number | null;
    };
  };
  allocation?: {
    by?: "volume" | "lot";
    method?: "merit_order" | "optimal";
    objective?: string;
    marginal?: string;
    overshoot_share?: Amount | null;
    ties?: string[];
  };
  pricing?: string;
  undersubscription?: {
    below?: Amount;
    fewest_bidders?: number;
    rule?: string;
    scale_to?: Amount | null;
  };
  scoring?: {
    price_weight: Amount;
    criteria: { id: string; title: string; weight: Amount }[];
  } | null;
  qualification?: {
    stage?: string;
    requirements?: {
      id: string;
      title: string;
      kind?: string;
      least?: Amount | null;
      unit?: string;
    }[];
  };
  bids?: {
    envelopes?: Envelope[];
    replacement?: string;
    withdrawal?: string;
    alternatives?: number;
    count_is_public?: boolean;
  };
  securities?: {
    id: string;
    amount: Amount;
    per?: string;
    due: string;
    released_when: string[];
    forfeited_when: string[];
  }[];
  rounds?: {
    step: Amount;
    minutes: Amount;
    extension_window_minutes: Amount;
    extension_minutes: Amount;
    largest_extensions?: number | null;
  } | null;
  contract?: {
    kind: string;
    years: number;
    indexation_share?: Amount;
    negative_price_hours?: string;
    payback_cap_share?: Amount | null;
    months_to_operation?: number | null;
    penalties?: string[];
  } | null;
}

export const envelopesAsked = (rules: RulesFile): Envelope[] =>
  rules.bids?.envelopes ?? [{ name: "price", fields: ["price", "quantity"] }];
