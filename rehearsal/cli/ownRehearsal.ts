import { down } from "../boot";
import { RehearsedCluster } from "../drills/rehearsedCluster";
import { type Print, bootRehearsal, runningRehearsal } from "./drill";
import { takeDownWhenInterrupted } from "./interruption";

/**
 * Works on the rehearsal of a stack: on the running one with this id, else on its own, which it boots, and takes down at the end.
 */
export async function withRehearsal<Result>(
  options: Parameters<typeof bootRehearsal>[0],
  print: Print,
  work: (cluster: RehearsedCluster) => Promise<Result>,
): Promise<Result> {
  const { stack, id } = options;
  const running = await runningRehearsal(id, stack);
  if (running === undefined) takeDownWhenInterrupted(id);
  try {
    return await work(await RehearsedCluster.connect(running ?? (await bootRehearsal(options, print))));
  } finally {
    if (running === undefined) await down(id);
  }
}
