/**
 * Who signs what. Only the authorities, the key of service accounts and the administrator's certificate are made here; every
 * leaf is made on the machine that uses it, by kubeadm, and renewed there.
 */

import type { PkiSpec } from "../clusterSpec";

/** Average year of the Gregorian calendar. */
const hoursPerYear = 8766;

/** A certificate authority, in the terms of RFC 5280. */
export interface Authority {
  readonly name: "kubernetes" | "etcd" | "frontProxy";
  /** Common name, as kubeadm gives it. */
  readonly commonName: string;
  /** SSM parameters of certificate and key, below the cluster's prefix. */
  readonly certificatePath: string;
  readonly keyPath: string;
  /** What its leaves prove. */
  readonly signs: string;
}

/**
 * Three authorities, so that a certificate for one purpose is worth nothing for another: a client of etcd is no client of
 * the API, and only the aggregation layer can vouch for a user by request header.
 */
export const authorities: readonly Authority[] = [
  {
    name: "kubernetes",
    commonName: "kubernetes",
    certificatePath: "/pki/kubernetes/ca.crt",
    keyPath: "/pki/kubernetes/ca.key",
    signs: "API servers, kubelets, users",
  },
  {
    name: "etcd",
    commonName: "etcd-ca",
    certificatePath: "/pki/etcd/ca.crt",
    keyPath: "/pki/etcd/ca.key",
    signs: "etcd members and their clients",
  },
  {
    name: "frontProxy",
    commonName: "front-proxy-ca",
    certificatePath: "/pki/kubernetes/front-proxy-ca.crt",
    keyPath: "/pki/kubernetes/front-proxy-ca.key",
    signs: "the aggregation layer, towards extension API servers",
  },
];

/** The pair that signs and checks tokens of service accounts. RSA: every OIDC relying party takes RS256. */
export const serviceAccountKey = {
  publicPath: "/pki/kubernetes/sa.pub",
  privatePath: "/pki/kubernetes/sa.key",
  algorithm: "RSA",
  rsaBits: 2048,
} as const;

/** ECDSA on P-256: what TLS 1.3 peers prefer, and an eighth of the time of RSA 2048 at each handshake's signature. */
export const authorityKey = { algorithm: "ECDSA", ecdsaCurve: "P256" } as const;

/** What an authority's certificate is for. */
export const authorityUses = ["cert_signing", "crl_signing", "digital_signature"] as const;

/** Where control planes leave how to join; until the first does, the parameter holds this. */
export const joinKubeconfig = { path: "/join/kubeconfig", pending: "pending" } as const;

/** Path of all of a cluster's SSM parameters. */
export function parameterPrefix(cluster: string): string {
  return `/holdfast/${cluster}`;
}

/** Life of an authority in hours. Its renewal is a rotation in stages, never a matter of time passing: hence no early renewal. */
export function authorityHours(spec: Pick<PkiSpec, "authorityYears">): number {
  return spec.authorityYears * hoursPerYear;
}

/** The administrator's client certificate. */
export interface AdminCertificate {
  readonly commonName: string;
  readonly organization: string;
  readonly uses: readonly string[];
  /** Hours of validity. */
  readonly hours: number;
  /** The next `pulumi up` within so many hours of the end makes a new one. */
  readonly earlyRenewalHours: number;
}

/**
 * The group is kubeadm's own, bound to cluster-admin by a ClusterRoleBinding that can be taken away. `system:masters` would
 * be beyond RBAC: who leaks such a certificate can only wait until it ends or replace the authority.
 */
export function adminCertificate(spec: Pick<PkiSpec, "adminHours">): AdminCertificate {
  return {
    commonName: "holdfast-admin",
    organization: "kubeadm:cluster-admins",
    uses: ["digital_signature", "key_encipherment", "client_auth"],
    hours: spec.adminHours,
    earlyRenewalHours: Math.ceil(spec.adminHours / 4),
  };
}
