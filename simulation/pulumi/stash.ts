import type { StashArgs } from "@pulumi/pulumi";

import { uuid } from "../core/identifiers";
import { resourceType } from "../core/resourceType";

/** Record in the state of the stack, which the engine itself provides: the output keeps the first input. */
const stash = resourceType<StashArgs>({
  token: "pulumi:index:Stash",
  replaceOn: [],
  create: ({ inputs, seed, previous }) => ({
    id: uuid(seed),
    outputs: { output: previous?.outputs.output ?? (inputs.input as unknown) },
  }),
});

export const stashTypes = [stash];
