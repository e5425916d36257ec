/** Authenticates and authorizes calls to the rehearsed AWS by the policies of the plan, and records the decisions. */
import { messageOf } from "../../../cli/program";
import { purposeOf } from "../../../components/aws/statementPurposes.plan";
import type { AwsReply } from "../api/awsApi";
import { closestStatement } from "./closestStatement";
import type { Context } from "./conditions";
import { type AccessRequest, decide, type Decision, type Principal, type Statement } from "./evaluator";
import { nameInPath } from "./policyStore";
import type { PolicyStore } from "./policyStore";
import { type Fault, faultReply } from "./refusals";
import { type DeniedCall, type IamReport, keyOf, type UnusedStatement } from "./report";
import { authorizationsOf } from "./requests/authorizations";
import type { ReceivedRequest, ResourceFacts, Scope } from "./requests/types";
import { readScope, type SigningCredentials, verifySignature } from "./signature";

export interface IssuedCredentials extends SigningCredentials {
  readonly principal: Principal;
}

export interface EnforcementOptions {
  readonly policies: PolicyStore;
  readonly facts: ResourceFacts;
  /** `audit`: records denied calls and answers them nevertheless. */
  readonly mode: IamReport["mode"];
  /** Region of the cluster, for unsigned requests. */
  readonly region: string;
  /** Credentials that exist from the start. */
  readonly credentials: readonly IssuedCredentials[];
}

export interface RoleSession {
  /** Name of the role. */
  readonly role: string;
  /** Name of the session. */
  readonly name: string;
  readonly credentials: SigningCredentials;
  readonly assumedBy: Principal;
  readonly action: "sts:AssumeRole" | "sts:AssumeRoleWithWebIdentity";
  readonly context: Context;
}

export class Enforcement {
  readonly #credentials = new Map<string, IssuedCredentials>();
  readonly #denied = new Map<string, DeniedCall>();
  readonly #unevaluated: Set<string>;
  /** Names of the Allow statements that calls have used. */
  readonly #used = new Set<string>();
  #policies: PolicyStore;
  #decisions = 0;
  #clockReads = 0;

  constructor(private readonly options: EnforcementOptions) {
    this.#policies = options.policies;
    this.#unevaluated = new Set(options.policies.unsupported);
    options.credentials.forEach((each) => {
      this.addCredentials(each);
    });
  }

  /** Decides by other policies from now on, as after an update of the stack. */
  usePolicies(policies: PolicyStore): void {
    this.#policies = policies;
    for (const problem of policies.unsupported) this.#unevaluated.add(problem);
  }

  /** Accepts credentials from now on; forgets those that have expired. */
  addCredentials(credentials: IssuedCredentials): void {
    const now = Date.now();
    for (const [id, { expires }] of this.#credentials) {
      if (expires !== undefined && expires <= now - keptAfterExpiryMs) this.#credentials.delete(id);
    }
    this.#credentials.set(credentials.accessKeyId, credentials);
  }

  /** Accepts credentials of a session of a role, if its trust policy lets the principal assume it. */
  addRoleSession(session: RoleSession): void {
    const { accountId, partition } = this.options.facts;
    const { role, name, credentials, assumedBy, action, context } = session;
    const roleArn = `arn:${partition}:iam::${accountId}:role/${role}`;
    const { allowed } = this.decide({ principal: assumedBy, action, resource: roleArn, context });
    if (!allowed && this.options.mode === "enforce") return;
    const sessionArn = `arn:${partition}:sts::${accountId}:assumed-role/${role}/${name}`;
    this.addCredentials({ ...credentials, principal: { type: "role", roleArn, sessionArn } });
  }

  /** AWS's refusal of a request; undefined: it may be answered. @param from address of the caller. */
  async refuse(request: ReceivedRequest, from: string): Promise<AwsReply | undefined> {
    const scope = readScope(request) ?? { service: "", region: this.options.region };
    try {
      return await this.judge(request, scope, from);
    } catch (error) {
      const problem = `${request.method} ${request.url} (${scope.service}): ${messageOf(error)}`;
      this.#unevaluated.add(problem);
      this.record({
        caller: from,
        action: `${request.method} ${scope.service}`,
        resource: "",
        reason: "not evaluated",
      });
      return this.answer("denied", `cannot evaluate ${problem}`, scope, request);
    }
  }

