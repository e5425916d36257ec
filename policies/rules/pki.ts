import { z } from "zod";

import { everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Resource, Stack } from "../model/stack";
import { tls } from "../model/types";

const hoursAYear = 8766;

const authorityLifetime = resourceRule({
  name: "authority-lifetime",
  levels: standard,
  types: [tls.selfSignedCert],
  what: "A certificate authority lives at least one year and at most ten (a little more, for its renewal).",
  why: "A short one takes the cluster down on a day that nobody has in the calendar; a very long one outlives its algorithms.",
  fix: "Set validityPeriodHours to between 8766 and 87660 hours.",
  setting: "pki.authorityYears",
  check(certificate, report) {
    if (certificate.at("isCaCertificate").flag() !== true) return;
    const hours = certificate.at("validityPeriodHours").number() ?? 0;
    if (hours < hoursAYear) report(`The authority lives for ${Math.round(hours / 24)} days.`);
    else if (hours > 10.5 * hoursAYear) report(`The authority lives for ${Math.round(hours / hoursAYear)} years.`);
  },
});

const leafLifetime = resourceRule({
  name: "certificate-lifetime",
  levels: standard,
  types: [tls.locallySignedCert, tls.selfSignedCert],
  what: "Certificates live at most a year, and those of people or programs that log in a week.",
  why: "Kubernetes cannot revoke a client certificate: a stolen one is good until it expires.",
  fix: "Set validityPeriodHours lower; pulumi up renews it.",
  setting: "pki.adminHours",
  parameters: {
    clientHours: z.int().min(1).default(168).describe("Longest life of a client certificate in hours."),
    serverHours: z.int().min(1).default(9552).describe("Longest life of any other certificate in hours: 398 days."),
  },
  check(certificate, report, { clientHours, serverHours }) {
    const isAuthority = certificate.at("isCaCertificate").flag() === true;
    if (isAuthority) return;
    const hours = certificate.at("validityPeriodHours").number() ?? Infinity;
    const isClient = certificate.at("allowedUses").texts().includes("client_auth");
    const most = isClient ? clientHours : serverHours;
    if (hours > most) report(`The certificate lives for ${hours} hours; ${most} are the most.`);
  },
});

const renewedEarly = resourceRule({
  name: "certificates-renewed-early",
  levels: standard,
  types: [tls.locallySignedCert],
  what: "A signed certificate is renewed before it expires.",
  why: "Without it, the first pulumi up after the expiry makes a new one, and until then whoever uses it is locked out.",
  fix: "Set earlyRenewalHours to about a quarter of validityPeriodHours.",
  check(certificate, report) {
    const early = certificate.at("earlyRenewalHours").number() ?? 0;
    const life = certificate.at("validityPeriodHours").number() ?? 0;
    if (early <= 0) report("earlyRenewalHours is missing.");
    else if (early >= life) report(`earlyRenewalHours (${early}) is its whole life.`);
  },
});

const weakCurves = ["P224"];
const leastRsaBits = 2048;

const keyStrength = resourceRule({
  name: "key-strength",
  levels: everywhere,
  types: [tls.privateKey],
  what: "Keys are ECDSA of P256 or more, Ed25519, or RSA of 2048 bits or more.",
  why: "Weaker keys can be broken by those with enough machines, and recorded traffic with them later.",
  fix: 'Set algorithm: "ECDSA" with ecdsaCurve: "P256", or rsaBits: 3072.',
  check(key, report) {
    const algorithm = key.at("algorithm").text();
    if (algorithm === "RSA") {
      const bits = key.at("rsaBits").number() ?? leastRsaBits;
      if (bits < leastRsaBits) report(`An RSA key of ${bits} bits.`);
    } else if (algorithm === "ECDSA") {
      // The provider's default is P224.
      const curve = key.at("ecdsaCurve").text() ?? "P224";
      if (weakCurves.includes(curve)) report(`An ECDSA key on ${curve}.`);
    } else if (algorithm !== "ED25519") report(`The algorithm is ${algorithm ?? "missing"}.`);
  },
});

/** What a rotation has dropped: used by nothing, beside a successor that is protected. The next rotation deletes it. */
function isRetired(certificate: Resource, stack: Stack): boolean {
  const line = lineOf(certificate);
  if (line === undefined || stack.isUsed(certificate)) return false;
  return stack
    .ofType(tls.selfSignedCert)
    .some((other) => other !== certificate && other.protect && lineOf(other) === line);
}

/** What the generations of one authority have in common: their names but for the number, and whose they are. */
function lineOf(certificate: Resource): string | undefined {
  const subject = certificate.at("subject");
  const name = subject.at("commonName").text();
  return name === undefined
    ? undefined
    : JSON.stringify([name.replace(/-\d+$/, ""), subject.at("organization").text()]);
}

const authorityKeysProtected = relationRule({
  name: "authority-keys-protected",
  levels: production,
  types: [tls.selfSignedCert],
  what: "An authority and its key are protected from deletion.",
  why: "A deleted authority cannot be made again: every certificate of the cluster and every kubeconfig is void.",
  fix: "Set protect: true on the key and the certificate.",
  setting: "protect",
  check(certificate, report, stack) {
    if (certificate.at("isCaCertificate").flag() !== true || isRetired(certificate, stack)) return;
    const keys = stack.referredBy(certificate, "privateKeyPem", tls.privateKey);
    const loose = [certificate, ...keys].filter(({ protect }) => !protect);
    for (const resource of loose) {
      report(`The authority's ${resource === certificate ? "certificate" : "key"} is not protected.`, resource);
    }
  },
});

export const pkiRules = [authorityLifetime, leafLifetime, renewedEarly, keyStrength, authorityKeysProtected];
