/** OpenID Connect issuers as kubelogin wants them. Pure. */

import type { ClusterSpec } from "../../components/clusterSpec";
import { nearest } from "../../components/settings/suggestions";

export interface OidcIssuer {
  readonly url: string;
  readonly clientId: string;
  /** Beside `openid`. */
  readonly scopes: readonly string[];
}

type Access = Pick<ClusterSpec["access"], "authentication">;

/** Claims that issuers put into a token only where a scope of the name is asked for. */
const scopedClaims = ["email", "groups", "profile"];

/**
 * The issuer of that name; without one, the only one.
 * @throws Error when there is none, or several and no name.
 */
export function resolveOidcIssuer(
  { authentication }: Access,
  name: string | undefined,
): OidcIssuer & { readonly key: string } {
  const { oidc } = authentication;
  const keys = Object.keys(oidc);
  const key = name ?? (keys.length === 1 ? keys[0] : undefined);
  if (key === undefined) {
    throw new Error(
      keys.length === 0
        ? "the settings have no issuer: access.authentication.oidc is empty"
        : `name one of the issuers with --oidc: ${keys.join(", ")}`,
    );
  }
  const issuer = Object.hasOwn(oidc, key) ? oidc[key] : Object.values(oidc).find(({ url }) => url === key);
  if (issuer === undefined) {
    const meant = nearest(key, keys);
    throw new Error(
      `there is no issuer ${key}; ${meant === undefined ? `there is ${keys.join(", ") || "none"}` : `did you mean ${meant}?`}`,
    );
  }
  const claims = [issuer.username, issuer.groups].flatMap((named) =>
    named !== undefined && "claim" in named.from ? [named.from.claim] : [],
  );
  return {
    key: Object.keys(oidc).find((each) => oidc[each] === issuer) ?? key,
    url: issuer.url,
    clientId: issuer.audiences[0] ?? "",
    scopes: scopedClaims.filter((scope) => claims.includes(scope)),
  };
}

/** What usernames of the issuers begin with. */
export const usernamePrefixes = ({ authentication }: Access): readonly string[] =>
  Object.values(authentication.oidc).map(({ username }) => username.prefix);
