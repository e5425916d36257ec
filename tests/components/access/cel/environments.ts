import {
  authorizationEnvironment,
  claimsEnvironment,
  policyEnvironment,
  userEnvironment,
} from "../../../../components/access/cel/environments.plan";
import type { Environment } from "../../../../components/access/cel/environments.plan";
import type { EnvironmentName } from "./expressions";

/** Environments of conditions by the names that tests use. */
export const environments: Readonly<Record<EnvironmentName, Environment>> = {
  claims: claimsEnvironment,
  user: userEnvironment,
  request: authorizationEnvironment,
  policy: policyEnvironment({}),
};
