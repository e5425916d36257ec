import "reflect-metadata";

import { createPrivateKey, randomBytes, X509Certificate as NodeCertificate } from "node:crypto";

import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Extension, JsonGeneralName, JsonName, Name, PublicKeyType } from "@peculiar/x509";
import type { CertRequestArgs, LocallySignedCertArgs, SelfSignedCertArgs } from "@pulumi/tls";

import { hexadecimal } from "../core/identifiers";
import { resourceType } from "../core/resourceType";
import type { Created, Plain, Properties, Refuse } from "../core/resourceType";
import { readSigner } from "./keys";
import type { Signer } from "./keys";

/** Uses by the provider's names: bits of the key usage extension, or purposes of the extended one. */
const keyUsages: Readonly<Record<string, number>> = {
  digital_signature: KeyUsageFlags.digitalSignature,
  key_encipherment: KeyUsageFlags.keyEncipherment,
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
};
const purposes: Readonly<Record<string, ExtendedKeyUsage>> = {
  server_auth: ExtendedKeyUsage.serverAuth,
  client_auth: ExtendedKeyUsage.clientAuth,
};

function checkUses({ allowedUses }: { readonly allowedUses: readonly string[] }, refuse: Refuse): void {
  allowedUses.forEach((use, index) => {
    if (keyUsages[use] !== undefined || purposes[use] !== undefined) return;
    refuse(`allowedUses[${index}]`, "Invalid Attribute Value Match", `"${use}" is not a known key usage`);
  });
}

function usageExtensions(uses: readonly string[]): Extension[] {
  const bits: unknown = uses.reduce((sum, use) => sum | (keyUsages[use] ?? 0), 0);
  const extended = uses.flatMap((use) => purposes[use] ?? []);
  return [
    ...(bits === 0 ? [] : [new KeyUsagesExtension(bits as KeyUsageFlags, true)]),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
  ];
}

function distinguishedName({ organization, commonName }: Plain<CertRequestArgs>["subject"] & object): JsonName {
  const parts = Object.entries({ O: organization, CN: commonName });
  return parts.flatMap(([type, value]) => (value === undefined ? [] : [{ [type]: [value] }]));
}

/** Inputs that certificates and requests share with the same types. */
type Names = Pick<Plain<CertRequestArgs>, "dnsNames" | "ipAddresses" | "uris">;

function alternativeNames({ dnsNames = [], ipAddresses = [], uris = [] }: Names): Extension[] {
  const names = [
    ...dnsNames.map((value): JsonGeneralName => ({ type: "dns", value })),
    ...ipAddresses.map((value): JsonGeneralName => ({ type: "ip", value })),
    ...uris.map((value): JsonGeneralName => ({ type: "url", value })),
  ];
  return names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)];
}

interface Leaf {
  readonly subject: Name | JsonName;
  readonly issuer: Name | JsonName;
  readonly publicKey: PublicKeyType;
  readonly extensions: readonly Extension[];
  readonly hours: number;
}

/** Signs a certificate that is valid from now; returns the outputs of both certificate resources. */
async function issue({ keys, signingAlgorithm }: Signer, { hours, extensions, ...leaf }: Leaf): Promise<Created> {
  // Certificates count in whole seconds.
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + hours * 3_600_000);
  const serial = randomBytes(16);
  // Positive, and without a leading zero octet.
  serial[0] = (serial.readUInt8(0) & 0x3f) | 0x40;
  const serialNumber = serial.toString("hex");
  const certificate = await X509CertificateGenerator.create({
    ...leaf,
    serialNumber,
    notBefore,
    notAfter,
    signingAlgorithm,
    signingKey: keys.privateKey,
    extensions: [...extensions],
  });
  return {
    id: BigInt(`0x${serialNumber}`).toString(),
    outputs: {
      certPem: `${certificate.toString("pem")}\n`,
      readyForRenewal: false,
      validityStartTime: notBefore.toISOString(),
      validityEndTime: notAfter.toISOString(),
    },
  };
}

/** A certificate in its early renewal period is replaced by the next update. */
function outdated(outputs: Properties, now: Date): string | undefined {
  const end = new Date(String(outputs.validityEndTime)).getTime();
  return now.getTime() >= end - Number(outputs.earlyRenewalHours ?? 0) * 3_600_000 ? "readyForRenewal" : undefined;
}

/** Result for inputs that cannot be read: refused ones, and those that a preview does not know. */
const unreadable = (seed: string): Created => ({ id: hexadecimal(seed, 39), outputs: { readyForRenewal: false } });

const issuedOutputs = [
  "certPem",
  "readyForRenewal",
  "validityStartTime",
  "validityEndTime",
  "keyAlgorithm",
  "caKeyAlgorithm",
];

/** Result of an update, for example of the early renewal: the certificate stays the same. */
const unchanged = ({ id, ...outputs }: Properties): Created => ({
  id: String(id),
  outputs: Object.fromEntries(issuedOutputs.map((name) => [name, outputs[name]])),
});

