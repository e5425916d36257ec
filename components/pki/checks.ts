import { X509Certificate } from "node:crypto";
import type { AuthoritySpec, ClusterSpec, PkiSpec } from "../clusterSpec";
import { ownAuthorityProblems } from "./ownAuthority.plan";
import { issuingCertificate } from "./pem.plan";
import { keptGenerations } from "./rotation.plan";
import type { Rotation } from "./rotation.plan";
import type { Finding, SettingPath } from "../settings/problems";
import { authorityKeysPath } from "../settings/problems";

/** Certificates, authorities and their rotation. */

const hoursPerYear = 8760;

export function* checkPki({ pki }: ClusterSpec): Iterable<Finding> {
  for (const name of ["adminHours", "leafHours"] as const) {
    if (pki[name] < pki.authorityYears * hoursPerYear) continue;
    // A year of leaves is the default, and an authority of a year is short by itself.
    if (name === "leafHours" && pki.leafHours === hoursPerYear && pki.authorityYears > 1) continue;
    yield {
      path: ["pki", name],
      found: pki[name],
      message: `is as long as the authority's life (${pki.authorityYears} year); write less than ${pki.authorityYears * hoursPerYear}`,
      involves: [["pki", "authorityYears"]],
    };
  }
  yield* checkRotation(["pki", "serviceAccountKey"], pki.serviceAccountKey);
  for (const [name, authority] of authoritiesOf(pki)) {
    const path: SettingPath = ["pki", "authorities", name];
    yield* checkRotation(path, authority);
    yield* checkGenerations(path, authority);
  }
  yield* checkShared(pki);
}

type AuthorityName = keyof PkiSpec["authorities"];

function authoritiesOf(pki: PkiSpec): readonly (readonly [AuthorityName, AuthoritySpec])[] {
  return Object.entries(pki.authorities) as [AuthorityName, AuthoritySpec][];
}

function* checkRotation(path: SettingPath, { generation, stage }: Rotation): Iterable<Finding> {
  if (generation > 1 || stage === "drop") return;
  yield {
    path: [...path, "stage"],
    found: stage,
    message: "goes with a second generation; write generation: 2 to begin a rotation, or leave the stage out",
    involves: [[...path, "generation"]],
  };
}

function* checkGenerations(path: SettingPath, authority: AuthoritySpec): Iterable<Finding> {
  const kept = keptGenerations(authority).map(({ generation }) => String(generation));
  for (const generation of Object.keys(authority.own)) {
    if (kept.includes(generation)) continue;
    yield {
      path: [...path, "own", generation],
      found: generation,
      message: `is of no generation in use (${kept.join(", ")}); write it when its rotation begins, and take it out when the next one does`,
      involves: [[...path, "generation"]],
    };
  }
}

/** One certificate for two purposes would let a client of the one be a client of the other. */
function* checkShared(pki: PkiSpec): Iterable<Finding> {
  const seen = new Map<string, string>();
  for (const [name, { own }] of authoritiesOf(pki)) {
    for (const [generation, pem] of Object.entries(own)) {
      const issuer = issuingCertificate(pem);
      const other = seen.get(issuer);
      seen.set(issuer, `${name} ${generation}`);
      if (other === undefined) continue;
      yield {
        path: ["pki", "authorities", name, "own", generation],
        found: pem,
        message: `is the certificate of ${other} as well; each authority and each generation needs one of its own`,
      };
    }
  }
}

/**
 * An organisation's own authorities and their keys, which are no part of the specification. A key that is still encrypted is not
 * looked at. Nothing that is returned holds any of a key.
 */
export function* checkOwnAuthorities(pki: PkiSpec, keys: unknown, now: Date): Iterable<Finding> {
  if (keys !== undefined && (typeof keys !== "object" || keys === null || Array.isArray(keys))) {
    yield { path: [authorityKeysPath], found: secret, message: "must be a mapping of names to keys" };
    return;
  }
  const given = (keys ?? {}) as Readonly<Record<string, unknown>>;
  const wanted = new Set<string>();
  for (const [name, authority] of authoritiesOf(pki)) {
    for (const { generation } of keptGenerations(authority)) {
      const certificate = authority.own[String(generation)];
      if (certificate === undefined) continue;
      const keyName = `${name}-${generation}`;
      wanted.add(keyName);
      const key = given[keyName];
      const keyPath: SettingPath = [authorityKeysPath, keyName];
      if (typeof key !== "string" && !isEncrypted(key)) {
        const message = `is missing; pulumi config set --secret --path '${authorityKeysPath}.${keyName}' < ca.key`;
        yield { path: keyPath, found: undefined, message };
      }
      const own = { certificate, key: typeof key === "string" ? key : undefined, leafHours: pki.leafHours };
      for (const { about, message } of ownAuthorityProblems(own, now)) {
        yield about === "key"
          ? { path: keyPath, found: secret, message }
          : { path: ["pki", "authorities", name, "own", String(generation)], found: subjectOf(certificate), message };
      }
    }
  }
  for (const name of Object.keys(given).filter((each) => !wanted.has(each))) {
    yield {
      path: [authorityKeysPath, name],
      found: secret,
      message: "is the key of no authority of yours in use; names are <authority>-<generation>, such as kubernetes-1",
    };
  }
}

/** Stands for what must not be shown. */
const secret = "[secret]";

/** As a stack file holds it before the CLI has decrypted it. */
export function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function subjectOf(pem: string): string {
  try {
    return new X509Certificate(issuingCertificate(pem)).subject.replaceAll("\n", ", ");
  } catch {
    return "no certificate";
  }
}
