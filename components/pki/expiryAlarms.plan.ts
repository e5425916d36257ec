/** Which figures of certificates need a person. What each means, and what to do, is in docs/pki.md under its name. */

import type { PkiSpec } from "../clusterSpec";

export interface PkiAlarm {
  /** Last part of its name, `<cluster>-pki-<name>`. */
  readonly name: string;
  /** One sentence for whoever gets the mail. */
  readonly description: string;
  /** What every machine publishes once an hour. */
  readonly metric: "CertificateDaysLeft" | "AuthorityDaysLeft" | "AuthoritiesRefused";
  /** The lowest that any machine says is too low, or the highest too high. */
  readonly breaches: "below" | "above";
  readonly threshold: number;
  /** So many hours in a row have to breach. */
  readonly hours: number;
  readonly silence: "breaching" | "notBreaching";
}

/** kubelet renews when 30 to 10 % of a certificate's life is left, the rest of a machine when a third is: less is a failure. */
const lateShare = 0.08;

/** Rotating an authority takes days of a person's attention; half a year leaves room to plan it, a tenth of a short life less. */
const authorityNoticeDays = 180;
const daysPerYear = 365;

/** Alarms on certificates. */
export function pkiAlarms(spec: PkiSpec): readonly PkiAlarm[] {
  return [
    {
      name: "certificate-expiring",
      description:
        "pki: a certificate was not renewed in time, or no machine says how long its certificates are good for",
      metric: "CertificateDaysLeft",
      breaches: "below",
      threshold: Math.round((spec.leafHours / 24) * lateShare * 10) / 10,
      hours: 3,
      silence: "breaching",
    },
    {
      name: "authority-expiring",
      description: "pki: an authority comes to its end, and has to be rotated by a person",
      metric: "AuthorityDaysLeft",
      breaches: "below",
      threshold: Math.min(authorityNoticeDays, Math.round(spec.authorityYears * daysPerYear * 0.25)),
      hours: 3,
      silence: "notBreaching",
    },
    {
      name: "order-refused",
      description: "pki: a machine refuses the stage that the settings order, and keeps the authorities that it has",
      metric: "AuthoritiesRefused",
      breaches: "above",
      threshold: 0,
      hours: 1,
      silence: "notBreaching",
    },
  ];
}
