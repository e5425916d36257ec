/**
 * Runs what the SDK has a part in without stack traces: it takes one for each promise that it makes, and one of any depth
 * for each resource, which is half the time of a plan, and more where frames are looked up in source maps. HOLDFAST_TRACE=1
 * leaves them. Not for two at once: the second to end would leave the process as the first one made it.
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