  private async judge(request: ReceivedRequest, scope: Scope, from: string): Promise<AwsReply | undefined> {
    // Tokens of web identities come unsigned, and so do requests to public objects.
    const isUnsigned = request.headers.authorization === undefined;
    if (isUnsigned && isWebIdentityCall(request)) return undefined;
    if (isUnsigned && isClockRead(request)) {
      this.#clockReads += 1;
      return this.answer("missing", "the request is not signed", scope, request);
    }
    const verified =
      isUnsigned && isObjectCall(request)
        ? undefined
        : await verifySignature(request, (id) => this.#credentials.get(id));
    if (verified?.ok === false) {
      const { fault, message } = verified;
      this.record({
        caller: from,
        action: `${request.method} ${scope.service}`,
        resource: "",
        reason: `${fault}: ${message}`,
      });
      return this.answer(fault, message, scope, request);
    }
    const principal: Principal = verified?.credentials.principal ?? { type: "anonymous" };
    const denial = await this.firstDenial(
      request,
      verified === undefined ? { ...scope, service: "s3" } : scope,
      principal,
    );
    return denial === undefined ? undefined : this.answer("denied", denial, scope, request);
  }

  /** Decides about a call that the rehearsal makes on behalf of an AWS service or a web identity. */
  decide(request: AccessRequest): Decision {
    const { principal, action, resource } = request;
    const identity = principal.type === "role" ? this.#policies.ofRole(nameInPath(principal.roleArn)) : [];
    const policies = { identity, ...this.#policies.ofResource(resource) };
    const decision = decide(request, policies);
    this.#decisions += 1;
    if (decision.allowed) {
      decision.statements.forEach(({ name }) => this.#used.add(name));
    } else {
      const closest = closestStatement(request, policies);
      this.record({ caller: callerOf(principal), action, resource, reason: decision.reason, closest });
    }
    return decision;
  }

  report(): IamReport {
    const allows = this.#policies.statements.filter(({ effect }) => effect === "Allow");
    return {
      mode: this.options.mode,
      decisions: this.#decisions,
      denied: [...this.#denied.values()],
      clockReads: this.#clockReads,
      unevaluated: [...this.#unevaluated],
      unused: bySid(allows.filter(({ name }) => !this.#used.has(name))),
      allows: allows.length,
    };
  }

  /** Message of the first denial. All decisions are recorded. */
  private async firstDenial(request: ReceivedRequest, scope: Scope, principal: Principal): Promise<string | undefined> {
    const { authorizations, unknown } = await authorizationsOf(request, scope, this.options.facts);
    if (unknown !== undefined) this.#unevaluated.add(unknown);
    const messages = authorizations.map(({ action, resource, context }) => {
      const decision = this.decide({ principal, action, resource, context: { ...contextOf(principal), ...context } });
      return decision.allowed
        ? undefined
        : `User: ${callerOf(principal)} is not authorized to perform: ${action} on resource: ${resource} ${decision.reason}`;
    });
    return messages.find((message) => message !== undefined);
  }

  private record(call: Omit<DeniedCall, "count">): void {
    const key = keyOf(call);
    this.#denied.set(key, { ...call, count: (this.#denied.get(key)?.count ?? 0) + 1 });
  }

  private answer(fault: Fault, message: string, scope: Scope, request: ReceivedRequest): AwsReply | undefined {
    if (this.options.mode === "audit") return undefined;
    return faultReply(fault, message, scope, String(request.headers["content-type"]));
  }
}

/** Time for which a refusal can still say that credentials have expired. */
const keptAfterExpiryMs = 3_600_000;

/** Statements with the same Sid, such as those of all members, as one. */
function bySid(statements: readonly Statement[]): UnusedStatement[] {
  const found = new Map<string, UnusedStatement>();
  for (const { name, sid = name } of statements) {
    const document = name.split(" ")[0] ?? "";
    const documents = [...(found.get(sid)?.documents ?? []), document];
    found.set(sid, { sid, documents, purpose: purposeOf(sid) ?? "none declared" });
  }
  return [...found.values()];
}

function callerOf(principal: Principal): string {
  switch (principal.type) {
    case "role":
      return principal.sessionArn;
    case "administrator":
      return principal.arn;
    case "anonymous":
      return "anonymous";
    default:
      return principal.name;
  }
}

function contextOf(principal: Principal): Readonly<Record<string, string>> {
  if (principal.type !== "role" && principal.type !== "administrator") return {};
  const arn = principal.type === "role" ? principal.roleArn : principal.arn;
  return {
    "aws:PrincipalArn": arn,
    "aws:PrincipalAccount": arn.split(":")[4] ?? "",
    "aws:PrincipalIsAWSService": "false",
  };
}

/** True for a request to S3, which alone serves anonymous callers. */
function isObjectCall({ headers, body }: ReceivedRequest): boolean {
  return headers["x-amz-target"] === undefined && body === undefined;
}

/** True for the unsigned request with which machines read AWS's clock (components/node/files/lib/clock.sh). */
function isClockRead({ method, url, headers }: ReceivedRequest): boolean {
  return method === "GET" && url === "/" && headers["x-amz-target"] === undefined;
}

function isWebIdentityCall({ body, url }: ReceivedRequest): boolean {
  const form = body?.toString() ?? url.split("?")[1] ?? "";
  return new URLSearchParams(form).get("Action") === "AssumeRoleWithWebIdentity";
}
