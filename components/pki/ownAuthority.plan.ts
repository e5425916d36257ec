/** Whether an organisation's own authority can issue the certificates of a cluster. Pure. */

import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  KeyUsage,
  KeyUsageFlags,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
} from "@peculiar/asn1-x509";
import { isRoot, pemBlocks } from "./pem.plan";

export interface OwnAuthority {
  /** PEM: the issuing certificate, then its chain up to the root. */
  readonly certificate: string;
  /** PEM; undefined: it cannot be read here, and is not looked at. */
  readonly key: string | undefined;
  /** Life in hours of what it is to issue. */
  readonly leafHours: number;
}

/** What is wrong, and with which of both. No message holds anything of a key. */
export interface AuthorityProblem {
  readonly about: "certificate" | "key";
  readonly message: string;
}

interface Link {
  readonly x509: X509Certificate;
  readonly extension: <T>(id: string, type: new () => T) => T | undefined;
  /** `the issuing certificate`, `certificate 2 (CN=…)`. */
  readonly name: string;
}

const hour = 3_600_000;
/** Purposes that a chain must let its leaves have: an extended key usage of an authority binds all below it. */
const purposes = { server_auth: "1.3.6.1.5.5.7.3.1", client_auth: "1.3.6.1.5.5.7.3.2", any: "2.5.29.37.0" };
const weakHashes = /^(md5|sha1)/i;
const hashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.4": "md5",
  "1.2.840.113549.1.1.5": "sha1",
  "1.2.840.10045.4.1": "sha1",
};

/** Everything that stands against an authority; nothing: it will do. */
export function ownAuthorityProblems(own: OwnAuthority, now: Date): readonly AuthorityProblem[] {
  const links: Link[] = [];
  for (const [index, { pem }] of pemBlocks(own.certificate).entries()) {
    const link = readLink(pem, index);
    if (link === undefined) return [{ about: "certificate", message: `certificate ${index + 1} cannot be read` }];
    links.push(link);
  }
  const [issuer] = links;
  if (issuer === undefined) return [{ about: "certificate", message: "holds no certificate" }];
  return [
    ...[...links.flatMap((link, index) => linkProblems(link, index, own.leafHours, now)), ...chainProblems(links)].map(
      (message): AuthorityProblem => ({ about: "certificate", message }),
    ),
    ...(own.key === undefined ? [] : keyProblems(own.key, issuer)).map((message): AuthorityProblem => ({
      about: "key",
      message,
    })),
  ];
}

function readLink(pem: string, index: number): Link | undefined {
  try {
    const x509 = new X509Certificate(pem);
    const { tbsCertificate } = AsnConvert.parse(x509.raw, Certificate);
    return {
      x509,
      extension: (id, type) => {
        const found = tbsCertificate.extensions?.find(({ extnID }) => extnID === id);
        return found && AsnConvert.parse(found.extnValue.buffer, type);
      },
      name:
        index === 0 ? "the issuing certificate" : `certificate ${index + 1} (${x509.subject.replaceAll("\n", ", ")})`,
    };
  } catch {
    return undefined;
  }
}

function linkProblems(link: Link, index: number, leafHours: number, now: Date): readonly string[] {
  const { x509, extension, name } = link;
  const problems: string[] = [];
  const constraints = extension(id_ce_basicConstraints, BasicConstraints);
  if (constraints?.cA !== true) problems.push(`${name} is no authority's: its basic constraints lack CA:TRUE`);
  const longest = constraints?.pathLenConstraint;
  if (longest !== undefined && longest < index)
    problems.push(`${name} allows ${longest} authorities below it, and ${index} follow: its path length is too short`);
  const usage = extension(id_ce_keyUsage, KeyUsage);
  if (usage === undefined || (usage.toNumber() & KeyUsageFlags.keyCertSign) === 0)
    problems.push(`${name} may not sign certificates: its key usage lacks keyCertSign`);
  const extended = extension(id_ce_extKeyUsage, ExtendedKeyUsage);
  if (extended !== undefined && !extended.includes(purposes.any)) {
    const lacking = (["server_auth", "client_auth"] as const).filter(
      (purpose) => !extended.includes(purposes[purpose]),
    );
    if (lacking.length > 0) problems.push(`${name} is not for ${lacking.join(" and ")}, by its extended key usage`);
  }
  problems.push(...algorithmProblems(link));
  const from = new Date(x509.validFrom);
  const until = new Date(x509.validTo);
  if (now < from) problems.push(`${name} is valid only from ${day(from)}`);
  if (now > until) problems.push(`${name} ended on ${day(until)}`);
  else if (until.getTime() - now.getTime() < leafHours * hour)
    problems.push(`${name} ends on ${day(until)}, before what it would issue now (leafHours: ${leafHours})`);
  return problems;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** kubeadm issues from RSA and ECDSA keys alone. */
function algorithmProblems({ x509, name }: Link): readonly string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = x509.publicKey;
  const { signatureAlgorithm } = AsnConvert.parse(x509.raw, Certificate);
  const hash = hashes[signatureAlgorithm.algorithm] ?? "";
  return [
    ...(type === "rsa" || type === "ec"
      ? []
      : [`${name} has a key of type ${String(type)}; kubeadm takes RSA and ECDSA`]),
    ...(type === "rsa" && (details?.modulusLength ?? 0) < 2048
      ? [`${name} has an RSA key of ${details?.modulusLength ?? 0} bits; 2048 are the least`]
      : []),
    ...(type === "ec" && !["prime256v1", "secp384r1", "secp521r1"].includes(details?.namedCurve ?? "")
      ? [`${name} has a key on ${details?.namedCurve ?? "an unknown curve"}; take P-256, P-384 or P-521`]
      : []),
    ...(weakHashes.test(hash) && !isRoot(x509) ? [`${name} is signed with ${hash}, which Kubernetes refuses`] : []),
  ];
}

function chainProblems(links: readonly Link[]): readonly string[] {
  const problems = links.slice(1).flatMap(({ x509, name }, index) => {
    const below = links[index];
    if (below === undefined || (below.x509.checkIssued(x509) && below.x509.verify(x509.publicKey))) return [];
    return [`${name} has not issued ${below.name}: write each certificate after the one that it has issued`];
  });
  const last = links.at(-1);
  if (problems.length > 0 || last === undefined || isRoot(last.x509)) return problems;
  return [`${last.name} was issued by ${last.x509.issuer.replaceAll("\n", ", ")}: append its chain, up to the root`];
}

function keyProblems(pem: string, { x509 }: Link): readonly string[] {
  if (/ENCRYPTED/.test(pem)) return ["is encrypted with a passphrase; Pulumi encrypts it, write it without"];
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return ["is no private key in PEM"];
  }
  return x509.checkPrivateKey(key) ? [] : ["is not the key of the issuing certificate"];
}
