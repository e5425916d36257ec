/** A person's key and the request for a certificate that says who holds it. Pure but for the key's randomness. */

import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";

import { CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";

const commonName = "2.5.4.3";
const organization = "2.5.4.10";
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";

/** Both in PEM. */
export interface KeyAndRequest {
  readonly key: string;
  readonly request: string;
}

/** Kubernetes reads the user's name out of the common name, and groups out of organizations. */
function subject(username: string, groups: readonly string[]): Name {
  const part = (type: string, utf8String: string): RelativeDistinguishedName =>
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) })]);
  return new Name([...groups.map((group) => part(organization, group)), part(commonName, username)]);
}

/** A new ECDSA key on P-256, and its request. */
export function requestCertificate(username: string, groups: readonly string[]): KeyAndRequest {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicDer = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const info = new CertificationRequestInfo({
    subject: subject(username, groups),
    subjectPKInfo: AsnConvert.parse(publicDer, SubjectPublicKeyInfo),
  });
  const signature = sign("sha256", Buffer.from(AsnConvert.serialize(info)), privateKey);
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 }),
    signature: Uint8Array.from(signature).buffer,
  });
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    request: pem("CERTIFICATE REQUEST", AsnConvert.serialize(request)),
  };
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
