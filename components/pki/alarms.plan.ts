import type { PlannedAlarm } from "../alarms/metricAlarm";
import type { PkiSpec } from "./settings";

/** kubelet renews a certificate when 30 to 10 % of its life is left, the other components when a third is left. */
const overdueShare = 0.08;

/** Days before expiry at which the alarm of an authority starts, at most a quarter of its lifetime: a rotation takes days. */
const authorityNoticeDays = 180;
const daysPerYear = 365;

/** Machines publish these metrics once an hour. */
const period = 3600;

/** Alarms on certificates and authorities; docs/pki.md explains each under its name. */
export function pkiAlarms(spec: PkiSpec): readonly PlannedAlarm[] {
  return [
    {
      name: "certificate-expiring",
      description: "pki: a certificate was not renewed in time, or no machine reports the lifetime of its certificates",
      metric: "CertificateDaysLeft",
      breaches: "below",
      threshold: Math.round((spec.leafHours / 24) * overdueShare * 10) / 10,
      period,
      periods: 3,
      missingData: "breaching",
    },
    {
      name: "authority-expiring",
      description: "pki: a certificate authority is about to expire and must be rotated",
      metric: "AuthorityDaysLeft",
      breaches: "below",
      threshold: Math.min(authorityNoticeDays, Math.round(spec.authorityYears * daysPerYear * 0.25)),
      period,
      periods: 3,
      missingData: "notBreaching",
    },
    {
      name: "order-refused",
      description: "pki: a machine refuses the rotation stage in the settings and keeps its current authorities",
      metric: "AuthoritiesRefused",
      breaches: "above",
      threshold: 0,
      period,
      periods: 1,
      missingData: "notBreaching",
    },
  ];
}
