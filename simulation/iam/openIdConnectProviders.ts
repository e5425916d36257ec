import type { OpenIdConnectProviderArgs } from "@pulumi/aws/iam";

import { checkText } from "../core/checks";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { openIdConnectProviderRules } from "./rules";

const openIdConnectProvider = resourceType<OpenIdConnectProviderArgs>({
  token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  replaceOn: ["url"],
  rules: openIdConnectProviderRules,
  unique: ({ url }) => ({
    key: url,
    property: "url",
    code: "EntityAlreadyExists",
    message: `Provider with url ${url} already exists.`,
  }),
  check(request) {
    checkText(request, "url", request.inputs.url, { maxLength: 255, pattern: /^https:\/\// });
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, world }) => {
    const arn = world.globalArn("iam", `oidc-provider/${inputs.url.replace(/^https:\/\//, "")}`);
    return { id: arn, outputs: { arn, thumbprintLists: inputs.thumbprintLists ?? [] } };
  },
});

export const openIdConnectProviderTypes = [openIdConnectProvider];
