/**
 * Four clients that create ConfigMaps through the load balancer without pause. Each has its own HTTP/2 connection, like clients
 * of Kubernetes. Prints a line of JSON per write: {name, ok, at, ms, revision?, why?}.
 * Usage, in the rehearsal's network namespace: `node writerProcess.mjs <kubeconfig> <namespace>`; exits at the end of stdin.
 */
import { readFileSync, statSync } from "node:fs";
import { connect, constants } from "node:http2";
import { text } from "node:stream/consumers";
import { parse } from "yaml";

const [kubeconfig, namespace] = process.argv.slice(2);
const decode = (base64) => Buffer.from(base64, "base64");

function readKubeconfig() {
  const { mtimeMs } = statSync(kubeconfig);
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const { cluster } = clusters[0];
  const { user } = users[0];
  return {
    mtimeMs,
    server: cluster.server,
    credentials: {
      ca: decode(cluster["certificate-authority-data"]),
      cert: decode(user["client-certificate-data"]),
      key: decode(user["client-key-data"]),
      servername: cluster["tls-server-name"],
      // As clients of Kubernetes do: the authority of an organization can be an intermediate.
      allowPartialTrustChain: true,
    },
  };
}
let current = readKubeconfig();

/** Current kubeconfig: a rotation of authorities replaces it. */
function access() {
  if (statSync(kubeconfig).mtimeMs !== current.mtimeMs) current = readKubeconfig();
  return current;
}

function openSession({ server, credentials }) {
  const session = connect(server, credentials);
  session.on("error", () => undefined);
  session.on("goaway", () => session.close());
  session.setTimeout(0);
  return session;
}

/** Attempts a write. Resolves with its revision, or with undefined if the server did not process the request. */
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
      text(stream)
        .then((answer) => {
          if (status === 201) resolve(Number(JSON.parse(answer).metadata.resourceVersion));
          // As client-go does: a server that sends Retry-After has not processed the request.
          else if (wait !== undefined) setTimeout(() => resolve(undefined), Number(wait) * 1000);
          // Only the message, so that equal failures have equal texts.
          else reject(new Error(`status ${status}: ${answer.replace(/.*"message":"([^"]*).*/s, "$1").slice(0, 80)}`));
        })
        // A canceled stream may end in the middle of its answer.
        .catch(reject);
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

let running = true;
process.stdin.resume().on("end", () => (running = false));

async function runClient(client) {
  let known = access();
  // Kept open, like connections of Kubernetes clients, to measure the load balancer's effect on open connections.
  let session = openSession(known);
  const reconnect = (close) => {
    close();
    known = access();
    session = openSession(known);
  };
  const write = async (name) => {
    for (;;) {
      if (session.closed || session.destroyed) reconnect(() => undefined);
      const revision = await attempt(name, session);
      if (revision !== undefined) return revision;
      // The server shuts down and did not process the request: retry it on a new connection.
      reconnect(() => session.close());
    }
  };
  for (let number = 0; running; number += 1) {
    if (access() !== known) reconnect(() => session.close());
    const name = `write-${client}-${number}`;
    const at = Date.now();
    const outcome = await write(name).then(
      (revision) => ({ ok: true, revision }),
      (error) => ({ ok: false, why: error.message }),
    );
    if (!outcome.ok) reconnect(() => session.destroy());
    process.stdout.write(`${JSON.stringify({ name, at, ms: Date.now() - at, ...outcome })}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  session.close();
}
for (const client of ["a", "b", "c", "d"]) void runClient(client);
