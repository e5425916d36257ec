/** Permissions of a user as the API server reports them. */
import { z } from "zod";

import type { Kubectl } from "../kubectl";
import type { NamespacePermissions } from "./report";

const rule = z.looseObject({
  verbs: z.array(z.string()),
  apiGroups: z.array(z.string()).nullish(),
  resources: z.array(z.string()).nullish(),
  resourceNames: z.array(z.string()).nullish(),
});

const review = z.looseObject({
  status: z.looseObject({ incomplete: z.boolean(), resourceRules: z.array(rule).nullable() }),
});

const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

/** Permissions in each namespace. The caller needs permission to impersonate the user and the groups. */
export async function fetchPermissions(
  kubectl: Kubectl,
  user: { readonly username: string; readonly groups: readonly string[] },
  namespaces: readonly string[],
): Promise<readonly NamespacePermissions[]> {
  // The API server adds system:authenticated only to impersonated users without other groups.
  const groups = [...user.groups, "system:authenticated"].flatMap((group) => ["--as-group", group]);
  const permissions: NamespacePermissions[] = [];
  for (const namespace of namespaces) {
    const request = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } };
    const answer = await kubectl(
      ["create", "--raw", path, "-f", "-", "--as", user.username, ...groups],
      JSON.stringify(request),
    );
    const { status } = review.parse(JSON.parse(answer));
    permissions.push({ namespace, incomplete: status.incomplete, resourceRules: status.resourceRules ?? [] });
  }
  return permissions;
}
