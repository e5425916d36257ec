import { RunError } from "@pulumi/pulumi";

/** Error without a stack trace: under the CLI, Node takes a minute and runs out of memory to color one (pulumi/pulumi#21326). */
export function plainError(message: string): RunError {
  const error = new RunError(message);
  error.stack = "";
  return error;
}
