import { tls } from "../../../policies/model/types";
import { on } from "../scene";
import type { Cases } from "../scene";

const { selfSignedCert, locallySignedCert, privateKey } = tls;
const authority = (validityPeriodHours: number) => on(selfSignedCert, { isCaCertificate: true, validityPeriodHours });
const leaf = (validityPeriodHours: number, use: string, earlyRenewalHours = 1) =>
  on(locallySignedCert, { validityPeriodHours, allowedUses: ["digital_signature", use], earlyRenewalHours });
const ofKey = { of: { privateKeyPem: ["PrivateKey"] } };
const generation = (name: string, protect: boolean) =>
  on(selfSignedCert, { isCaCertificate: true, subject: { commonName: name, organization: "prod" } }, { name, protect });
const issuedBy = (name: string) => on(locallySignedCert, {}, { of: { caCertPem: [name] } });

export const pkiCases: Cases = {
  "authority-lifetime": [
    { passes: [authority(87660)], fails: [authority(24)], says: /lives for 1 days.*setting: pki\.authorityYears/ },
    { passes: [on(selfSignedCert, { validityPeriodHours: 1 })], fails: [authority(876600)], says: /100 years/ },
  ],
  "certificate-lifetime": [
    { passes: [leaf(168, "client_auth")], fails: [leaf(8760, "client_auth")], says: /8760 hours; 168 are the most/ },
    {
      passes: [on(selfSignedCert, { validityPeriodHours: 8760, allowedUses: ["server_auth"] })],
      fails: [on(selfSignedCert, { validityPeriodHours: 87600, allowedUses: ["server_auth"] })],
      says: /9552 are the most/,
    },
  ],
  "certificates-renewed-early": [
    {
      passes: [leaf(168, "client_auth", 42)],
      fails: [leaf(168, "client_auth", 0)],
      says: /earlyRenewalHours is missing/,
    },
    { passes: [leaf(168, "server_auth", 42)], fails: [leaf(168, "server_auth", 168)], says: /its whole life/ },
  ],
  "key-strength": [
    {
      passes: [on(privateKey, { algorithm: "ECDSA", ecdsaCurve: "P256" })],
      fails: [on(privateKey, { algorithm: "ECDSA" })],
      says: /ECDSA key on P224/,
    },
    {
      passes: [on(privateKey, { algorithm: "RSA", rsaBits: 2048 })],
      fails: [on(privateKey, { algorithm: "RSA", rsaBits: 1024 })],
      says: /RSA key of 1024 bits/,
    },
    { passes: [on(privateKey, { algorithm: "ED25519" })], fails: [on(privateKey, {})], says: /algorithm is missing/ },
  ],
  "authority-keys-protected": [
    {
      passes: [
        on(selfSignedCert, { isCaCertificate: true }, { protect: true, ...ofKey }),
        on(privateKey, {}, { protect: true }),
      ],
      fails: [on(selfSignedCert, { isCaCertificate: true }, { protect: true, ...ofKey }), on(privateKey, {})],
      says: /authority's key is not protected/,
    },
    {
      passes: [on(selfSignedCert, {})],
      fails: [on(selfSignedCert, { isCaCertificate: true })],
      says: /authority's certificate is not protected/,
    },
    // A generation that a rotation has dropped goes with the next one; until then it is in use, or has no successor.
    {
      passes: [generation("ca", false), generation("ca-2", true)],
      fails: [generation("ca", false), generation("ca-2", false)],
      says: /authority's certificate is not protected/,
    },
    {
      passes: [generation("ca", true), generation("ca-2", true), issuedBy("ca")],
      fails: [generation("ca", false), generation("ca-2", true), issuedBy("ca")],
      says: /authority's certificate is not protected/,
    },
  ],
};
