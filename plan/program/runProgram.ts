import { setImmediate as nextTurn } from "node:timers/promises";

import { runtime } from "@pulumi/pulumi";

import type { PlanMonitor } from "./monitor";
import { PlanError, toProblem } from "./problems";
import { withoutStackTraces } from "./stackTraces";

/**
 * Runs a program in this process as the stack of the monitor, which sees what it registers.
 *
 * @throws PlanError with everything that was refused; else whatever the program throws.
 */
export async function runProgram(
  program: () => unknown,
  monitor: PlanMonitor,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const failures: unknown[] = [];
  const onRejection = (reason: unknown): void => void failures.push(reason);
  process.on("unhandledRejection", onRejection);
  try {
    await withoutStackTraces(async () => {
      await connect(monitor);
      runtime.setAllConfig({ ...config });
      await runtime.runInPulumiStack(async () => {
        try {
          return await program();
        } catch (error) {
          // Thrown from here, it would come up again in promises of the SDK that nobody waits for.
          failures.push(error);
          return undefined;
        }
      });
      await runtime.disconnect();
    });
  } catch (error) {
    failures.unshift(error);
  } finally {
    // Rejections that nobody handles are told of after this turn.
    await nextTurn();
    process.off("unhandledRejection", onRejection);
  }
  const problems = monitor.allRefusals().map(toProblem);
  // What the program makes of something refused may fail only because of that.
  if (problems.length > 0) throw new PlanError(problems, { cause: failures[0] });
  if (failures.length > 0) throw failures[0];
}

/** Connects the SDK of this process to the monitor in place of its own mocks. */
async function connect(monitor: PlanMonitor): Promise<void> {
  const unused = (): never => {
    throw new Error("the plan's monitor answers");
  };
  await runtime.setMocks({ newResource: unused, call: unused }, monitor.project, monitor.stack, false);
  const { registerResource, readResource, invoke, registerResourceOutputs, supportsFeature, registerPackage, close } =
    monitor;
  Object.assign(runtime.getMonitor() as object, {
    registerResource,
    readResource,
    invoke,
    registerResourceOutputs,
    supportsFeature,
    registerPackage,
    close,
  });
}
