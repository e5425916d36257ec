import { createCommand, jsonOption, kubeconfigOption, rehearsalOption, runs, stackText } from "../command";

const load = () => require("../../operations/reencrypt/command") as typeof import("../../operations/reencrypt/command");

export const create = () =>
  createCommand("reencrypt", {
    summary: "rewrite all encrypted objects with the current key",
    description:
      "Rewrites the objects of all resources in access.encryption, so that the API servers encrypt them with the first key of " +
      "access.encryption.keys. Changes no object, and reads only names. Safe to repeat. Requires kubectl. With --rehearsal, also counts " +
      "the values in etcd by key. Exit code 1: an object was refused, or etcd has values of a former key.",
    examples: [
      ["reencrypt prod", "after the rollout that moved a new key to the front"],
      ["reencrypt staging --rehearsal staging", "in a rehearsal"],
    ],
  })
    .argument("<stack>", stackText)
    .addOption(kubeconfigOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, options) => load().runReencrypt(stack, options)));
