/** Names of all commands, and their definitions, which are loaded on first use. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";

import { isClone } from "./program";

/** Commands by the heading under which help lists them. */
export const commandGroups: Readonly<Record<string, readonly string[]>> = {
  "Stack files and plans": ["new", "plan", "settings"],
  "Rehearsals on this machine": isClone ? ["rehearse", "drill", "assets"] : [],
  "Clusters on AWS": ["tunnel", "validate", "etcd", "reencrypt", "images", "upgrade", "user", "leftovers"],
  "Tables of versions and prices in this clone": isClone ? ["versions", "prices"] : [],
  "The command itself": ["completion"],
};

type Definition = { readonly create: () => CommandUnknownOpts };

// require, because the TypeScript loader of cli/holdfast.cjs does not handle import().
const definitions: Readonly<Record<string, () => Definition>> = {
  assets: () => require("./commands/assets") as Definition,
  complete: () => require("./commands/complete") as Definition,
  completion: () => require("./commands/completion") as Definition,
  drill: () => require("./commands/drill") as Definition,
  etcd: () => require("./commands/etcd") as Definition,
  images: () => require("./commands/images") as Definition,
  leftovers: () => require("./commands/leftovers") as Definition,
  new: () => require("./commands/new") as Definition,
  plan: () => require("./commands/plan") as Definition,
  prices: () => require("./commands/prices") as Definition,
  reencrypt: () => require("./commands/reencrypt") as Definition,
  rehearse: () => require("./commands/rehearse") as Definition,
  settings: () => require("./commands/settings") as Definition,
  tunnel: () => require("./commands/tunnel") as Definition,
  upgrade: () => require("./commands/upgrade") as Definition,
  user: () => require("./commands/user") as Definition,
  validate: () => require("./commands/validate") as Definition,
  versions: () => require("./commands/versions") as Definition,
};

/** Definition of a command. @throws Error for an unknown name. */
export function loadCommand(name: string): CommandUnknownOpts {
  const definition = definitions[name];
  if (definition === undefined) throw new Error(`no command ${name}`);
  return definition().create();
}
