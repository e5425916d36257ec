/** The Pulumi CLI that the tests use. */

import type { Report } from "../../rehearsal/assets";
import { type Cli, findOrBuildCli } from "../../rehearsal/engine/cli";

/** Environment variables in which {@link prepareCli} passes the CLI to the tests. */
const variables = { pulumi: "HOLDFAST_TEST_PULUMI", path: "HOLDFAST_TEST_PULUMI_PATH" };

/**
 * Prepares the CLI for the tests of this run.
 *
 * @param folder temporary folder, for the launcher of the language host
 */
export async function prepareCli(folder: string, report: Report): Promise<Cli> {
  const cli = await findOrBuildCli(folder, report);
  process.env[variables.pulumi] = cli.pulumi;
  process.env[variables.path] = cli.path;
  return cli;
}

/** The prepared CLI. */
export function preparedCli(): Cli {
  const { [variables.pulumi]: pulumi, [variables.path]: path } = process.env;
  if (pulumi === undefined || path === undefined) throw new Error("run these tests with npm run test:engine");
  return { pulumi, path };
}
