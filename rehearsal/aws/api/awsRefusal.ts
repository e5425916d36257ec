/** A call that AWS refuses, in its words. */
export class AwsRefusal extends Error {
  constructor(
    /** As AWS names the kind of error. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
