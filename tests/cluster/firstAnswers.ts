/** Asks the DNS server of a rehearsal for names from before the first machine boots. */
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "../../rehearsal/command";
import { inNamespace } from "../../rehearsal/machines/namespaces";
import { serviceAddresses } from "../../rehearsal/services/serviceAddresses";
import { RehearsalClient } from "../../rehearsal/supervisor/client";

/** Prints the first answer for each name as JSON, as soon as the server runs: addresses or an error code. */
const script = `
  const { Resolver } = require("node:dns/promises");
  const [server, ...names] = process.argv.slice(1);
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([server]);
  const isSilent = ({ code }) => ["ECONNREFUSED", "ETIMEOUT"].includes(code);
  const ask = (name) => resolver.resolve4(name).catch((error) => (isSilent(error) ? retry(name) : error.code));
  const retry = (name) => new Promise((done) => setTimeout(done, 20)).then(() => ask(name));
  Promise.all(names.map(async (name) => [name, await ask(name)]))
    .then((answers) => console.log(JSON.stringify(Object.fromEntries(answers))));
`;

/** First answers for names in a rehearsal that is about to start: addresses, or an error code such as ENOTFOUND. */
export async function firstAnswers(
  id: string,
  names: readonly string[],
): Promise<Readonly<Record<string, readonly string[] | string>>> {
  const ask = [process.execPath, "-e", script, serviceAddresses.dns, ...names];
  return JSON.parse(await build(inNamespace(await namespaceOf(id), ask))) as Record<string, readonly string[] | string>;
}

async function namespaceOf(id: string): Promise<string> {
  for (;;) {
    try {
      return (await RehearsalClient.of(id).status()).namespace;
    } catch {
      // The supervisor does not listen yet.
      await sleep(50, undefined, { ref: false });
    }
  }
}
