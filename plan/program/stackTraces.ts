/**
 * Runs SDK code without stack traces. The SDK captures one per promise and one of unlimited depth per resource: half the
 * time of a plan, and more with source maps. `HOLDFAST_TRACE=1` keeps them. Never run two at once: they share global state.
 */
export async function withoutStackTraces<T>(run: () => Promise<T>): Promise<T> {
  if (process.env.HOLDFAST_TRACE !== undefined) return run();
  const before = {
    stackTraceLimit: Error.stackTraceLimit,
    prepareStackTrace: Reflect.get(Error, "prepareStackTrace") as unknown,
  };
  Object.assign(Error, { stackTraceLimit: 0, prepareStackTrace: String });
  try {
    return await run();
  } finally {
    Object.assign(Error, before);
  }
}
