/** Result of `holdfast reencrypt`, as text. Pure. */
import { type ClusterEncryption, countProgram } from "./encryption";
import type { RewrittenResource } from "./rewrite";

export interface Reencryption extends Omit<ClusterEncryption, "resources"> {
  readonly resources: readonly RewrittenResource[];
  /** Number of values in etcd by the key that encrypts them; undefined: not counted. */
  readonly keysInEtcd: Readonly<Record<string, number>> | undefined;
}

/** Former keys that still encrypt values in etcd. */
const remaining = ({ former, keysInEtcd = {} }: Reencryption): readonly string[] =>
  former.filter((key) => (keysInEtcd[key] ?? 0) > 0);

export const isComplete = (found: Reencryption): boolean =>
  remaining(found).length === 0 && found.resources.every(({ refused }) => refused.length === 0);

export function describeReencryption(found: Reencryption): readonly string[] {
  const { current, resources } = found;
  const how = current === undefined ? "unencrypted" : `with key ${current}`;
  return [
    ...resources.flatMap(({ resource, objects, rewritten, refused }) => [
      `${resource}: ${objects} objects, ${rewritten} rewritten ${how}`,
      ...refused.map(({ object, message }) => `  ${object}: ${message}`),
    ]),
    ...describeKeys(found),
  ];
}

function* describeKeys(found: Reencryption): Iterable<string> {
  const { former, keysInEtcd } = found;
  if (former.length === 0) return;
  const names = former.join(", ");
  if (keysInEtcd === undefined) {
    yield `Before you drop key ${names}, run sudo ${countProgram} on a member: it must not list the key.`;
    return;
  }
  const left = remaining(found);
  if (left.length === 0) yield `No value in etcd is encrypted with key ${names}.`;
  for (const key of left)
    yield `etcd has ${keysInEtcd[key] ?? 0} values of key ${key}: wait until every member encrypts with the current key, and run this command again.`;
}
