/** Values that flags and settings must have. Pure. */
import type { CisCheck, Place } from "./check";
import { onProcesses } from "./check";
import type { ProcessFact } from "./facts";

/** Requirement for a value; undefined: not set. */
export interface Wanted {
  /** After "must". */
  readonly text: string;
  readonly holds: (value: string | undefined) => boolean;
}

const itemsOf = (value: string): readonly string[] => value.split(",");

export const isSet: Wanted = { text: "be set", holds: (value) => value !== undefined && value !== "" };
export const isUnset: Wanted = { text: "not be set", holds: (value) => value === undefined };
export const equals = (wanted: string): Wanted => ({ text: `be ${wanted}`, holds: (value) => value === wanted });
export const differs = (unwanted: string): Wanted => ({
  text: `not be ${unwanted}`,
  holds: (value) => value !== undefined && value !== unwanted,
});
export const atLeast = (least: number): Wanted => ({
  text: `be at least ${least}`,
  holds: (value) => Number(value) >= least,
});
export const contains = (item: string): Wanted => ({
  text: `contain ${item}`,
  holds: (value) => value !== undefined && itemsOf(value).includes(item),
});
export const lacks = (item: string): Wanted => ({
  text: `not contain ${item}`,
  holds: (value) => value === undefined || !itemsOf(value).includes(item),
});
export const onlyOf = (allowed: readonly string[]): Wanted => ({
  text: `contain only ${allowed.join(", ")}`,
  holds: (value) => value !== undefined && itemsOf(value).every((item) => allowed.includes(item)),
});
/** The default of the program is right, too. */
export const orUnset = ({ text, holds }: Wanted): Wanted => ({
  text: `${text}, or not be set`,
  holds: (value) => value === undefined || holds(value),
});

/** Problem of a value, or none. */
export function problemsOf(name: string, value: string | undefined, { text, holds }: Wanted): readonly string[] {
  if (holds(value)) return [];
  return [`${name} is ${value === undefined ? "not set" : `"${value}"`}; it must ${text}`];
}

/** Problem unless a request without credentials was refused, by its HTTP status. */
export function refused(server: string, status: string): readonly string[] {
  if (status === "401") return [];
  return [`${server} answered a request without credentials with ${status === "000" ? "nothing" : status}`];
}

/** Value of a flag; the last one takes effect. `--flag` alone means true. */
export function flagOf({ arguments: words }: ProcessFact, name: string): string | undefined {
  const found = words.findLast((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  return found === undefined ? undefined : found.split("=").slice(1).join("=") || (found.includes("=") ? "" : "true");
}

/** Flags of a program that must have values. */
export const flags = (place: Place, program: string, wanted: Readonly<Record<string, Wanted>>): CisCheck["find"] =>
  onProcesses(place, program, (process) =>
    Object.entries(wanted).flatMap(([name, each]) => problemsOf(`${program} --${name}`, flagOf(process, name), each)),
  );

/** Settings of etcd, from its flags or its environment (`client-cert-auth` is `ETCD_CLIENT_CERT_AUTH`). */
export const etcdSettings = (wanted: Readonly<Record<string, Wanted>>): CisCheck["find"] =>
  onProcesses("etcd", "etcd", (process) =>
    Object.entries(wanted).flatMap(([name, each]) => {
      const variable = `ETCD_${name.toUpperCase().replaceAll("-", "_")}`;
      const set = process.environment.findLast((line) => line.startsWith(`${variable}=`));
      const value = flagOf(process, name) ?? set?.slice(variable.length + 1);
      return problemsOf(`etcd ${variable}`, value, each);
    }),
  );
