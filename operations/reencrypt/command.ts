/** `holdfast reencrypt`: rewrites all encrypted objects with the current key. */
import { printJson, printLines } from "../../cli/program";
import { type ApiOptions, withKubectlCommand } from "../kubectl";
import { withApiProxy } from "./apiProxy";
import { readRehearsedMember, stackEncryption } from "./encryption";
import { describeReencryption, isComplete, type Reencryption } from "./report";
import { rewriteResource, type RewrittenResource } from "./rewrite";

interface ReencryptOptions extends Omit<ApiOptions, "stack"> {
  readonly json?: boolean | undefined;
}

/** Exit code 1 if an object could not be rewritten, or etcd still has values of a former key. */
export async function runReencrypt(stack: string, options: ReencryptOptions): Promise<number> {
  const found = await reencrypt({ ...options, stack });
  if (options.json === true) printJson(found);
  else printLines(describeReencryption(found));
  return isComplete(found) ? 0 : 1;
}

/** Rewrites all encrypted objects of a cluster. In a rehearsal, also counts the values in etcd by key. */
export async function reencrypt(options: ApiOptions): Promise<Reencryption> {
  const { stack, rehearsal } = options;
  const member = rehearsal === undefined ? undefined : await readRehearsedMember(rehearsal);
  const encryption = member?.encryption ?? stackEncryption(stack);
  const resources: RewrittenResource[] = [];
  await withKubectlCommand(options, (command) =>
    withApiProxy(command, async (send) => {
      for (const resource of encryption.resources) resources.push(await rewriteResource(send, resource, showProgress));
    }),
  );
  return { ...encryption, resources, keysInEtcd: await member?.countKeys() };
}

function showProgress(resource: string, done: number, all: number): void {
  process.stderr.write(`${resource}: ${done} of ${all}\n`);
}
