import { setImmediate as nextTurn } from "node:timers/promises";

import { runtime } from "@pulumi/pulumi";

import type { PlanMonitor } from "./monitor";
import { PlanError, toProblem } from "./problems";
import { withoutStackTraces } from "./stackTraces";

/**
 * Runs a program in this process. The monitor records the registered resources.
 *
 * @throws PlanError with all refusals; otherwise the error of the program.
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
          // Rethrown, it would also reject promises of the SDK that nothing awaits.
          failures.push(error);
          return undefined;
        }
      });
      await runtime.disconnect();
    });
  } catch (error) {
    failures.unshift(error);
  } finally {
    // Node.js reports unhandled rejections after this turn.
    await nextTurn();
    process.off("unhandledRejection", onRejection);
  }
  const problems = monitor.allRefusals().map(toProblem);
  // A failure of the program may be a consequence of a refusal.
  if (problems.length > 0) throw new PlanError(problems, { cause: failures[0] });
  if (failures.length > 0) throw failures[0];
}

/** Connects the SDK of this process to the monitor, by way of the SDK's mocks. */
async function connect(monitor: PlanMonitor): Promise<void> {
  const unused = (): never => {
    throw new Error("unreachable: the plan monitor handles this request");
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
