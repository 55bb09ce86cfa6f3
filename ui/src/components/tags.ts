/** Tags as they are written: a name alone, or with its value. */
export function tagTexts({ tags }: { readonly tags: Readonly<Record<string, string>> }): string[] {
  return Object.entries(tags).map(([name, value]) => (value ? `${name}=${value}` : name));
}
