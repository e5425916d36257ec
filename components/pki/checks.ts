import { X509Certificate } from "node:crypto";
import type { ClusterSpec } from "../clusterSpec";
import { isEncrypted } from "../settings/encrypted";
import type { Finding, SettingPath } from "../settings/problems";
import { authorityKeysPath, finding } from "../settings/problems";
import { checkOwnAuthority } from "./ownAuthority.plan";
import { issuingCertificate } from "./pem.plan";
import type { Rotation } from "./rotation.plan";
import { keptGenerations } from "./rotation.plan";
import type { AuthorityName, AuthoritySpec, PkiSpec } from "./settings";

const hoursPerYear = 8760;

/** Validity of certificates, and rotation of authorities. */
export function* checkPki({ pki }: ClusterSpec): Iterable<Finding> {
  for (const name of ["adminHours", "leafHours"] as const) {
    if (pki[name] < pki.authorityYears * hoursPerYear) continue;
    // The default of leafHours is a year; only an authority of one year conflicts with it.
    if (name === "leafHours" && pki.leafHours === hoursPerYear && pki.authorityYears > 1) continue;
    const message = `must be shorter than the authority's validity (${pki.authorityYears} year); write less than ${pki.authorityYears * hoursPerYear}`;
    yield finding(["pki", name], message, [["pki", "authorityYears"]]);
  }
  yield* checkRotation(["pki", "serviceAccountKey"], pki.serviceAccountKey);
  for (const [name, authority] of authoritiesOf(pki)) {
    const path: SettingPath = ["pki", "authorities", name];
    yield* checkRotation(path, authority);
    yield* checkGenerations(path, authority);
  }
  yield* checkReuse(pki);
}

function authoritiesOf(pki: PkiSpec): readonly (readonly [AuthorityName, AuthoritySpec])[] {
  return Object.entries(pki.authorities) as [AuthorityName, AuthoritySpec][];
}

function* checkRotation(path: SettingPath, { generation, stage }: Rotation): Iterable<Finding> {
  if (generation > 1 || stage === "drop") return;
  const message = "only valid from generation 2 on; write generation: 2 to start a rotation, or remove the stage";
  yield finding([...path, "stage"], message, [[...path, "generation"]]);
}

function* checkGenerations(path: SettingPath, authority: AuthoritySpec): Iterable<Finding> {
  const kept = keptGenerations(authority).map(({ generation }) => String(generation));
  for (const generation of Object.keys(authority.own)) {
    if (kept.includes(generation)) continue;
    const message = `generation not in use (${kept.join(", ")}); add it when its rotation starts, and remove it when the next one does`;
    yield { path: [...path, "own", generation], found: generation, message, involves: [[...path, "generation"]] };
  }
}

/** With one certificate for two authorities, clients of one would be accepted by the other. */
function* checkReuse(pki: PkiSpec): Iterable<Finding> {
  const seen = new Map<string, string>();
  for (const [name, { own }] of authoritiesOf(pki)) {
    for (const [generation, pem] of Object.entries(own)) {
      const issuer = issuingCertificate(pem);
      const other = seen.get(issuer);
      seen.set(issuer, `${name} ${generation}`);
      if (other === undefined) continue;
      const message = `same certificate as ${other}; write a different one for each authority and generation`;
      yield finding(["pki", "authorities", name, "own", generation], message);
    }
  }
}

/**
 * The user's own authorities and their keys, which are not part of the specification. Encrypted keys are not checked. No
 * finding contains any part of a key.
 */
export function* checkOwnAuthorities(pki: PkiSpec, keys: unknown, now: Date): Iterable<Finding> {
  if (keys !== undefined && (typeof keys !== "object" || keys === null || Array.isArray(keys))) {
    yield { path: [authorityKeysPath], found: secret, message: "must be a mapping of names to keys" };
    return;
  }
  const allEncrypted = isEncrypted(keys);
  const given = allEncrypted ? {} : ((keys ?? {}) as Readonly<Record<string, unknown>>);
  const expected = new Set<string>();
  for (const [name, authority] of authoritiesOf(pki)) {
    for (const { generation } of keptGenerations(authority)) {
      const certificate = authority.own[String(generation)];
      if (certificate === undefined) continue;
      const keyName = `${name}-${generation}`;
      expected.add(keyName);
      const key = given[keyName];
      const keyPath: SettingPath = [authorityKeysPath, keyName];
      if (typeof key !== "string" && !isEncrypted(key) && !allEncrypted) {
        const message = `missing; run pulumi config set --secret --path '${authorityKeysPath}.${keyName}' < ca.key`;
        yield finding(keyPath, message);
      }
      const own = { certificate, key: typeof key === "string" ? key : undefined, leafHours: pki.leafHours };
      for (const { about, message } of checkOwnAuthority(own, now)) {
        yield about === "key"
          ? { path: keyPath, found: secret, message }
          : { path: ["pki", "authorities", name, "own", String(generation)], found: subjectOf(certificate), message };
      }
    }
  }
  for (const name of Object.keys(given).filter((each) => !expected.has(each))) {
    const message =
      "unknown authority, or its generation is not in use; write <authority>-<generation>, such as kubernetes-1";
    yield { path: [authorityKeysPath, name], found: secret, message };
  }
}

/** Shown in place of a value that must stay hidden. */
const secret = "[secret]";

function subjectOf(pem: string): string {
  try {
    return new X509Certificate(issuingCertificate(pem)).subject.replaceAll("\n", ", ");
  } catch {
    return "no certificate";
  }
}
