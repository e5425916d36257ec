/** `holdfast validate` on a booted cluster. */
import type { Validation } from "../../operations/validate/result";
import { inspect } from "./inspect";

/** Validates the rehearsal of staging with this id. */
export const validate = async (id: string): Promise<Validation> => (await inspect("validate", id)).found;

/** Failed checks as text. */
export const failures = ({ checks }: Validation): readonly string[] =>
  checks
    .filter(({ verdict }) => verdict === "failed" || verdict === "unknown")
    .map(({ area, subject, message }) => `${area}, ${subject}: ${message}`);
