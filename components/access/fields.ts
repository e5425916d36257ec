import { z } from "zod";
import { mapping, text } from "../settings/fields";
import { celRule, certificateAuthorityRule, shortTextRule } from "./textRules";

/** Fields that several sections of `access` share. */

/** CA certificate of a server that the API server connects to. */
export const certificateAuthority = (server: string) =>
  text(certificateAuthorityRule, {
    description: `CA certificate of the ${server}, in PEM.`,
    defaultIs: "CAs of the machine image",
  }).optional();

/** CEL expressions that must be true, each with the message for a violation. */
export const celRules = (variables: string, description: string) =>
  z
    .array(
      mapping({
        expression: text(celRule, { description: `CEL expression over ${variables} that must be true.` }),
        message: text(shortTextRule, { description: "Error message when the expression is false." }),
      }),
    )
    .default([])
    .meta({ description });
