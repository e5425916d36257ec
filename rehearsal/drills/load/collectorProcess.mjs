/**
 * Receives the reports of the clients that send requests (modules/images/load), and prints each as a line of JSON.
 * Usage, in the rehearsal's network namespace: `node collectorProcess.mjs <address> <port>`; exits at the end of stdin.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const [address, port] = process.argv.slice(2);
const server = createServer((request, response) => {
  text(request).then(
    (report) => {
      process.stdout.write(`${report}\n`);
      response.writeHead(204).end();
    },
    // The client sends the report again.
    () => response.destroy(),
  );
});
await once(server.listen(Number(port), address), "listening");
process.stdin.resume().on("end", () => {
  server.close();
  server.closeAllConnections();
});
