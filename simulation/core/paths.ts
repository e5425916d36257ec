/** Value at a path of names, `spec.selector`; undefined if a part is missing. */
export const valueAt = (value: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (holder, name) =>
        typeof holder === "object" && holder !== null && Object.hasOwn(holder, name)
          ? (holder as Readonly<Record<string, unknown>>)[name]
          : undefined,
      value,
    );
