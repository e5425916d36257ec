import type * as pulumi from "@pulumi/pulumi";

import type { AllowSid } from "./statementPurposes.plan";

/** Statement of a resource policy. */
export type PolicyStatement = (
  { readonly Effect: "Allow"; readonly Sid: AllowSid } | { readonly Effect: "Deny"; readonly Sid: string }
) &
  StatementParts;

interface StatementParts {
  readonly Principal?: pulumi.Input<string> | Readonly<Record<string, pulumi.Input<string>>>;
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}
