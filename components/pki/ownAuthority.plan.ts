/** Checks of an organization's own authority: whether it can issue the certificates of a cluster. */

import "reflect-metadata"; // required by @peculiar/x509
import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
} from "@peculiar/x509";

import { isRoot, pemBlocks } from "./pem.plan";

export interface OwnAuthority {
  /** PEM: the issuing certificate, then its chain up to the root. */
  readonly certificate: string;
  /** PEM. Undefined: the key is unknown, and is not checked. */
  readonly key: string | undefined;
  /** Validity of the certificates that it issues, in hours. */
  readonly leafHours: number;
}

/** Problem of the certificate or of the key. The message reveals nothing about a key. */
export interface AuthorityProblem {
  readonly about: "certificate" | "key";
  readonly message: string;
}

/** The library declares it with types of the DOM. */
interface SignatureAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
}

interface Link {
  readonly x509: X509Certificate;
  readonly parsed: ParsedCertificate;
  /** `the issuing certificate`, or `certificate 2 (CN=…)`. */
  readonly name: string;
}

const hour = 3_600_000;
/** The extended key usage of an authority restricts all certificates below it. */
const purposes = { server_auth: ExtendedKeyUsage.serverAuth, client_auth: ExtendedKeyUsage.clientAuth };
const anyPurpose = "2.5.29.37.0";
/** Hashes that Kubernetes rejects, and the signature algorithm that the library does not know. */
const weakHashes: Readonly<Record<string, string>> = { "SHA-1": "SHA-1", "1.2.840.113549.1.1.4": "MD5" };

/** Problems of an authority; empty if it can be used. */
export function checkOwnAuthority(own: OwnAuthority, now: Date): readonly AuthorityProblem[] {
  const links: Link[] = [];
  for (const [index, { pem }] of pemBlocks(own.certificate).entries()) {
    const link = readLink(pem, index);
    if (link === undefined) return [{ about: "certificate", message: `certificate ${index + 1} is unreadable` }];
    links.push(link);
  }
  const [issuer] = links;
  if (issuer === undefined) return [{ about: "certificate", message: "contains no certificate" }];
  const certificateProblems = [
    ...links.flatMap((link, index) => linkProblems(link, index, own.leafHours, now)),
    ...chainProblems(links),
  ];
  const ofKey = own.key === undefined ? [] : keyProblems(own.key, issuer);
  return [
    ...certificateProblems.map((message) => ({ about: "certificate" as const, message })),
    ...ofKey.map((message) => ({ about: "key" as const, message })),
  ];
}

function readLink(pem: string, index: number): Link | undefined {
  try {
    const x509 = new X509Certificate(pem);
    const subject = x509.subject.replaceAll("\n", ", ");
    const name = index === 0 ? "the issuing certificate" : `certificate ${index + 1} (${subject})`;
    return { x509, parsed: new ParsedCertificate(x509.raw), name };
  } catch {
    return undefined;
  }
}

function linkProblems(link: Link, index: number, leafHours: number, now: Date): readonly string[] {
  const { x509, parsed, name } = link;
  const problems: string[] = [];
  const { ca = false, pathLength } = parsed.getExtension(BasicConstraintsExtension) ?? {};
  if (!ca) problems.push(`${name} is not an authority: its basic constraints lack CA:TRUE`);
  if (pathLength !== undefined && pathLength < index)
    problems.push(`${name} has path length ${pathLength}; it must be at least ${index}`);
  const usages = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0;
  if ((usages & KeyUsageFlags.keyCertSign) === 0)
    problems.push(`${name} cannot sign certificates: its key usage lacks keyCertSign`);
  const extended = parsed.getExtension(ExtendedKeyUsageExtension)?.usages;
  if (extended !== undefined && !extended.includes(anyPurpose)) {
    const missing = Object.entries(purposes).filter(([, oid]) => !extended.includes(oid));
    if (missing.length > 0)
      problems.push(`${name}: its extended key usage lacks ${missing.map(([purpose]) => purpose).join(" and ")}`);
  }
  problems.push(...algorithmProblems(link));
  const from = new Date(x509.validFrom);
  const until = new Date(x509.validTo);
  if (now < from) problems.push(`${name} is not valid before ${day(from)}`);
  if (now > until) problems.push(`${name} expired on ${day(until)}`);
  else if (until.getTime() - now.getTime() < leafHours * hour)
    problems.push(`${name} expires on ${day(until)}, before the certificates that it issues (leafHours: ${leafHours})`);
  return problems;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** kubeadm supports RSA and ECDSA keys only. */
function algorithmProblems({ x509, parsed, name }: Link): readonly string[] {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails = {} } = x509.publicKey;
  const { modulusLength = 0, namedCurve = "unknown" } = asymmetricKeyDetails;
  const { hash, name: algorithm } = parsed.signatureAlgorithm as unknown as SignatureAlgorithm;
  const weakHash = weakHashes[hash?.name ?? algorithm];
  const problems: string[] = [];
  if (type !== "rsa" && type !== "ec") problems.push(`${name} has a key of type ${type}; use RSA or ECDSA`);
  if (type === "rsa" && modulusLength < 2048)
    problems.push(`${name} has an RSA key of ${modulusLength} bits; use at least 2048`);
  if (type === "ec" && !["prime256v1", "secp384r1", "secp521r1"].includes(namedCurve))
    problems.push(`${name} has a key on ${namedCurve}; use P-256, P-384 or P-521`);
  if (weakHash !== undefined && !isRoot(x509))
    problems.push(`${name} is signed with ${weakHash}, which Kubernetes rejects`);
  return problems;
}

function chainProblems(links: readonly Link[]): readonly string[] {
  const problems = links.slice(1).flatMap(({ x509, name }, index) => {
    const below = links[index];
    if (below === undefined || (below.x509.checkIssued(x509) && below.x509.verify(x509.publicKey))) return [];
    return [`${name} did not issue ${below.name}; order the certificates from the issuing one to the root`];
  });
  const last = links.at(-1);
  if (problems.length > 0 || last === undefined || isRoot(last.x509)) return problems;
  return [`${last.name} was issued by ${last.x509.issuer.replaceAll("\n", ", ")}; append its chain, up to the root`];
}

function keyProblems(pem: string, { x509 }: Link): readonly string[] {
  if (/ENCRYPTED/.test(pem)) return ["is encrypted with a passphrase; remove it, because Pulumi encrypts the secret"];
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return ["is not a private key in PEM"];
  }
  return x509.checkPrivateKey(key) ? [] : ["is not the key of the issuing certificate"];
}
