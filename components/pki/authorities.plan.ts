/**
 * Certificate authorities and their SSM parameters. The stack creates the authorities, the service account key and the
 * administrator's certificate; kubeadm issues all other certificates on the machine that uses them, and renews them there.
 */

import type { PkiSpec } from "./settings";

/** Average year of the Gregorian calendar. */
const hoursPerYear = 8766;

/** Certificate authority, in the terms of RFC 5280. */
export interface Authority {
  readonly name: "kubernetes" | "etcd" | "frontProxy";
  /** Common name; the same as in kubeadm's certificate. */
  readonly commonName: string;
  /** SSM parameters of certificate and key, below the cluster's path. */
  readonly certificatePath: string;
  readonly keyPath: string;
  /** Subjects of its certificates. */
  readonly signs: string;
}

/**
 * Three authorities, so that a certificate is valid for one purpose only: a client of etcd is no client of the API, and only
 * the aggregation layer can assert a user by request header.
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
    signs: "the aggregation layer",
  },
];

/** Key pair of service account tokens. RSA, because every OIDC relying party supports RS256. */
export const serviceAccountKey = {
  publicPath: "/pki/kubernetes/sa.pub",
  privatePath: "/pki/kubernetes/sa.key",
  algorithm: "RSA",
  rsaBits: 2048,
} as const;

/** ECDSA on P-256: preferred by TLS 1.3 peers, and signs in an eighth of the time of RSA 2048. */
export const authorityKey = { algorithm: "ECDSA", ecdsaCurve: "P256" } as const;

/** Key usage of an authority's certificate. */
export const authorityUses = ["cert_signing", "crl_signing", "digital_signature"] as const;

/** SSM parameter of the kubeconfig with which workers join, and its value until the first control plane writes it. */
export const joinKubeconfig = { path: "/join/kubeconfig", pending: "pending" } as const;

/** Validity of an authority in hours. Only a rotation in stages replaces an authority: hence no early renewal. */
export function authorityHours(spec: Pick<PkiSpec, "authorityYears">): number {
  return spec.authorityYears * hoursPerYear;
}

/**
 * Client certificate of the administrator. Its group is kubeadm's, bound to cluster-admin by a ClusterRoleBinding that can be
 * removed. Membership of `system:masters` cannot be revoked: after a leak, only expiry or a rotation of the authority helps.
 */
export function adminCertificate(spec: Pick<PkiSpec, "adminHours">) {
  return {
    commonName: "holdfast-admin",
    organization: "kubeadm:cluster-admins",
    uses: ["digital_signature", "key_encipherment", "client_auth"],
    hours: spec.adminHours,
    /** `pulumi up` renews the certificate in its last quarter. */
    earlyRenewalHours: Math.ceil(spec.adminHours / 4),
  };
}
