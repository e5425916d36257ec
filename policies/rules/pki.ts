import { z } from "zod";

import { everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource, Stack } from "../model/stack";
import { tls } from "../model/types";

const hoursPerYear = 8766;

const minRsaBits = 2048;

/** True for a dropped generation: unused, with a protected successor. The next rotation deletes it. */
function isRetired(certificate: Resource, stack: Stack): boolean {
  const authority = authorityOf(certificate);
  if (authority === undefined || stack.isUsed(certificate)) return false;
  return stack
    .ofType(tls.selfSignedCert)
    .some((other) => other !== certificate && other.protect && authorityOf(other) === authority);
}

/** Key of an authority that all of its generations share. */
function authorityOf(certificate: Resource): string | undefined {
  const subject = certificate.at("subject");
  const name = subject.at("commonName").string();
  return name === undefined
    ? undefined
    : JSON.stringify([name.replace(/-\d+$/, ""), subject.at("organization").string()]);
}

export const pkiRules: readonly Rule[] = [
  resourceRule({
    name: "ca-lifetime",
    levels: standard,
    types: [tls.selfSignedCert],
    requirement: "Certificate authorities are valid for one to ten years, plus a margin for renewal.",
    reason: "A shorter validity causes an unplanned outage, and a longer one outlives its algorithms.",
    fix: "Set validityPeriodHours between 8766 and 87660.",
    setting: "pki.authorityYears",
    check(certificate, report) {
      if (certificate.at("isCaCertificate").boolean() !== true) return;
      const hours = certificate.at("validityPeriodHours").number() ?? 0;
      if (hours < hoursPerYear) report(`The authority is valid for ${Math.round(hours / 24)} days.`);
      else if (hours > 10.5 * hoursPerYear)
        report(`The authority is valid for ${Math.round(hours / hoursPerYear)} years.`);
    },
  }),
  resourceRule({
    name: "certificate-lifetime",
    levels: standard,
    types: [tls.locallySignedCert, tls.selfSignedCert],
    requirement: "Client certificates are valid for at most a week, other certificates for at most 398 days.",
    reason: "Kubernetes cannot revoke a client certificate, so a stolen one stays valid until it expires.",
    fix: "Lower validityPeriodHours; pulumi up renews the certificate.",
    setting: "pki.adminHours",
    parameters: {
      maxClientHours: z.int().min(1).default(168).describe("Longest validity of client certificates in hours."),
      maxServerHours: z
        .int()
        .min(1)
        .default(9552)
        .describe("Longest validity of other certificates in hours; 9552 hours are 398 days."),
    },
    check(certificate, report, { maxClientHours, maxServerHours }) {
      if (certificate.at("isCaCertificate").boolean() === true) return;
      const hours = certificate.at("validityPeriodHours").number() ?? Infinity;
      const isClient = certificate.at("allowedUses").strings().includes("client_auth");
      const maxHours = isClient ? maxClientHours : maxServerHours;
      if (hours > maxHours) report(`The certificate is valid for ${hours} hours, more than ${maxHours}.`);
    },
  }),
  resourceRule({
    name: "certificate-renewal",
    levels: standard,
    types: [tls.locallySignedCert],
    requirement: "Signed certificates are renewed before they expire.",
    reason: "Without early renewal, clients are locked out from the expiry until the next pulumi up.",
    fix: "Set earlyRenewalHours to about a quarter of validityPeriodHours.",
    check(certificate, report) {
      const renewal = certificate.at("earlyRenewalHours").number() ?? 0;
      const validity = certificate.at("validityPeriodHours").number() ?? 0;
      if (renewal <= 0) report("earlyRenewalHours is missing.");
      else if (renewal >= validity) report(`earlyRenewalHours (${renewal}) covers the whole validity.`);
    },
  }),
  resourceRule({
    name: "key-strength",
    levels: everywhere,
    types: [tls.privateKey],
    requirement: "Private keys use ECDSA P256 or stronger, Ed25519, or RSA with at least 2048 bits.",
    reason: "Weaker keys can be broken, and recorded traffic decrypted later.",
    fix: 'Set algorithm: "ECDSA" with ecdsaCurve: "P256", or rsaBits: 3072.',
    check(key, report) {
      const algorithm = key.at("algorithm").string();
      if (algorithm === "RSA") {
        const bits = key.at("rsaBits").number() ?? minRsaBits;
        if (bits < minRsaBits) report(`The RSA key has ${bits} bits.`);
      } else if (algorithm === "ECDSA") {
        // The provider's default is P224.
        const curve = key.at("ecdsaCurve").string() ?? "P224";
        if (curve === "P224") report(`The ECDSA key uses the curve ${curve}.`);
      } else if (algorithm !== "ED25519") report(`The algorithm is ${algorithm ?? "missing"}.`);
    },
  }),
  relationRule({
    name: "ca-protected",
    levels: production,
    types: [tls.selfSignedCert],
    requirement: "Certificate authorities and their private keys are protected from deletion.",
    reason: "A deleted authority cannot be recreated: every certificate and kubeconfig becomes invalid.",
    fix: "Set protect: true on the key and the certificate.",
    setting: "protect",
    check(certificate, report, stack) {
      if (certificate.at("isCaCertificate").boolean() !== true || isRetired(certificate, stack)) return;
      const keys = stack.referencedBy(certificate, "privateKeyPem", tls.privateKey);
      for (const resource of [certificate, ...keys].filter(({ protect }) => !protect)) {
        report(`The ${resource === certificate ? "certificate" : "key"} of the authority is not protected.`, resource);
      }
    },
  }),
];
