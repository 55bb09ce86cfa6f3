interface Shape {
  properties?: Record<string, { type?: string }>;
  required?: string[];
}

/** The fields that a function takes of a run's config, those first that a run must give. */
export function wantedFields(shape: Shape): string {
  const needed = new Set(shape.required);
  const told = Object.entries(shape.properties ?? {}).map(([name, { type }]) => ({
    isNeeded: needed.has(name),
    text: `${name}${type ? ` (${type})` : ""}`,
  }));
  const listed = (isNeeded: boolean) =>
    told
      .filter((each) => each.isNeeded === isNeeded)
      .map((each) => each.text)
      .join(", ");
  return [
    ["Needed", listed(true)],
    ["May be set", listed(false)],
  ]
    .filter(([, fields]) => fields)
    .map(([word, fields]) => `${word}: ${fields}`)
    .join(". ");
}

/** What is wrong with config as it was typed. */
export function configProblem(text: string): string | null {
  if (!text.trim()) return null;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? null
      : 'A JSON object, such as {"days": 3}';
  } catch {
    return 'No JSON yet; write it like {"days": 3}';
  }
}

/** What a request for a run says of one function's config; nothing where nothing was typed. */
export function configOf(op: string, text: string): { run_config?: unknown } {
  return text.trim() ? { run_config: { ops: { [op]: { config: JSON.parse(text) as unknown } } } } : {};
}
