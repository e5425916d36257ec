import { tls } from "../../../policies/model/types";
import { resource } from "../fixtures";
import type { Cases } from "../fixtures";

const { selfSignedCert, locallySignedCert, privateKey } = tls;
const authority = (validityPeriodHours: number) =>
  resource(selfSignedCert, { isCaCertificate: true, validityPeriodHours });
const leaf = (validityPeriodHours: number, use: string, earlyRenewalHours = 1) =>
  resource(locallySignedCert, { validityPeriodHours, allowedUses: ["digital_signature", use], earlyRenewalHours });
const ofKey = { of: { privateKeyPem: ["PrivateKey"] } };
const generation = (name: string, protect: boolean) =>
  resource(
    selfSignedCert,
    { isCaCertificate: true, subject: { commonName: name, organization: "prod" } },
    { name, protect },
  );
const issuedBy = (name: string) => resource(locallySignedCert, {}, { of: { caCertPem: [name] } });

export const pkiCases: Cases = {
  "ca-lifetime": [
    [authority(87660), authority(24), /valid for 1 days.*setting: pki\.authorityYears/],
    [resource(selfSignedCert, { validityPeriodHours: 1 }), authority(876600), /100 years/],
  ],
  "certificate-lifetime": [
    [leaf(168, "client_auth"), leaf(8760, "client_auth"), /8760 hours, more than 168/],
    [
      resource(selfSignedCert, { validityPeriodHours: 8760, allowedUses: ["server_auth"] }),
      resource(selfSignedCert, { validityPeriodHours: 87600, allowedUses: ["server_auth"] }),
      /more than 9552/,
    ],
  ],
  "certificate-renewal": [
    [leaf(168, "client_auth", 42), leaf(168, "client_auth", 0), /earlyRenewalHours is missing/],
    [leaf(168, "server_auth", 42), leaf(168, "server_auth", 168), /the whole validity/],
  ],
  "key-strength": [
    [
      resource(privateKey, { algorithm: "ECDSA", ecdsaCurve: "P256" }),
      resource(privateKey, { algorithm: "ECDSA" }),
      /ECDSA key uses the curve P224/,
    ],
    [
      resource(privateKey, { algorithm: "RSA", rsaBits: 2048 }),
      resource(privateKey, { algorithm: "RSA", rsaBits: 1024 }),
      /RSA key has 1024 bits/,
    ],
    [resource(privateKey, { algorithm: "ED25519" }), resource(privateKey), /algorithm is missing/],
  ],
  "ca-protected": [
    [
      [
        resource(selfSignedCert, { isCaCertificate: true }, { protect: true, ...ofKey }),
        resource(privateKey, {}, { protect: true }),
      ],
      [resource(selfSignedCert, { isCaCertificate: true }, { protect: true, ...ofKey }), resource(privateKey)],
      /key of the authority is not protected/,
    ],
    [
      resource(selfSignedCert),
      resource(selfSignedCert, { isCaCertificate: true }),
      /certificate of the authority is not protected/,
    ],
    // A dropped generation needs no protection once it is unused and has a protected successor.
    [
      [generation("ca", false), generation("ca-2", true)],
      [generation("ca", false), generation("ca-2", false)],
      /certificate of the authority is not protected/,
    ],
    [
      [generation("ca", true), generation("ca-2", true), issuedBy("ca")],
      [generation("ca", false), generation("ca-2", true), issuedBy("ca")],
      /certificate of the authority is not protected/,
    ],
  ],
};
