/** Client certificates for users, issued through the API: the private key of the CA stays on the control plane. */
import { X509Certificate, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { RbacSpec } from "../../components/access/rbac/settings";
import { nearest } from "../../components/settings/suggestions";
import type { Kubectl } from "../kubectl";
import { createCertificateRequest } from "./certificateRequest";

export interface CertificateSubject {
  readonly username: string;
  readonly groups: readonly string[];
  /** Lifetime in hours. */
  readonly hours: number;
}

/** Key of a user in `access.users`. @param name key or username. @throws Error with the known users. */
export function resolveUser({ users }: Pick<RbacSpec, "users">, name: string): string {
  if (Object.hasOwn(users, name)) return name;
  const byUsername = Object.entries(users).find(([, { username }]) => username === name);
  if (byUsername !== undefined) return byUsername[0];
  const suggestion = nearest(name, Object.keys(users));
  const known = Object.keys(users).join(", ") || "none";
  throw new Error(
    `access.users has no ${name}; ${suggestion === undefined ? `users: ${known}` : `did you mean ${suggestion}?`}`,
  );
}

/** Minimum lifetime that Kubernetes signs, in hours. */
const minHours = 10 / 60;

/**
 * Resolves the username, groups and lifetime of a certificate.
 * @param requested keys or names of groups; default: all groups of the user.
 * @param hours default: the maximum in the settings.
 * @param tokenPrefixes username prefixes of OpenID Connect issuers, whose users log in with tokens instead.
 * @throws Error if the settings do not allow it.
 */
export function resolveCertificateSubject(
  access: RbacSpec,
  name: string,
  requested: readonly string[],
  hours: number | undefined,
  tokenPrefixes: readonly string[] = [],
): CertificateSubject {
  const key = resolveUser(access, name);
  const user = access.users[key];
  if (user === undefined) throw new Error(`access.users has no ${name}`);
  const prefix = tokenPrefixes.find((each) => each !== "" && user.username.startsWith(each));
  if (prefix !== undefined) {
    throw new Error(`${user.username} logs in with an issuer's token (prefix ${prefix}), not with a certificate`);
  }
  const { breakGlass } = access;
  const own = new Map(user.groups.map((group) => [group, access.groups[group]?.name ?? group]));
  const groups = requested.map((group) => {
    if (group === breakGlass.group) {
      if (breakGlass.users.includes(key)) return group;
      const allowed = breakGlass.users.join(", ") || "none";
      throw new Error(`${name} is not allowed to use ${group} (access.breakGlass.users: ${allowed})`);
    }
    const found = own.get(group) ?? [...own.values()].find((each) => each === group);
    if (found !== undefined) return found;
    const has = [...own.keys()].join(", ") || "none";
    throw new Error(`${name} is not in group ${group} (access.users.${name}.groups: ${has})`);
  });
  const wanted = requested.length > 0 ? [...new Set(groups)] : [...own.values()];
  const maxHours = wanted.includes(breakGlass.group) ? breakGlass.hours : access.certificateHours;
  if (hours !== undefined && !(hours >= minHours && hours <= maxHours)) {
    throw new Error(`--hours ${hours} must be between ${minHours.toFixed(2)} and ${maxHours} (limit in the settings)`);
  }
  return { username: user.username, groups: wanted, hours: hours ?? maxHours };
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

/**
 * Issues a certificate for a new key. The caller needs permission to approve requests for the signer.
 * @throws Error if the request is denied, fails, or is not signed within `timeoutMs`.
 */
export async function issueCertificate(
  kubectl: Kubectl,
  subject: CertificateSubject,
  timeoutMs = 60_000,
): Promise<IssuedCertificate> {
  const { key, request } = await createCertificateRequest(subject.username, subject.groups);
  const name = `holdfast-user-${randomBytes(6).toString("hex")}`;
  const body = {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name, labels: { "holdfast.dev/user-certificate": "true" } },
    spec: {
      request: Buffer.from(request).toString("base64"),
      signerName: "kubernetes.io/kube-apiserver-client",
      expirationSeconds: Math.round(subject.hours * 3600),
      usages: ["client auth"],
    },
  };
  await kubectl(["create", "-f", "-"], JSON.stringify(body));
  try {
    await kubectl(["certificate", "approve", name]);
    const certificate = await waitForCertificate(kubectl, name, Date.now() + timeoutMs);
    return { certificate, key, until: new Date(new X509Certificate(certificate).validTo) };
  } finally {
    // The controller would keep the request for another hour.
    await kubectl(["delete", "csr", name, "--ignore-not-found", "--wait=false"]).catch(() => undefined);
  }
}

async function waitForCertificate(kubectl: Kubectl, name: string, deadline: number): Promise<string> {
  for (;;) {
    const { status } = JSON.parse(await kubectl(["get", "csr", name, "-o", "json"])) as SigningRequest;
    if (status?.certificate !== undefined) return Buffer.from(status.certificate, "base64").toString();
    const failure = status?.conditions?.find(({ type }) => type === "Denied" || type === "Failed");
    if (failure !== undefined)
      throw new Error(`CSR ${name}: ${failure.type.toLowerCase()}: ${failure.message ?? "no reason given"}`);
    if (Date.now() >= deadline)
      throw new Error(`CSR ${name} was not signed; check that kube-controller-manager is running`);
    await sleep(500);
  }
}
