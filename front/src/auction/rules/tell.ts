// The rules of an auction in plain words, in the reader's language.

import { t, words } from "../../frame/words.svelte";
import { decimal, priceOf, quantityOf, share } from "../numbers";
import { type Amount, envelopesAsked, type GroupLimit, type RulesFile } from "./rulesFile";

export interface Part {
  key: string;
  title: string;
  said: string[];
}

type Told = string | false | null | undefined;
const given = (value: Amount | null | undefined): value is Amount =>
  value !== null && value !== undefined;
const list = (names: string[]) => names.join(", ");
const technologies = (names: string[]) => list(names.map((name) => words.name("carrier", name)));

const PARTS: [string, (rules: RulesFile) => Told[]][] = [
  ["offer", offer],
  ["price", price],
  ["winners", winners],
  ["limits", limits],
  ["few", few],
  ["qualification", qualification],
  ["bids", bids],
  ["scoring", scoring],
  ["rounds", rounds],
  ["securities", securities],
  ["contract", contract],
];

export function tellRules(rules: RulesFile): Part[] {
  return PARTS.map(([key, tell]) => ({
    key,
    title: t(`terms-${key}`),
    said: tell(rules).filter((text): text is string => Boolean(text)),
  })).filter(({ said }) => said.length > 0);
}

function offer(rules: RulesFile): Told[] {
  const { volume, budget, pots = [], allocation } = rules;
  return [
    allocation?.by === "lot" ? t("terms-by-lot") : t("terms-by-volume"),
    given(volume) && t("terms-volume", { volume: quantityOf(rules, volume) }),
    ...Object.entries(budget?.by_year ?? {}).map(([year, money]) =>
      t("terms-budget", { year, money: `${decimal(money)} ${rules.price.currency}` }),
    ),
    ...pots.flatMap((pot) => [
      t("terms-pot", {
        pot: pot.title || pot.id,
        what: technologies(pot.technologies ?? []) || t("terms-all-technologies"),
        volume: given(pot.volume) ? quantityOf(rules, pot.volume) : t("terms-no-volume"),
      }),
      pot.leftover_to && t("terms-leftover", { pot: pot.title || pot.id, to: pot.leftover_to }),
    ]),
  ];
}

function price(rules: RulesFile): Told[] {
  const { ceiling, floor, technology_ceilings, unit, direction } = rules.price;
  return [
    t(direction === "highest_wins" ? "terms-highest" : "terms-lowest", { unit: words.unit(unit) }),
    given(ceiling) && t("terms-ceiling", { price: priceOf(rules, ceiling) }),
    ...Object.entries(technology_ceilings ?? {}).map(([name, most]) =>
      t("terms-ceiling-of", { technology: technologies([name]), price: priceOf(rules, most) }),
    ),
    given(floor) && t("terms-floor", { price: priceOf(rules, floor) }),
    t(`terms-pricing-${rules.pricing ?? "pay_as_bid"}`),
  ];
}

function winners(rules: RulesFile): Told[] {
  const {
    method = "merit_order",
    marginal = "cut",
    ties = ["lottery"],
    overshoot_share,
  } = rules.allocation ?? {};
  return [
    t(`terms-method-${method}`),
    rules.allocation?.by !== "lot" && t(`terms-marginal-${marginal}`),
    given(overshoot_share) && t("terms-overshoot", { share: share(overshoot_share) }),
    t("terms-ties", { order: list(ties.map((tie) => t(`terms-tie-${tie}`))) }),
  ];
}

function limits(rules: RulesFile): Told[] {
  const { technology = [], region = [], bidder = {} } = rules.limits ?? {};
  const { smallest, largest, smallest_award } = rules.quantity ?? {};
  const group = ({ of, minimum, maximum }: GroupLimit) => [
    given(minimum) &&
      t("terms-least-of", { of: technologies(of), quantity: quantityOf(rules, minimum) }),
    given(maximum) &&
      t("terms-most-of", { of: technologies(of), quantity: quantityOf(rules, maximum) }),
  ];
  return [
    given(smallest) && t("terms-smallest", { quantity: quantityOf(rules, smallest) }),
    given(largest) && t("terms-largest", { quantity: quantityOf(rules, largest) }),
    given(smallest_award) &&
      t("terms-smallest-award", { quantity: quantityOf(rules, smallest_award) }),
    ...technology.flatMap(group),
    ...region.flatMap(group),
    given(bidder.quantity) &&
      t("terms-bidder-quantity", { quantity: quantityOf(rules, bidder.quantity) }),
    given(bidder.share) && t("terms-bidder-share", { share: share(bidder.share) }),
    given(bidder.lots) && t("terms-bidder-lots", { count: bidder.lots }),
    given(bidder.bids) && t("terms-bidder-bids", { count: bidder.bids }),
  ];
}

