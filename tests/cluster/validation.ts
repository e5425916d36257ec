/** `npm run validate` on a booted cluster. */
import type { Validation } from "../../operations/validate/result";
import { inspect } from "./inspect";

/** What it finds in the rehearsal of staging with that name. */
export const validate = async (id: string): Promise<Validation> => (await inspect("validate", id)).found;

/** What is not as it should be, in words. */
export const failures = ({ checks }: Validation): readonly string[] =>
  checks
    .filter(({ verdict }) => verdict === "failed" || verdict === "unknown")
    .map(({ area, subject, message }) => `${area}, ${subject}: ${message}`);
