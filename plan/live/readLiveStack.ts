import { messageOf } from "../../cli/program";
import { LiveStack } from "./liveStack";
import { runPulumi } from "./pulumiCli";
import { parseStackState } from "./stackState";
import type { StackState } from "./stackState";

/**
 * Reads the deployed state of a stack with the Pulumi CLI. Secrets stay in this process.
 * @param directory folder of the stack files, in which the CLI runs.
 * @throws Error if there is no CLI, stack or deployment, and for pending operations.
 */
export function readLiveStack(stack: string, project: string, directory: string): LiveStack {
  const state = readState(stack, project, directory);
  if (state.leftovers.length > 0) {
    process.stderr.write(
      `pulumi up also deletes what an interrupted update has replaced: ${state.leftovers.join(", ")}\n`,
    );
  }
  return new LiveStack(state);
}

function readState(stack: string, project: string, directory: string): StackState {
  let text: string;
  try {
    text = runPulumi(["stack", "export", "--show-secrets", "--non-interactive", "--stack", stack], directory);
  } catch (error) {
    throw new Error(
      `cannot read the state of stack ${stack} (${messageOf(error)}); install the Pulumi CLI, log in to the backend of the stack, or compare with a saved plan: --against <file>`,
      { cause: error },
    );
  }
  try {
    return parseStackState(text, project);
  } catch (error) {
    throw new Error(`stack ${stack} ${messageOf(error)}`, { cause: error });
  }
}