function few(rules: RulesFile): Told[] {
  const { rule = "none", below = 1, fewest_bidders = 0, scale_to } = rules.undersubscription ?? {};
  if (rule === "none") return [t("terms-few-none")];
  return [
    t("terms-few-below", { share: share(below) }),
    fewest_bidders > 0 && t("terms-few-bidders", { count: fewest_bidders }),
    t(`terms-few-${rule}`, { share: given(scale_to) ? share(scale_to) : "" }),
  ];
}

function qualification(rules: RulesFile): Told[] {
  const { stage = "none", requirements = [] } = rules.qualification ?? {};
  return [
    t(`terms-qualification-${stage}`),
    ...requirements.map(({ title, least, unit = "" }) =>
      given(least)
        ? t("terms-requirement-least", {
            title,
            least: `${decimal(least)} ${words.unit(unit)}`.trim(),
          })
        : title,
    ),
  ];
}

function bids(rules: RulesFile): Told[] {
  const {
    replacement = "latest",
    withdrawal = "until_deadline",
    alternatives = 1,
    count_is_public,
  } = rules.bids ?? {};
  return [
    t("terms-sealed"),
    ...envelopesAsked(rules).map(({ name, fields, opens = "opening" }) =>
      t(`terms-envelope-${opens}`, {
        name: words.name("envelope", name),
        fields: list(fields.map((field) => words.name("bid-field", field))),
      }),
    ),
    t(`terms-replacement-${replacement}`),
    t(`terms-withdrawal-${withdrawal}`),
    alternatives > 1 && t("terms-alternatives", { count: alternatives }),
    count_is_public && t("terms-count-public"),
  ];
}

function scoring(rules: RulesFile): Told[] {
  if (!rules.scoring) return [];
  return [
    t("terms-price-weight", { share: share(rules.scoring.price_weight) }),
    ...rules.scoring.criteria.map(({ title, weight }) =>
      t("terms-criterion", { title, share: share(weight) }),
    ),
  ];
}

function rounds(rules: RulesFile): Told[] {
  const { rounds: found } = rules;
  if (!found) return [];
  return [
    t("terms-reverse", { minutes: decimal(found.minutes), step: priceOf(rules, found.step) }),
    t("terms-extension", {
      window: decimal(found.extension_window_minutes),
      more: decimal(found.extension_minutes),
    }),
  ];
}

function securities(rules: RulesFile): Told[] {
  return (rules.securities ?? []).flatMap((bond) => [
    t(`terms-security-${bond.per ?? "quantity"}`, {
      bond: t(`terms-bond-${bond.id}`),
      amount:
        bond.per === "capex_share"
          ? share(bond.amount)
          : `${decimal(bond.amount)} ${rules.price.currency}`,
      unit: words.unit(rules.quantity?.unit ?? "MW"),
      due: bond.due,
    }),
    t("terms-released", { when: bond.released_when.join("; ") }),
    t("terms-forfeited", { when: bond.forfeited_when.join("; ") }),
  ]);
}

function contract(rules: RulesFile): Told[] {
  const { contract: found } = rules;
  if (!found) return [];
  return [
    t(`terms-contract-${found.kind}`, { years: found.years }),
    Number(found.indexation_share ?? 0) > 0 &&
      t("terms-indexation", { share: share(found.indexation_share) }),
    found.negative_price_hours === "not_paid" && t("terms-negative-hours"),
    given(found.payback_cap_share) && t("terms-payback", { share: share(found.payback_cap_share) }),
    given(found.months_to_operation) && t("terms-months", { count: found.months_to_operation }),
    ...(found.penalties ?? []),
  ];
}
