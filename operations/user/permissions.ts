/** Asks the API what somebody may do, by being that person for the question. */

import { z } from "zod";

import type { Kubectl } from "../kubectl";
import type { NamespacePermissions } from "./report";

const rule = z.looseObject({
  verbs: z.array(z.string()),
  apiGroups: z.array(z.string()).nullish(),
  resources: z.array(z.string()).nullish(),
  resourceNames: z.array(z.string()).nullish(),
  nonResourceURLs: z.array(z.string()).nullish(),
});

const review = z.looseObject({
  status: z.looseObject({
    incomplete: z.boolean(),
    resourceRules: z.array(rule).nullable(),
    nonResourceRules: z.array(rule).nullable(),
  }),
});

const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

/** Answers for each namespace. The caller must be allowed to impersonate the user and the groups. */
export async function fetchPermissions(
  kubectl: Kubectl,
  who: { readonly username: string; readonly groups: readonly string[] },
  namespaces: readonly string[],
): Promise<readonly NamespacePermissions[]> {
  // Whoever is authenticated is in this group; one who impersonates must say so where other groups are named.
  const groups = [...who.groups, "system:authenticated"].flatMap((group) => ["--as-group", group]);
  const answers: NamespacePermissions[] = [];
  for (const namespace of namespaces) {
    const question = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } };
    const answer = await kubectl(
      ["create", "--raw", path, "-f", "-", "--as", who.username, ...groups],
      JSON.stringify(question),
    );
    const { status } = review.parse(JSON.parse(answer));
    answers.push({
      namespace,
      incomplete: status.incomplete,
      resourceRules: status.resourceRules ?? [],
      nonResourceRules: status.nonResourceRules ?? [],
    });
  }
  return answers;
}
