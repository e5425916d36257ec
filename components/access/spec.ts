/** Who may reach the API and how it is watched and kept: every default is resolved, every cross-check has passed. */

/** A name that a token's claim or a CEL expression over `claims` gives, with what is put in front of it. */
export interface PrefixedNameSpec {
  /** Never empty, so that no issuer can speak of another's users, or of Kubernetes' own. */
  readonly prefix: string;
  readonly from: ClaimOrExpression;
}

export type ClaimOrExpression = { readonly claim: string } | { readonly expression: string };

/** A CEL expression that must be true, and what is said where it is not. */
export interface RuleSpec {
  readonly expression: string;
  readonly message: string;
}

/** An OpenID Connect issuer whose tokens are taken. */
export interface OidcIssuerSpec {
  /** `iss` of its tokens; https. */
  readonly url: string;
  /** Where its discovery document is, if not below `url`; https. */
  readonly discoveryUrl?: string;
  /** Client ids; a token is for one of them. */
  readonly audiences: readonly string[];
  /** Authority of the issuer's certificate, in PEM; absent: those of the machine image. */
  readonly certificateAuthority?: string;
  readonly username: PrefixedNameSpec;
  /** Absent: its users are in no groups. */
  readonly groups?: PrefixedNameSpec;
  readonly uid?: ClaimOrExpression;
  /** CEL expression by key: what authorization and audit are told beside name and groups. */
  readonly extra: Readonly<Record<string, string>>;
  /** Claims that must have just this value. */
  readonly requiredClaims: Readonly<Record<string, string>>;
  /** Over `claims`. */
  readonly claimRules: readonly RuleSpec[];
  /** Over `user`, as the mappings made it. */
  readonly userRules: readonly RuleSpec[];
}

/** A service that the API server asks over TLS; it shows the service the certificate that it shows kubelets. */
export interface AskedServiceSpec {
  readonly url: string;
  /** Authority of the service's certificate, in PEM; absent: those of the machine image. */
  readonly certificateAuthority?: string;
}

export interface AuthenticationSpec {
  /** Issuers by a name of one's own. */
  readonly oidc: Readonly<Record<string, OidcIssuerSpec>>;
  /** Asked about bearer tokens that nobody else knows; absent: none. */
  readonly webhook?: AskedServiceSpec & {
    /** Seconds that an answer is kept. */
    readonly cacheSeconds: number;
  };
  /** A proxy that has authenticated its users itself; absent: none but Kubernetes' own aggregation layer. */
  readonly proxy?: {
    /** Authority of the proxy's client certificate, in PEM; for nothing else. */
    readonly certificateAuthority: string;
    /** Common names of its client certificates. */
    readonly allowedNames: readonly string[];
  };
}

export interface AuthorizationWebhookSpec extends AskedServiceSpec {
  readonly name: string;
  /** `first`: asked before RBAC, so that it can refuse; `last`: asked about what nobody else has allowed. */
  readonly position: "first" | "last";
  /** What its silence means. */
  readonly failurePolicy: "NoOpinion" | "Deny";
  readonly timeoutSeconds: number;
  /** Seconds that a yes and a no are kept; 0: not at all. */
  readonly authorizedSeconds: number;
  readonly unauthorizedSeconds: number;
  /** CEL expressions over `request`, a SubjectAccessReview's spec; it is asked where all are true. */
  readonly matchConditions: readonly string[];
}

/** One line of an ABAC policy file; `*` stands for all. */
export interface AbacRuleSpec {
  /** One of both. */
  readonly user?: string;
  readonly group?: string;
  /** Only to read. */
  readonly readonly: boolean;
  /** Resources in a namespace … */
  readonly apiGroup?: string;
  readonly namespace?: string;
  readonly resource?: string;
  /** … or a path, with `*` at the end for what is below. */
  readonly nonResourcePath?: string;
}

export interface AuthorizationSpec {
  readonly webhooks: readonly AuthorizationWebhookSpec[];
  readonly abac: readonly AbacRuleSpec[];
}

