/** Checks of remaining certificate lifetimes. Pure. */
import type { CertificateFact, Facts } from "./facts";
import { type Check, checksOf, inArea, orSummary } from "./result";

const { area, failed, warning } = inArea("certificates");
const hour = 3_600_000;
const day = 24 * hour;

/**
 * Remaining lifetimes in ms. Nodes renew leaves long before (kubelet at a fifth of the lifetime, the members' timers earlier),
 * so that few remaining days mean a broken renewal. People renew authorities, which takes weeks. `pulumi up` renews the
 * administrator's certificate in the last quarter of its lifetime.
 */
const limits: Readonly<Record<CertificateFact["kind"], { readonly warning: number; readonly failed: number }>> = {
  authority: { warning: 180 * day, failed: 30 * day },
  leaf: { warning: 30 * day, failed: 7 * day },
  administrator: { warning: 24 * hour, failed: 0 },
};

export function checkCertificates({ certificates, now }: Facts): readonly Check[] {
  const checks = certificates.flatMap((answer) =>
    checksOf(area, area, answer, (all) => all.flatMap((certificate) => checkCertificate(certificate, now))),
  );
  const all = certificates.flatMap((answer) => (answer.known ? answer.value : []));
  const first = all.toSorted((one, other) => one.until.getTime() - other.until.getTime())[0];
  const next = first ? `; next to expire: ${first.name}, in ${formatRemaining(first, now)}` : "";
  return orSummary(area, checks, `${all.length} checked${next}`);
}

function checkCertificate(certificate: CertificateFact, now: Date): readonly Check[] {
  const { name, kind, from, until } = certificate;
  const remaining = until.getTime() - now.getTime();
  if (remaining <= 0) return [failed(name, `expired ${until.toISOString()}`)];
  if (from.getTime() > now.getTime()) return [failed(name, `is not valid before ${from.toISOString()}`)];
  // A short-lived certificate never reaches the absolute limits: a tenth of its lifetime is the limit then.
  const lifetime = until.getTime() - from.getTime();
  const limit = (verdict: "warning" | "failed"): number => Math.min(limits[kind][verdict], lifetime / 10);
  const message = `expires in ${formatRemaining(certificate, now)}`;
  if (remaining <= limit("failed")) return [failed(name, message)];
  return remaining > limit("warning") ? [] : [warning(name, message)];
}

function formatRemaining({ until }: CertificateFact, now: Date): string {
  const remaining = until.getTime() - now.getTime();
  if (remaining < 2 * day) return `${Math.floor(remaining / hour)} hours`;
  return `${Math.floor(remaining / day)} days`;
}
