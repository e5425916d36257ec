import { z } from "zod";

import { liveSettingsOutput, parseLiveSettings } from "../../components/changes/liveSettings.plan";
import type { LiveSettings } from "../../components/changes/liveSettings.plan";

/** Plan as `npx holdfast plan <stack> --json` writes it; only the parts that reports and comparisons use. */
export interface PlainPlan {
  readonly stack: string;
  /** In the order of registration: each after its dependencies. */
  readonly resources: readonly PlainResource[];
  /** Absent in plans of versions with one bundle for all machines. */
  readonly bundles?: readonly PlainBundle[] | undefined;
  /** Outputs of the stack. */
  readonly outputs?: Properties | undefined;
}

/** Node bundle of a plan. */
export interface PlainBundle {
  /** `members`, or `workers-<version>`. */
  readonly name: string;
  readonly sha256: string;
  /** Text of each file by its path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Settings of a plan, as the stack output records them; undefined in a plan of an earlier version. */
export const settingsOf = ({ outputs }: PlainPlan): LiveSettings | undefined =>
  parseLiveSettings(outputs?.[liveSettingsOutput]);

/** Resource of a plan with plain values. Secrets are `[secret]`. */
export interface PlainResource {
  readonly urn: string;
  /** Token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  readonly id?: string | undefined;
  readonly parent?: string | undefined;
  /** Provider: its URN, `::` and its id. */
  readonly provider?: string | undefined;
  readonly dependsOn: readonly string[];
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly options?: ResourceOptions | undefined;
}

export type Properties = Readonly<Record<string, unknown>>;

export interface ResourceOptions {
  readonly protect?: boolean | undefined;
  readonly retainOnDelete?: boolean | undefined;
  readonly ignoreChanges?: readonly string[] | undefined;
  readonly replaceOnChanges?: readonly string[] | undefined;
}

const properties = z.record(z.string(), z.unknown());
const paths = z.array(z.string());

const planFile = z.object({
  stack: z.string(),
  outputs: properties.optional(),
  bundles: z
    .array(z.object({ name: z.string(), sha256: z.string(), files: z.record(z.string(), z.string()) }))
    .optional(),
  resources: z.array(
    z.object({
      urn: z.string(),
      type: z.string(),
      name: z.string(),
      id: z.string().optional(),
      provider: z.string().optional(),
      parent: z
        .string()
        .nullish()
        .transform((parent) => parent ?? undefined),
      dependsOn: paths.default([]),
      inputs: properties.default({}),
      outputs: properties.default({}),
      options: z
        .object({
          protect: z.boolean().optional(),
          retainOnDelete: z.boolean().optional(),
          ignoreChanges: paths.optional(),
          replaceOnChanges: paths.optional(),
        })
        .optional(),
    }),
  ),
});

/**
 * Reads a plan saved with `--json`.
 * @throws Error with the problem and the command that writes a plan.
 */
export function parsePlanFile(text: string): PlainPlan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON (${(error as Error).message}); write it with npx holdfast plan <stack> --json`, {
      cause: error,
    });
  }
  const parsed = planFile.safeParse(json);
  if (parsed.success) {
    settingsOf(parsed.data);
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new Error(
    `is not a plan (${where === "" ? "" : `${where}: `}${issue?.message ?? ""}); write it with npx holdfast plan <stack> --json`,
  );
}
