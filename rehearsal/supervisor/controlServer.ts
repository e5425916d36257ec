/** Control socket of the supervisor: HTTP with an operation as path, its arguments as JSON, and its result or error as JSON. */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { messageOf } from "../../cli/program";
import { Control } from "./control";

export async function serveControl(control: Control, socket: string): Promise<Server> {
  const server = createServer((request, response) => {
    json(request)
      .then((args) => runOperation(control, (request.url ?? "").slice(1), args as unknown[]))
      .then(
        (result) => ({ result }),
        (error: unknown) => ({ error: messageOf(error) }),
      )
      .then((answer) => response.end(JSON.stringify(answer)), console.error);
  });
  rmSync(socket, { force: true });
  await once(server.listen(socket), "listening");
  return server;
}

function runOperation(control: Control, name: string, args: readonly unknown[]): unknown {
  if (!Object.hasOwn(Control.prototype, name)) throw new Error(`unknown operation ${name}`);
  const operations = control as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;
  // JSON writes omitted arguments as null.
  return operations[name]?.(...args.map((argument) => argument ?? undefined));
}
