/** `holdfast versions`: compares the version tables with the publishers' releases, and updates them. */
import { UsageError, printJson, printLines } from "../../cli/program";
import { suggest } from "../../components/settings/suggestions";
import { Publishers } from "./publishers";
import { type Row, components, fetchStatus, isOutdated, updateTables, verifyTables } from "./refresh";
import { formatStatus, formatUpdate } from "./report";
import { fetchAuthorities } from "./signature";
import { currentTables, writeTables } from "./tables";

const rows: readonly Row[] = ["kubernetes", ...components];

interface VersionsOptions {
  readonly update?: boolean | undefined;
  readonly verify?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Exit code 1 if a checksum of the tables differs from the published one.
 * @param names components to update; default: kubernetes
 */
export async function runVersions(names: readonly string[], options: VersionsOptions): Promise<number> {
  if (names.length > 0 && options.update !== true) throw new UsageError("components require --update");
  const unknown = names.find((name) => !rows.some((row) => row === name));
  if (unknown !== undefined) throw new UsageError(`unknown component ${unknown}; ${suggest(unknown, rows)}`);

  const publishers = new Publishers(get, fetchAuthorities);
  if (options.verify === true) {
    const differences = await verifyTables(currentTables, publishers);
    const compared = currentTables.checksums.size;
    if (options.json === true) printJson({ compared, differences });
    else printLines(differences.length === 0 ? [`${compared} checksums: equal`] : differences);
    return differences.length === 0 ? 0 : 1;
  }
  const status = await fetchStatus(currentTables, publishers);
  if (options.update !== true) {
    return options.json === true ? printJson(status) : printLines(formatStatus(status, currentTables));
  }
  const wanted: readonly string[] = names.length > 0 ? names : ["kubernetes"];
  const outdated = status.rows.filter((row) => isOutdated(row) && wanted.includes(row.row));
  if (outdated.length > 0) writeTables(await updateTables(currentTables, outdated, publishers));
  return options.json === true ? printJson({ updated: outdated }) : printLines(formatUpdate(outdated));
}

/** GitHub's API takes the token; its files and Kubernetes' are public. */
function get(url: string): Promise<Response> {
  const token = url.startsWith("https://api.github.com/") ? process.env.GITHUB_TOKEN : undefined;
  return fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
}
