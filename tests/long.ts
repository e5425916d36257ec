/** Tests that CI runs only in part. */

/** `.ci/run` sets `HOLDFAST_TESTS=representative`, so that CI ends in time; the npm scripts run everything. */
export const representative = process.env.HOLDFAST_TESTS === "representative";

/** A test that repeats what a shorter one shows with other input. */
export const longTest: jest.It = representative ? test.skip : test;
