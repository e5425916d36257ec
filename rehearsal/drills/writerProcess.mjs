/**
 * Four clients, each with a connection of its own (HTTP/2, as those of Kubernetes), that write through the load balancer
 * without pause, one ConfigMap after another, and log what became of each: a line of JSON {name, ok, at, ms, revision?, why?}.
 * Runs in the rehearsal's network namespace: `node writer.mjs <kubeconfig> <namespace>`. Ends when its standard input does.
 */
import { readFileSync, statSync } from "node:fs";
import { connect, constants } from "node:http2";
import { text } from "node:stream/consumers";
import { parse } from "yaml";

const [kubeconfig, namespace] = process.argv.slice(2);
const pem = (base64) => Buffer.from(base64, "base64");

function read() {
  const { mtimeMs } = statSync(kubeconfig);
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const { cluster } = clusters[0];
  const { user } = users[0];
  return {
    mtimeMs,
    server: cluster.server,
    credentials: {
      ca: pem(cluster["certificate-authority-data"]),
      cert: pem(user["client-certificate-data"]),
      key: pem(user["client-key-data"]),
      servername: cluster["tls-server-name"],
      // As clients of Kubernetes do: an organisation's own authority may be an intermediate.
      allowPartialTrustChain: true,
    },
  };
}
let current = read();

/** The kubeconfig as it is now: whoever follows a rotation of authorities gets a new one. */
function access() {
  if (statSync(kubeconfig).mtimeMs !== current.mtimeMs) current = read();
  return current;
}

/** A connection, until the server says goodbye or something goes wrong with it. */
function open({ server, credentials }) {
  const session = connect(server, credentials);
  session.on("error", () => undefined);
  session.on("goaway", () => session.close());
  session.setTimeout(0);
  return session;
}

/** One try. Resolves with the write's revision; or with nothing where the server has said that it did not look at it. */
function attempt(name, session) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/json" });
    const timer = setTimeout(() => {
      reject(new Error("no answer in 3 s"));
      stream.close(constants.NGHTTP2_CANCEL);
    }, 3000);
    let answered = false;
    stream.on("response", ({ ":status": status, "retry-after": wait }) => {
      answered = true;
      text(stream).then((answer) => {
        if (status === 201) resolve(Number(JSON.parse(answer).metadata.resourceVersion));
        // As client-go does: a server that names a time to come again has not looked at the request.
        else if (wait !== undefined) setTimeout(() => resolve(undefined), Number(wait) * 1000);
        // What etcd says of itself, without what differs from one request to the next.
        else reject(new Error(`status ${status}: ${answer.replace(/.*"message":"([^"]*).*/s, "$1").slice(0, 80)}`));
      }, reject);
    });
    stream.on("error", (error) => {
      if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) resolve(undefined);
      else reject(error);
    });
    stream.on("close", () => {
      clearTimeout(timer);
      if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) resolve(undefined);
      else if (!answered) reject(new Error("the connection was closed"));
    });
    stream.end(body);
  });
}

let going = true;
process.stdin.resume().on("end", () => (going = false));

async function client(letter) {
  let known = access();
  // Kept open, as clients of Kubernetes keep theirs: what a load balancer does to open connections is part of the test.
  let session = open(known);
  const anew = (close) => {
    close();
    known = access();
    session = open(known);
  };
  const write = async (name) => {
    for (;;) {
      if (session.closed || session.destroyed) anew(() => undefined);
      const revision = await attempt(name, session);
      // A server that leaves tells which requests it never looked at; every client sends those again.
      if (revision !== undefined) return revision;
      anew(() => session.close());
    }
  };
  for (let number = 0; going; number += 1) {
    if (access() !== known) anew(() => session.close());
    const name = `write-${letter}-${number}`;
    const at = Date.now();
    const outcome = await write(name).then(
      (revision) => ({ ok: true, revision }),
      (error) => ({ ok: false, why: error.message }),
    );
    if (!outcome.ok) anew(() => session.destroy());
    process.stdout.write(`${JSON.stringify({ name, at, ms: Date.now() - at, ...outcome })}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  session.close();
}
for (const letter of ["a", "b", "c", "d"]) void client(letter);
