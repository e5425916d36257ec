/** Values by full zone name, such as `eu-central-1a`. */
export type ByZone<T> = Readonly<Record<string, T>>;

export function mapZones<T, U>(byZone: ByZone<T>, create: (zone: string, value: T) => U): ByZone<U> {
  return Object.fromEntries(Object.entries(byZone).map(([zone, value]) => [zone, create(zone, value)]));
}

/** @throws RangeError for a zone without a value. */
export function inZone<T>(byZone: ByZone<T>, zone: string): T {
  const value = byZone[zone];
  if (value === undefined) throw new RangeError(`unknown zone ${zone}; known zones: ${Object.keys(byZone).join(", ")}`);
  return value;
}
