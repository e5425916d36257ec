/**
 * Four clients, each with a connection of its own, that write through the load balancer without pause, one ConfigMap
 * after another, and say what became of each: a line of JSON {name, ok, at, ms, revision?, why?}. Runs in the rehearsal's
 * network namespace: `node writer.mjs <kubeconfig> <namespace>`. Ends when its standard input does.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { json } from "node:stream/consumers";
import { parse } from "yaml";

const [kubeconfig, namespace] = process.argv.slice(2);
const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
const { cluster } = clusters[0];
const { user } = users[0];
const url = `${cluster.server}/api/v1/namespaces/${namespace}/configmaps`;
const pem = (base64) => Buffer.from(base64, "base64");
const credentials = {
  ca: pem(cluster["certificate-authority-data"]),
  cert: pem(user["client-certificate-data"]),
  key: pem(user["client-key-data"]),
  servername: cluster["tls-server-name"],
};

/** Gives the write's revision. */
function write(name, agent) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asking = request(url, { ...credentials, agent, method: "POST", headers, timeout: 3000 }, (response) => {
      json(response).then((answer) => {
        if (response.statusCode === 201) resolve(Number(answer.metadata.resourceVersion));
        // What etcd says of itself, without what differs from one request to the next.
        else reject(new Error(`status ${response.statusCode}: ${String(answer.message).slice(0, 80)}`));
      }, reject);
    });
    asking.on("timeout", () => asking.destroy(new Error("no answer in 3 s")));
    asking.on("error", reject);
    asking.end(body);
  });
}

let going = true;
process.stdin.resume().on("end", () => (going = false));

async function client(letter) {
  // Kept open, as clients of Kubernetes keep theirs: what a load balancer does to open connections is part of the test.
  let agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let number = 0; going; number += 1) {
    const name = `write-${letter}-${number}`;
    const at = Date.now();
    const outcome = await write(name, agent).then(
      (revision) => ({ ok: true, revision }),
      (error) => ({ ok: false, why: error.message }),
    );
    if (!outcome.ok) {
      agent.destroy();
      agent = new Agent({ keepAlive: true, maxSockets: 1 });
    }
    process.stdout.write(`${JSON.stringify({ name, at, ms: Date.now() - at, ...outcome })}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
for (const letter of ["a", "b", "c", "d"]) void client(letter);
