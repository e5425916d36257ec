import { z } from "zod";

import { flag, mapping } from "../../settings/fields";

/** Section of the settings; absent, all of its fields have their defaults. */
export function section<Shape extends z.ZodRawShape>(description: string, shape: Shape) {
  return z.prefault(mapping(shape), {} as never).meta({ description });
}

/** Switch that is on by default. */
export const onByDefault = (description: string) => flag({ description }).default(true);
