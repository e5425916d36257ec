import { createHash } from "node:crypto";

import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  Extension,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
} from "@peculiar/asn1-x509";

/** Bits of the key usage extension, by the provider's names, which are those of Terraform's (RFC 5280, 4.2.1.3). */
const keyUsages: Readonly<Record<string, number>> = {
  digital_signature: 1 << 0,
  content_commitment: 1 << 1,
  key_encipherment: 1 << 2,
  data_encipherment: 1 << 3,
  key_agreement: 1 << 4,
  cert_signing: 1 << 5,
  crl_signing: 1 << 6,
  encipher_only: 1 << 7,
  decipher_only: 1 << 8,
};

/** Purposes of the extended key usage extension (RFC 5280, 4.2.1.12). */
const purposes: Readonly<Record<string, string>> = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
};

/** What the provider calls a use and a certificate has as a bit or a purpose. */
export const knowsUse = (use: string): boolean => keyUsages[use] !== undefined || purposes[use] !== undefined;

const fields = {
  country: "2.5.4.6",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
  locality: "2.5.4.7",
  province: "2.5.4.8",
  streetAddresses: "2.5.4.9",
  postalCode: "2.5.4.17",
  commonName: "2.5.4.3",
  serialNumber: "2.5.4.5",
} as const;

export type Subject = { readonly [Field in keyof typeof fields]?: string | readonly string[] | undefined };

/** A distinguished name with its parts in the order in which Go writes them. */
export function distinguishedName(subject: Subject): Name {
  const parts = (Object.keys(fields) as (keyof typeof fields)[]).flatMap((field) =>
    [subject[field] ?? []].flat().map((text) => {
      const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
      const value = new AttributeValue(printable ? { printableString: text } : { utf8String: text });
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type: fields[field], value })]);
    }),
  );
  return new Name(parts);
}

const extension = (extnID: string, critical: boolean, value: unknown): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

/** The names that a certificate is good for. */
export function alternativeNames(names: {
  readonly dnsNames?: readonly string[] | undefined;
  readonly ipAddresses?: readonly string[] | undefined;
  readonly uris?: readonly string[] | undefined;
}): Extension | undefined {
  const all = [
    ...(names.dnsNames ?? []).map((dNSName) => new GeneralName({ dNSName })),
    ...(names.ipAddresses ?? []).map((iPAddress) => new GeneralName({ iPAddress })),
    ...(names.uris ?? []).map((uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier })),
  ];
  return all.length === 0 ? undefined : extension(id_ce_subjectAltName, false, new SubjectAlternativeName(all));
}

/** Key usage and extended key usage. */
export function usageExtensions(uses: readonly string[]): Extension[] {
  const bits = uses.reduce((sum, use) => sum | (keyUsages[use] ?? 0), 0);
  const extended = uses.flatMap((use) => purposes[use] ?? []);
  return [
    ...(bits === 0 ? [] : [extension(id_ce_keyUsage, true, new KeyUsage(bits))]),
    ...(extended.length === 0 ? [] : [extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage(extended))]),
  ];
}

/** Whether the certificate signs others, and how long a chain below it may be. */
export const constraints = (cA: boolean, pathLenConstraint?: number): Extension =>
  extension(
    id_ce_basicConstraints,
    true,
    new BasicConstraints({ cA, ...(cA && pathLenConstraint !== undefined ? { pathLenConstraint } : {}) }),
  );

/** Identifier of a public key: SHA-1 of its bits (RFC 5280, 4.2.1.2, method 1). */
export const keyIdentifier = (publicKeyBits: ArrayBuffer): Buffer =>
  createHash("sha1").update(Buffer.from(publicKeyBits)).digest();

export const subjectKeyId = (id: Buffer): Extension =>
  extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(id));

export const authorityKeyId = (id: Buffer): Extension =>
  extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(id) }));

export { id_ce_subjectAltName as alternativeNamesOid, id_ce_subjectKeyIdentifier as subjectKeyIdOid };
