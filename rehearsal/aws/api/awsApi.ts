/**
 * The AWS API that nodes call: moto behind a proxy. The proxy passes calls as they are; it tells what was changed, so that
 * the rehearsal follows at once instead of polling, answers what moto cannot, and words anew what moto words otherwise than AWS.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type AwsCall, changes, isForm, readCall } from "./awsCall";

export interface AwsReply {
  readonly status: number;
  /** XML. */
  readonly body: string;
}

export interface CallRecord {
  /** Address of the caller. */
  readonly from: string;
  readonly service: string;
  readonly action: string;
  readonly status: number;
  readonly seconds: number;
}

export interface AwsApiOptions {
  readonly host: string;
  readonly port: number;
  /** Where moto listens. */
  readonly moto: { readonly host: string; readonly port: number };
  /** Answers a call in moto's place; undefined: moto answers. Only for calls that are forms (EC2, Auto Scaling …). */
  readonly answer: (call: AwsCall) => Promise<AwsReply | undefined>;
  /** Words moto's answer to a call as AWS would; undefined: it stays as it is. Only for calls that are forms. */
  readonly reword?: (call: AwsCall) => ((body: string) => string) | undefined;
  /** Whether a service does not answer at all just now: its callers' connections are cut. */
  readonly unreachable?: (call: AwsCall) => boolean;
  /** Told after a call that changed something has succeeded. */
  readonly changed: (call: AwsCall) => void;
  /** Told of every call. */
  readonly record: (call: CallRecord) => void;
}

class Unreachable extends Error {}

/** Starts the proxy; resolves when it listens. */
export async function startAwsApi(options: AwsApiOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const started = performance.now();
    handle(request, response, options)
      .then((call) => {
        if (changes(call) && response.statusCode < 400) options.changed(call);
        options.record({
          from: (request.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
          service: call.service,
          action: call.action,
          status: response.statusCode,
          seconds: Math.round(performance.now() - started) / 1000,
        });
      })
      .catch((error: unknown) => {
        if (response.headersSent || error instanceof Unreachable) response.destroy();
        else response.writeHead(502).end(String(error));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}

async function handle(request: IncomingMessage, response: ServerResponse, options: AwsApiOptions): Promise<AwsCall> {
  const body = isForm(request.headers) ? await text(request) : undefined;
  const call = readCall({
    method: request.method ?? "GET",
    url: request.url ?? "/",
    headers: request.headers,
    body: body ?? "",
  });
  if (options.unreachable?.(call) === true) throw new Unreachable();
  const own = body === undefined ? undefined : await options.answer(call);
  if (own === undefined) await pass(request, response, options, body, options.reword?.(call));
  else response.writeHead(own.status, { "content-type": "text/xml" }).end(own.body);
  return call;
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { moto }: AwsApiOptions,
  body: string | undefined,
  reword: ((body: string) => string) | undefined,
): Promise<void> {
  const headers = endToEnd(request.headers);
  const onward = httpRequest({ ...moto, method: request.method, path: request.url, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once("response", resolve);
    onward.once("error", reject);
  });
  const sent = body === undefined ? pipeline(request, onward) : Promise.resolve(void onward.end(body));
  const [answer] = await Promise.all([answered, sent]);
  const status = answer.statusCode ?? 502;
  if (reword === undefined) {
    response.writeHead(status, endToEnd(answer.headers));
    await pipeline(answer, response);
  } else {
    const reworded = Buffer.from(reword(await text(answer)));
    response.writeHead(status, { ...endToEnd(answer.headers), "content-length": reworded.length }).end(reworded);
  }
}

/** Without what concerns one hop alone. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const hop = ["connection", "expect", "keep-alive", "transfer-encoding"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.includes(name)));
}

/** An error as EC2 words it. */
export function ec2Error(code: string, message: string): AwsReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>rehearsal</RequestID></Response>`;
  return { status: 400, body };
}

/** A success as EC2 words it; `result` is XML. */
export function ec2Reply(action: string, result: string): AwsReply {
  const body = `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
<requestId>rehearsal</requestId>${result}</${action}Response>`;
  return { status: 200, body };
}

/** An error as Auto Scaling words it. */
export function autoScalingError(code: string, message: string): AwsReply {
  const body = `<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>rehearsal</RequestId></ErrorResponse>`;
  return { status: 400, body };
}

/** A success as Auto Scaling words it; `result` is XML. */
export function autoScalingReply(action: string, result = ""): AwsReply {
  const body = `<${action}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
<${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata></${action}Response>`;
  return { status: 200, body };
}
