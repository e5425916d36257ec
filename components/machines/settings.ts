import { z } from "zod";
import { text } from "../settings/fields";
import type { Architecture } from "../settings/instanceTypes";
import { architectureOf } from "../settings/instanceTypes";
import { instanceTypeRule } from "../settings/textRules";

/** Two CPUs and 8 GiB; available in every region but the newest. */
export const defaultInstanceType = "m6i.large";

export const architecture = z
  .enum(["amd64", "arm64"])
  .optional()
  .meta({ description: "CPU architecture; must match the instance type.", defaultIs: "that of the instance type" });

/** Fills in the architecture of the instance type. */
export const withArchitecture = <Machine extends { instanceType: string; architecture?: Architecture | undefined }>(
  machine: Machine,
) => ({ ...machine, architecture: machine.architecture ?? architectureOf(machine.instanceType) });

export const instanceType = () =>
  text(instanceTypeRule, { description: "EC2 instance type." }).default(defaultInstanceType);

export const members = (of: string) =>
  z
    .literal([1, 3, 5], {
      error: "must be 1, 3 or 5; an even number tolerates no more failures than the odd number below it",
    })
    .default(3)
    .meta({ description: `Number of ${of}, spread over the zones: 1, 3 or 5.` });
