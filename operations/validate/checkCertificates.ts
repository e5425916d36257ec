/** How long certificates are still good. Pure. */

import type { CertificateFact, Facts } from "./facts";
import { checksOf, orSummary } from "./result";
import type { Check } from "./result";

const area = "certificates";
const hour = 3_600_000;
const day = 24 * hour;

/**
 * What is left when somebody should look, and when it is too late for comfort. Leaves are issued anew long before (kubelet at
 * a fifth of their life, the members' timers earlier), so one with days left means that this does not work. Authorities
 * are people's to renew, and that takes weeks. The administrator's is renewed by `pulumi up` in its last quarter.
 */
const limits: Readonly<Record<CertificateFact["kind"], { readonly warning: number; readonly failed: number }>> = {
  authority: { warning: 180 * day, failed: 30 * day },
  leaf: { warning: 30 * day, failed: 7 * day },
  administrator: { warning: 24 * hour, failed: 0 },
};

export function checkCertificates({ certificates, now }: Facts): readonly Check[] {
  const wrong = certificates.flatMap((answer) =>
    checksOf(area, area, answer, (all) => all.flatMap((certificate) => judgeCertificate(certificate, now))),
  );
  const all = certificates.flatMap((answer) => (answer.known ? answer.value : []));
  const first = all.toSorted((one, other) => one.until.getTime() - other.until.getTime())[0];
  const soonest = first ? `; the first to expire is ${first.name}, in ${left(first, now)}` : "";
  return orSummary(area, wrong, `${all.length} looked at${soonest}`);
}

function judgeCertificate(certificate: CertificateFact, now: Date): readonly Check[] {
  const { name: subject, kind, from, until } = certificate;
  const remaining = until.getTime() - now.getTime();
  const { warning, failed } = limits[kind];
  if (remaining <= 0) {
    return [{ area, verdict: "failed", subject, message: `expired ${until.toISOString()}` }];
  }
  if (from.getTime() > now.getTime()) {
    return [{ area, verdict: "failed", subject, message: `is good only from ${from.toISOString()} on` }];
  }
  // One that was issued for a short life has not got more.
  const life = until.getTime() - from.getTime();
  const shortened = (limit: number): number => Math.min(limit, life / 10);
  if (remaining <= shortened(failed)) {
    return [{ area, verdict: "failed", subject, message: `expires in ${left(certificate, now)}` }];
  }
  if (remaining > shortened(warning)) return [];
  return [{ area, verdict: "warning", subject, message: `expires in ${left(certificate, now)}` }];
}

function left({ until }: CertificateFact, now: Date): string {
  const remaining = until.getTime() - now.getTime();
  if (remaining < 2 * day) return `${Math.floor(remaining / hour)} hours`;
  return `${Math.floor(remaining / day)} days`;
}
