/**
 * A test that repeats what a shorter one shows with other input. `.ci/run` leaves it out (`HOLDFAST_TESTS=representative`), so that
 * CI ends in time; the npm scripts run it.
 */
export const longTest: jest.It = process.env.HOLDFAST_TESTS === "representative" ? test.skip : test;
