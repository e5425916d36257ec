/**
 * HTTP proxy in front of moto: the AWS API that nodes call. It passes calls unchanged, reports those that change something, so
 * that the rehearsal reacts at once, and overrides the answers in which moto differs from AWS.
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import type { Server, ServerResponse } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { ReceivedRequest } from "../iam/requests/types";
import { readScope } from "../iam/signature";
import { type AwsCall, isForm, isMutating, readCall } from "./awsCall";

export interface AwsReply {
  readonly status: number;
  /** XML, unless `contentType` is given. */
  readonly body: string;
  readonly contentType?: string;
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
  /** Address of moto. */
  readonly moto: { readonly host: string; readonly port: number };
  /** AWS's refusal of a request without a valid signature or without permission; undefined: it may be answered. */
  readonly authorize?: (request: ReceivedRequest, from: string) => Promise<AwsReply | undefined>;
  /** Answers a form call (EC2, Auto Scaling …) instead of moto; undefined: moto answers. */
  readonly override: (call: AwsCall) => Promise<AwsReply | undefined>;
  /** Answers a call with a JSON body instead of moto; undefined: moto answers. */
  readonly answerJson?: (call: AwsCall, body: string) => AwsReply | undefined;
  /** Rewrites moto's answer to a form call; undefined: passes it unchanged. */
  readonly rewriter?: (call: AwsCall) => ((body: string) => string) | undefined;
  /** True for a service that is down: the proxy closes the connection. */
  readonly isUnreachable?: (call: AwsCall) => boolean;
  /** Receives each successful call that may have changed something. */
  readonly onChange: (call: AwsCall) => void;
  /** Receives each call. */
  readonly record: (call: CallRecord) => void;
}

class Unreachable extends Error {}

/** Starts the proxy; resolves when it listens. */
export async function startAwsApi(options: AwsApiOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const started = performance.now();
    handle(request, response, options)
      .then((call) => {
        if (isMutating(call) && response.statusCode < 400) options.onChange(call);
        options.record({
          from: addressOf(request),
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
  await once(server.listen(options.port, options.host), "listening");
  return server;
}

async function handle(request: IncomingMessage, response: ServerResponse, options: AwsApiOptions): Promise<AwsCall> {
  const { method = "GET", url = "/", headers } = request;
  const body = isStreamed(headers) ? undefined : await buffer(request);
  const call = readCall({ method, url, headers, body: body?.toString() ?? "" });
  if (options.isUnreachable?.(call) === true) throw new Unreachable();
  const reply =
    (await options.authorize?.({ method, url, headers, body }, addressOf(request))) ??
    (isForm(headers) ? await options.override(call) : options.answerJson?.(call, body?.toString() ?? ""));
  if (reply === undefined) await forward(request, response, options.moto, body, options.rewriter?.(call));
  else {
    // The caller may still be sending an object that is refused.
    request.resume();
    response.writeHead(reply.status, { "content-type": reply.contentType ?? "text/xml" }).end(reply.body);
  }
  return call;
}

/** S3 objects are streamed. The requests of other services are small, and decisions about them read their bodies. */
function isStreamed(headers: IncomingHttpHeaders): boolean {
  const service = readScope({ headers })?.service;
  return service === "s3" || (service === undefined && !isForm(headers));
}

const addressOf = ({ socket }: IncomingMessage): string => (socket.remoteAddress ?? "").replace(/^::ffff:/, "");

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  moto: AwsApiOptions["moto"],
  body: Buffer | undefined,
  rewrite: ((body: string) => string) | undefined,
): Promise<void> {
  const headers = endToEnd(request.headers);
  const forwarded = httpRequest({ ...moto, method: request.method, path: request.url, headers });
  const answered = once(forwarded, "response") as Promise<[IncomingMessage]>;
  const sent = body === undefined ? pipeline(request, forwarded) : Promise.resolve(void forwarded.end(body));
  const [[answer]] = await Promise.all([answered, sent]);
  const status = answer.statusCode ?? 502;
  if (rewrite === undefined) {
    response.writeHead(status, endToEnd(answer.headers));
    await pipeline(answer, response);
  } else {
    const rewritten = Buffer.from(rewrite(await text(answer)));
    response.writeHead(status, { ...endToEnd(answer.headers), "content-length": rewritten.length }).end(rewritten);
  }
}
/** Removes hop-by-hop headers. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const hop = ["connection", "expect", "keep-alive", "transfer-encoding"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.includes(name)));
}
