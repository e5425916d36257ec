import type { ServiceLinkedRoleArgs } from "@pulumi/aws/iam";

import { letteredId } from "../core/identifiers";
import { resourceType } from "../core/resourceType";
import type { Plain } from "../core/resourceType";
import { checkTags } from "../core/tags";

/** Name of a role of Auto Scaling, the only service whose roles the stack creates. */
const roleName = ({ customSuffix }: Plain<ServiceLinkedRoleArgs>): string =>
  `AWSServiceRoleForAutoScaling${customSuffix === undefined ? "" : `_${customSuffix}`}`;

const serviceLinkedRole = resourceType<ServiceLinkedRoleArgs>({
  token: "aws:iam/serviceLinkedRole:ServiceLinkedRole",
  replaceOn: ["awsServiceName", "customSuffix"],
  inUseCode: "DeleteConflict",
  unique: (inputs) => ({
    key: roleName(inputs),
    property: "awsServiceName",
    code: "InvalidInput",
    message: "Service role name has been taken in this account, please try a different suffix.",
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkTags(request, inputs.tags);
    const { length } = roleName(inputs);
    if (length <= 64) return;
    refuse("customSuffix", "InvalidInput", `The name of the role has ${length} characters, at most 64 are allowed`);
  },
  create: ({ inputs, seed, world }) => {
    const name = roleName(inputs);
    const path = `/aws-service-role/${inputs.awsServiceName}/`;
    const arn = world.globalArn("iam", `role${path}${name}`);
    return { id: arn, outputs: { arn, name, path, uniqueId: letteredId("AROA", seed, 17) } };
  },
});

export const serviceLinkedRoleTypes = [serviceLinkedRole];
