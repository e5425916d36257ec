/** `npm run versions`: compares the version tables with the publishers' releases, and renews them. */
import { type Arguments, type Options, UsageError, printLines, runProgram } from "../../cli/program";
import { suggest } from "../../components/settings/suggestions";
import { Publishers } from "./publishers";
import { type Row, components, fetchStatus, isOutdated, updateTables, verifyTables } from "./refresh";
import { formatStatus, formatUpdate } from "./report";
import { fetchAuthorities } from "./signature";
import { currentTables, writeTables } from "./tables";

const rows: readonly Row[] = ["kubernetes", ...components];

const usage = `npm run versions -- [options]
npm run versions -- --update [<component> …]

  Compares the tables of versions and checksums (components/node/versions.json and checksums.txt) with the releases of their
  publishers. Changes nothing.

  --update  adds the newest patch releases, by default those of kubernetes alone. Components:
            ${rows.join(", ")}.
            Accepts a checksum only if two statements agree: for Kubernetes its checksum file and the signature of the
            downloaded file, for the others the release's checksum file and GitHub's own digest
  --verify  compares all checksums of the tables with the published ones. Exit code 1: one differs

  GITHUB_TOKEN in the environment raises GitHub's limit of 60 requests an hour.
`;

const options = {
  update: { type: "boolean", default: false },
  verify: { type: "boolean", default: false },
} satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  if (positionals.length > 0 && !values.update) throw new UsageError("components require --update");
  if (values.update && values.verify) throw new UsageError("specify one of --update and --verify");
  const unknown = positionals.find((name) => !rows.some((row) => row === name));
  if (unknown !== undefined) throw new UsageError(`unknown component ${unknown}; ${suggest(unknown, rows)}`);

  const publishers = new Publishers(get, fetchAuthorities);
  if (values.verify) {
    const differences = await verifyTables(currentTables, publishers);
    printLines(differences.length === 0 ? [`${currentTables.checksums.size} checksums: equal`] : differences);
    return differences.length === 0 ? 0 : 1;
  }
  const status = await fetchStatus(currentTables, publishers);
  if (!values.update) return printLines(formatStatus(status, currentTables));
  const wanted: readonly string[] = positionals.length > 0 ? positionals : ["kubernetes"];
  const outdated = status.rows.filter((row) => isOutdated(row) && wanted.includes(row.row));
  if (outdated.length > 0) writeTables(await updateTables(currentTables, outdated, publishers));
  return printLines(formatUpdate(outdated));
}

/** GitHub's API takes the token; its files and Kubernetes' are public. */
function get(url: string): Promise<Response> {
  const token = url.startsWith("https://api.github.com/") ? process.env.GITHUB_TOKEN : undefined;
  return fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
}

runProgram({ usage, options }, main);
