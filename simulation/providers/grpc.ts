/** Parts that all gRPC services of this project share. */

import { status } from "@grpc/grpc-js";
import type { ServerUnaryCall, ServiceError, sendUnaryData } from "@grpc/grpc-js";

/** Longest message to or from the engine in bytes; the same limit as Pulumi's. gRPC's own is 4 MiB. */
const maxMessage = 400 * 1024 * 1024;

export const channelOptions = {
  "grpc.max_receive_message_length": maxMessage,
  "grpc.max_send_message_length": maxMessage,
};

export type CallError = Pick<ServiceError, "code" | "details">;

export const internalError = (error: unknown): CallError => ({
  code: status.INTERNAL,
  details: error instanceof Error ? (error.stack ?? error.message) : String(error),
});

/** Handler of a unary call. An exception becomes the error of the call. */
export const unary =
  <Req, Res>(handle: (request: Req) => Res | Promise<Res>, toError = internalError) =>
  ({ request }: ServerUnaryCall<Req, Res>, callback: sendUnaryData<Res>): void => {
    Promise.resolve(request)
      .then(handle)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(toError(error));
        },
      );
  };