async function selfSign(inputs: Plain<SelfSignedCertArgs>, seed: string): Promise<Created> {
  const signer = await readSigner(inputs.privateKeyPem ?? "").catch(() => undefined);
  if (signer === undefined) return unreadable(seed);
  const { publicKey } = signer.keys;
  const name = distinguishedName(inputs.subject ?? {});
  const authority = inputs.isCaCertificate === true;
  const identified = authority || inputs.setSubjectKeyId === true;
  const { id, outputs } = await issue(signer, {
    subject: name,
    issuer: name,
    publicKey,
    hours: inputs.validityPeriodHours,
    extensions: [
      ...usageExtensions(inputs.allowedUses),
      new BasicConstraintsExtension(authority, undefined, true),
      ...(identified ? [await SubjectKeyIdentifierExtension.create(publicKey)] : []),
      ...alternativeNames(inputs),
    ],
  });
  return { id, outputs: { ...outputs, keyAlgorithm: signer.algorithm } };
}

export const selfSignedCert = resourceType<SelfSignedCertArgs>({
  token: "tls:index/selfSignedCert:SelfSignedCert",
  replaceOn: [
    "allowedUses",
    "dnsNames",
    "ipAddresses",
    "isCaCertificate",
    "maxPathLength",
    "privateKeyPem",
    "setAuthorityKeyId",
    "setSubjectKeyId",
    "subject",
    "uris",
    "validityPeriodHours",
  ],
  outdated,
  check({ inputs, refuse }) {
    checkUses(inputs, refuse);
  },
  create: ({ inputs, seed, previous }) =>
    previous === undefined ? selfSign(inputs, seed) : unchanged(previous.outputs),
});

async function requestCertificate(inputs: Plain<CertRequestArgs>, seed: string): Promise<Created> {
  const signer = await readSigner(inputs.privateKeyPem ?? "").catch(() => undefined);
  if (signer === undefined) return unreadable(seed);
  const { keys, algorithm, signingAlgorithm } = signer;
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: distinguishedName(inputs.subject ?? {}),
    keys,
    signingAlgorithm,
    extensions: alternativeNames(inputs),
  });
  const certRequestPem = `${request.toString("pem")}\n`;
  return { id: hexadecimal(certRequestPem, 40), outputs: { certRequestPem, keyAlgorithm: algorithm } };
}

export const certRequest = resourceType<CertRequestArgs>({
  token: "tls:index/certRequest:CertRequest",
  replaceOn: ["dnsNames", "ipAddresses", "privateKeyPem", "subject", "uris"],
  create: ({ inputs, seed }) => requestCertificate(inputs, seed),
});

async function signLocally(inputs: Plain<LocallySignedCertArgs>, seed: string): Promise<Created> {
  const signer = await readSigner(inputs.caPrivateKeyPem ?? "").catch(() => undefined);
  if (signer === undefined || !/BEGIN/.test(inputs.certRequestPem) || !/BEGIN/.test(inputs.caCertPem)) {
    return unreadable(seed);
  }
  const request = new Pkcs10CertificateRequest(inputs.certRequestPem);
  const authority = new X509Certificate(inputs.caCertPem);
  const signs = inputs.isCaCertificate === true;
  const identified = signs || inputs.setSubjectKeyId === true;
  const authorityKeyId = authority.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  const { id, outputs } = await issue(signer, {
    subject: request.subjectName,
    issuer: authority.subjectName,
    publicKey: request.publicKey,
    hours: inputs.validityPeriodHours,
    extensions: [
      ...usageExtensions(inputs.allowedUses),
      new BasicConstraintsExtension(signs, undefined, true),
      ...(identified ? [await SubjectKeyIdentifierExtension.create(request.publicKey)] : []),
      ...(authorityKeyId === undefined ? [] : [new AuthorityKeyIdentifierExtension(authorityKeyId)]),
      ...request.extensions.filter((extension) => extension instanceof SubjectAlternativeNameExtension),
    ],
  });
  return { id, outputs: { ...outputs, caKeyAlgorithm: signer.algorithm } };
}

/** Refuses text that the reader rejects; returns what the reader returns. */
function parse<T>(refuse: Refuse, property: string, noun: string, reader: () => T): T | undefined {
  try {
    return reader();
  } catch (error) {
    refuse(property, `Failed to parse ${noun}`, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

export const locallySignedCert = resourceType<LocallySignedCertArgs>({
  token: "tls:index/locallySignedCert:LocallySignedCert",
  replaceOn: [
    "allowedUses",
    "caCertPem",
    "caPrivateKeyPem",
    "certRequestPem",
    "isCaCertificate",
    "maxPathLength",
    "setSubjectKeyId",
    "validityPeriodHours",
  ],
  outdated,
  check({ inputs, refuse }) {
    const { caCertPem, caPrivateKeyPem = "" } = inputs;
    checkUses(inputs, refuse);
    const authority = parse(refuse, "caCertPem", "CA certificate PEM", () => new NodeCertificate(caCertPem));
    const key = parse(refuse, "caPrivateKeyPem", "CA private key PEM", () => createPrivateKey(caPrivateKeyPem));
    if (authority === undefined || key === undefined || authority.checkPrivateKey(key)) return;
    const message = "x509: provided PrivateKey doesn't match parent's PublicKey";
    refuse("caPrivateKeyPem", "Failed to create certificate", message);
  },
  create: ({ inputs, seed, previous }) =>
    previous === undefined ? signLocally(inputs, seed) : unchanged(previous.outputs),
});
