import type { Schemas } from "../../api/client";
import { plural } from "../../components/format";
import type { Look } from "../../components/status";

export type Rule = Schemas["AlertRuleView"];
export type RuleBody = Schemas["AlertRuleBody"];
export type Channel = Schemas["AlertChannelBody"];
export type Cause = Rule["causes"][number];

export const CAUSES: Record<Cause, string> = {
  run_failure: "A run fails",
  check_failure: "A check fails",
  freshness: "An asset is late",
  tick_failure: "A sensor or schedule fails",
  location_failure: "Code does not load",
  backfill_failure: "A backfill ends with failures",
};

export const DELIVERY_LOOKS: Record<Schemas["AlertDeliveryView"]["status"], Look> = {
  waiting: {
    label: "Waiting",
    tone: "idle",
    pulse: true,
    meaning: "It is sent as soon as the receiver takes it",
  },
  delivered: { label: "Delivered", tone: "good", meaning: "The receiver took it" },
  failed: { label: "Failed", tone: "bad", meaning: "It was tried for a day; nobody took it" },
};

/** Where a channel leads. */
export function channelText({ kind, url, url_env, to, owners }: Channel): string {
  if (kind === "email") {
    return `E-mail to ${[...(to ?? []), ...(owners ? ["the owners"] : [])].join(", ")}`;
  }
  const word = kind === "slack" ? "Slack" : "Webhook";
  if (url_env) return `${word} at the address in ${url_env}`;
  return `${word} at ${url ?? "an address"}`;
}

/** What a rule is about, in one sentence. */
export function aboutText(
  rule: Pick<Rule, "causes" | "assets" | "owners" | "severity" | "failures">,
): string {
  const all = Object.keys(CAUSES).length;
  const what =
    rule.causes.length === 0 || rule.causes.length === all
      ? "Anything that goes wrong"
      : sentence(rule.causes.map((cause) => CAUSES[cause]));
  const where = rule.assets ? ` of ${rule.assets}` : "";
  const whose = rule.owners.length > 0 ? ` that ${rule.owners.join(", ")} owns` : "";
  const how = rule.severity === "WARN" ? ", warnings too" : "";
  const often = rule.failures > 1 ? `, from ${plural(rule.failures, "failed tick")} in a row on` : "";
  return what + where + whose + how + often;
}

/** What a person fills in for a rule; one channel of each kind at most. */
export interface RuleForm {
  readonly name: string;
  readonly causes: readonly Cause[];
  readonly assets: string;
  readonly owners: readonly string[];
  readonly warnings: boolean;
  readonly failures: number;
  readonly tellResolved: boolean;
  readonly mostPerHour: number;
  readonly slackVariable: string;
  readonly webhookUrl: string;
  readonly secretVariable: string;
  readonly addresses: readonly string[];
  readonly toOwners: boolean;
}

/** A rule as a form shows it; a new one is about everything. */
export function toForm(rule: Rule | null): RuleForm {
  const channel = (kind: Channel["kind"]) => rule?.channels.find((each) => each.kind === kind);
  const webhook = channel("webhook");
  const email = channel("email");
  const causes = rule?.causes ?? [];
  return {
    name: rule?.name ?? "",
    causes: causes.length === 0 ? (Object.keys(CAUSES) as Cause[]) : causes,
    assets: rule?.assets ?? "",
    owners: rule?.owners ?? [],
    warnings: rule?.severity === "WARN",
    failures: rule?.failures ?? 1,
    tellResolved: rule?.tell_resolved ?? true,
    mostPerHour: rule?.most_per_hour ?? 30,
    slackVariable: channel("slack")?.url_env ?? "",
    webhookUrl: webhook?.url ?? "",
    secretVariable: webhook?.secret_env ?? "",
    addresses: email?.to ?? [],
    toOwners: email?.owners ?? false,
  };
}

/** What is asked of the server; channels that the form does not show stay as they are. */
export function toBody(form: RuleForm, before: Rule | null): Partial<RuleBody> {
  const channels: Channel[] = (before?.channels ?? []).filter((each) => !isShown(each, before));
  if (form.slackVariable.trim())
    channels.push({ kind: "slack", owners: false, url_env: form.slackVariable.trim() });
  if (form.webhookUrl.trim()) {
    channels.push({
      kind: "webhook",
      owners: false,
      url: form.webhookUrl.trim(),
      ...(form.secretVariable.trim() ? { secret_env: form.secretVariable.trim() } : {}),
    });
  }
  if (form.addresses.length > 0 || form.toOwners) {
    channels.push({ kind: "email", to: [...form.addresses], owners: form.toOwners });
  }
  return {
    channels,
    causes: form.causes.length === Object.keys(CAUSES).length ? null : [...form.causes],
    assets: form.assets.trim() || null,
    owners: [...form.owners],
    severity: form.warnings ? "WARN" : "ERROR",
    failures: form.failures,
    tell_resolved: form.tellResolved,
    most_per_hour: form.mostPerHour,
    enabled: before?.enabled ?? true,
  };
}

/** Whether the form shows a channel: the first of its kind, where it says no more than the form has fields for. */
function isShown(channel: Channel, rule: Rule | null): boolean {
  const first = rule?.channels.find((each) => each.kind === channel.kind);
  if (first !== channel) return false;
  if (channel.kind === "slack") return channel.url_env != null;
  return channel.kind === "email" || channel.url != null;
}

/** A rule as the server takes it, switched on or off. */
export function switched(rule: Rule, enabled: boolean): Partial<RuleBody> {
  return {
    channels: rule.channels,
    causes: rule.causes.length === 0 ? null : rule.causes,
    assets: rule.assets ?? null,
    owners: rule.owners,
    severity: rule.severity,
    failures: rule.failures,
    tell_resolved: rule.tell_resolved,
    most_per_hour: rule.most_per_hour,
    enabled,
  };
}

function sentence(words: readonly string[]): string {
  return words
    .map((word, place) => (place === 0 ? word : word.charAt(0).toLowerCase() + word.slice(1)))
    .join(", ");
}
