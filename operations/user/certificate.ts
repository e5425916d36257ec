/** Certificates for people: asked for, approved and fetched through the API, so that the authority's key stays where it is. */

import { X509Certificate, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { PeopleSpec } from "../../components/access/rbac/rbac.plan";
import { nearest } from "../../components/settings/suggestions";
import { requestCertificate } from "./certificateRequest";
import type { Kubectl } from "../kubectl";

export interface CertificateSubject {
  readonly username: string;
  readonly groups: readonly string[];
  readonly hours: number;
}

const hasOwn = (object: object, key: string): boolean => Object.hasOwn(object, key);

/** The person's key, or an error that says who there is. */
export function resolvePerson({ people }: Pick<PeopleSpec, "people">, name: string): string {
  if (hasOwn(people, name)) return name;
  const byUsername = Object.entries(people).find(([, { username }]) => username === name);
  if (byUsername !== undefined) return byUsername[0];
  const meant = nearest(name, Object.keys(people));
  const known = Object.keys(people).join(", ") || "nobody yet";
  throw new Error(
    `there is no ${name} in access.people${meant === undefined ? `; there is ${known}` : `; did you mean ${meant}?`}`,
  );
}

/**
 * What a certificate is to say.
 * @param asked groups by their keys or names; none: all of the person's.
 * @param hours undefined: as long as the settings allow.
 * @param tokenPrefixes what usernames of issuers begin with: such people get tokens there.
 * @throws Error when the settings do not allow it.
 */
export function resolveCertificateSubject(
  access: PeopleSpec,
  name: string,
  asked: readonly string[],
  hours: number | undefined,
  tokenPrefixes: readonly string[] = [],
): CertificateSubject {
  const person = access.people[resolvePerson(access, name)];
  if (person === undefined) throw new Error(`there is no ${name} in access.people`);
  const prefix = tokenPrefixes.find((each) => each !== "" && person.username.startsWith(each));
  if (prefix !== undefined) {
    throw new Error(`${person.username} logs in with an issuer's token (prefix ${prefix}), not with a certificate`);
  }
  const { breakGlass } = access;
  const own = new Map(person.groups.map((key) => [key, access.groups[key]?.name ?? key]));
  const groups = asked.map((group) => {
    if (group === breakGlass.group) return breakGlassGroup(access, name);
    const found = own.get(group) ?? [...own.values()].find((each) => each === group);
    if (found === undefined) {
      const has = [...own.keys()].join(", ") || "none";
      throw new Error(`${name} is not in group ${group} (access.people.${name}.groups: ${has})`);
    }
    return found;
  });
  const wanted = asked.length > 0 ? [...new Set(groups)] : [...own.values()];
  const most = wanted.includes(breakGlass.group) ? breakGlass.hours : access.certificateHours;
  if (hours !== undefined && !(Number.isFinite(hours) && hours >= minutesAtLeast / 60 && hours <= most)) {
    throw new Error(
      `--hours ${hours} is not between ${(minutesAtLeast / 60).toFixed(2)} and ${most}, what the settings allow`,
    );
  }
  return { username: person.username, groups: wanted, hours: hours ?? most };
}

/** Kubernetes signs nothing shorter. */
const minutesAtLeast = 10;

function breakGlassGroup({ people, breakGlass }: PeopleSpec, name: string): string {
  const person = Object.entries(people).find(([key, { username }]) => key === name || username === name)?.[0];
  if (person === undefined || !breakGlass.people.includes(person)) {
    throw new Error(
      `${name} may not be given ${breakGlass.group}: access.breakGlass.people has ${breakGlass.people.join(", ") || "nobody"}`,
    );
  }
  return breakGlass.group;
}

export interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM; secret. */
  readonly key: string;
  readonly until: Date;
}

interface SigningRequest {
  readonly status?: {
    readonly certificate?: string;
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[];
  };
}

const signer = "kubernetes.io/kube-apiserver-client";

/**
 * Has a certificate issued for a new key. Whoever calls it must be allowed to approve requests of this signer.
 * @throws Error when the request is denied or fails, or nobody signs it within `patienceMs`.
 */
export async function issueCertificate(
  kubectl: Kubectl,
  wish: CertificateSubject,
  patienceMs = 60_000,
): Promise<IssuedCertificate> {
  const { key, request } = requestCertificate(wish.username, wish.groups);
  const name = `holdfast-user-${randomBytes(6).toString("hex")}`;
  const body = {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name, labels: { "holdfast.dev/user-certificate": "true" } },
    spec: {
      request: Buffer.from(request).toString("base64"),
      signerName: signer,
      expirationSeconds: Math.round(wish.hours * 3600),
      usages: ["client auth"],
    },
  };
  await kubectl(["create", "-f", "-"], JSON.stringify(body));
  try {
    await kubectl(["certificate", "approve", name]);
    const certificate = await signed(kubectl, name, Date.now() + patienceMs);
    return { certificate, key, until: new Date(new X509Certificate(certificate).validTo) };
  } finally {
    // The certificate stays good; the request is of no more use, and controllers would take an hour to remove it.
    await kubectl(["delete", "csr", name, "--ignore-not-found", "--wait=false"]).catch(() => undefined);
  }
}

async function signed(kubectl: Kubectl, name: string, giveUpAt: number): Promise<string> {
  for (;;) {
    const { status } = JSON.parse(await kubectl(["get", "csr", name, "-o", "json"])) as SigningRequest;
    if (status?.certificate !== undefined) return Buffer.from(status.certificate, "base64").toString();
    const bad = status?.conditions?.find(({ type }) => type === "Denied" || type === "Failed");
    if (bad !== undefined)
      throw new Error(`the request was ${bad.type.toLowerCase()}: ${bad.message ?? "no reason given"}`);
    if (Date.now() >= giveUpAt) throw new Error("nobody signs the request: does kube-controller-manager run?");
    await sleep(500);
  }
}
