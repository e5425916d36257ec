import { getAccountPublicAccessBlock } from "@pulumi/aws/s3/getAccountPublicAccessBlock";
import type * as pulumi from "@pulumi/pulumi";

import { formatProblems, toProblem } from "../../settings/problems";
import { plainError } from "../../plainError";
import { checkPublicAccess } from "./checks";
import type { ServiceAccountIssuer } from "./settings";

/** Compares the account's S3 Block Public Access with the setting, also during previews. Rejects if it forbids public objects. */
export async function verifyPublicAccess(issuer: ServiceAccountIssuer, options: pulumi.InvokeOptions): Promise<void> {
  if (issuer !== "s3") return;
  const account = await getAccountPublicAccessBlock({}, options).catch(() => undefined);
  // The provider fails for an account without the setting, and without permission to read it: creation then decides.
  if (account === undefined) return;
  const problems = [...checkPublicAccess(issuer, account)].map(toProblem);
  if (problems.length > 0) throw plainError(formatProblems(problems));
}