export type PodSecurityLevel = "privileged" | "baseline" | "restricted";

/** What a policy or webhook is asked about. */
export interface AdmissionMatchSpec {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE" | "CONNECT" | "*")[];
}

/** A ValidatingAdmissionPolicy and its binding. */
export interface AdmissionPolicySpec {
  readonly match: readonly AdmissionMatchSpec[];
  /** Namespaces in which it does not hold. */
  readonly excludedNamespaces: readonly string[];
  /** Labels of the namespaces in which it holds; none: all. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** CEL by name; validations use them as `variables.<name>`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly matchConditions: Readonly<Record<string, string>>;
  readonly validations: readonly RuleSpec[];
  readonly actions: readonly ("Deny" | "Warn" | "Audit")[];
  readonly failurePolicy: "Fail" | "Ignore";
}

/** A service that admission asks. */
export interface AdmissionWebhookSpec {
  readonly kind: "validating" | "mutating";
  /** An https URL, or a Service of the cluster. */
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path: string;
    readonly port: number;
  };
  /** Authority of its certificate, in PEM. */
  readonly certificateAuthority?: string;
  readonly match: readonly AdmissionMatchSpec[];
  readonly excludedNamespaces: readonly string[];
  readonly failurePolicy: "Fail" | "Ignore";
  readonly timeoutSeconds: number;
}

/** How many events the API server takes. */
export interface EventRateLimitSpec {
  readonly type: "Server" | "Namespace" | "User" | "SourceAndObject";
  /** Events a second, and at once. */
  readonly qps: number;
  readonly burst: number;
  /** How many namespaces, users … are told apart. */
  readonly cacheSize: number;
}

export interface AdmissionSpec {
  readonly enabledPlugins: readonly string[];
  readonly disabledPlugins: readonly string[];
  /** What holds in namespaces that say nothing else. */
  readonly podSecurity: {
    readonly enforce: PodSecurityLevel;
    readonly audit: PodSecurityLevel;
    readonly warn: PodSecurityLevel;
    readonly exemptions: {
      readonly namespaces: readonly string[];
      readonly usernames: readonly string[];
      readonly runtimeClasses: readonly string[];
    };
  };
  readonly eventRateLimits: readonly EventRateLimitSpec[];
  /** By name of the policy. */
  readonly policies: Readonly<Record<string, AdmissionPolicySpec>>;
  readonly webhooks: Readonly<Record<string, AdmissionWebhookSpec>>;
}

export type AuditLevel = "None" | "Metadata" | "Request" | "RequestResponse";

/** What is recorded of requests that it matches; an empty list matches all. */
export interface AuditRuleSpec {
  readonly level: AuditLevel;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly namespaces: readonly string[];
  readonly resources: readonly { readonly group: string; readonly resources: readonly string[] }[];
  readonly nonResourceUrls: readonly string[];
}

export interface AuditSpec {
  /** Looked at before Holdfast's own; the first that matches decides. */
  readonly rules: readonly AuditRuleSpec[];
  /** Files on each member's disk. */
  readonly log: { readonly days: number; readonly files: number; readonly sizeMiB: number };
  /** Copies of all records outside of the machines. */
  readonly cloudWatch: { readonly enabled: boolean; readonly retentionDays: number };
}

export interface EncryptionSpec {
  /** How objects are written; `none`: as they are, while what keys have written stays readable. */
  readonly provider: "secretbox" | "none";
  /** Names of secretbox keys, which are in SSM: the first encrypts, all decrypt. */
  readonly keys: readonly string[];
  /** What is encrypted: `secrets`, `configmaps`, `<plural>.<group>`. */
  readonly resources: readonly string[];
}

/** How people and programs get at the API. */
export interface AccessSpec {
  readonly authentication: AuthenticationSpec;
  readonly authorization: AuthorizationSpec;
  readonly admission: AdmissionSpec;
  readonly audit: AuditSpec;
  readonly encryption: EncryptionSpec;
}
