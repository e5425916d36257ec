/** OpenID Connect issuers of the settings, as kubelogin needs them. Pure. */
import { namePrefix } from "../../components/access/authentication/settings";
import type { ClusterSpec } from "../../components/clusterSpec";
import { nearest } from "../../components/settings/suggestions";

export interface OidcIssuer {
  readonly url: string;
  readonly clientId: string;
  /** Scopes besides `openid`. */
  readonly scopes: readonly string[];
}

type Access = Pick<ClusterSpec["access"], "authentication">;

/** Claims that issuers include only if the client requests the scope of the same name. */
const scopedClaims = ["email", "groups", "profile"];

/**
 * Issuer by its key or URL. Default: the only issuer.
 * @throws Error if the issuer does not exist, or if there are several and `name` is undefined.
 */
export function resolveOidcIssuer(
  { authentication }: Access,
  name: string | undefined,
): OidcIssuer & { readonly key: string } {
  const { oidc } = authentication;
  const keys = Object.keys(oidc);
  const wanted = name ?? (keys.length === 1 ? keys[0] : undefined);
  if (wanted === undefined) {
    throw new Error(
      keys.length === 0
        ? "access.authentication.oidc is empty; add an issuer"
        : `specify an issuer with --oidc: ${keys.join(", ")}`,
    );
  }
  const key = Object.hasOwn(oidc, wanted) ? wanted : keys.find((each) => oidc[each]?.url === wanted);
  const issuer = key === undefined ? undefined : oidc[key];
  if (key === undefined || issuer === undefined) {
    const suggestion = nearest(wanted, keys);
    throw new Error(
      `access.authentication.oidc has no issuer ${wanted}; ` +
        (suggestion === undefined ? `issuers: ${keys.join(", ") || "none"}` : `did you mean ${suggestion}?`),
    );
  }
  const claims = [issuer.username.claim, issuer.groups?.claim];
  return {
    key,
    url: issuer.url,
    clientId: issuer.audiences[0] ?? "",
    scopes: scopedClaims.filter((scope) => claims.includes(scope)),
  };
}

/** Username prefix of each issuer. */
export const usernamePrefixes = ({ authentication }: Access): readonly string[] =>
  Object.entries(authentication.oidc).map(([issuer, { username }]) => namePrefix(issuer, username));
