/** Where signing in by the provider begins, so that it comes back to the page that is open. */
export function providerAddress(path: string, here: string, base: string): string {
  const page = here.startsWith(base) ? here.slice(base.length) : "";
  const [place = "", query = ""] = page.split("?", 2);
  const kept = new URLSearchParams(query);
  kept.delete("sign_in");
  const rest = kept.toString();
  const following = rest === "" ? place : `${place}?${rest}`;
  return following === "" ? path : `${path}?following=${encodeURIComponent(following)}`;
}

/** What to say when the provider sent somebody back who is not let in; null otherwise. */
export function refusal(search: string): string | null {
  switch (new URLSearchParams(search).get("sign_in")) {
    case "refused":
      return "You have no role in this deployment. Ask an admin to give you one.";
    case "failed":
      return "Signing in did not work. Try again; the audit log says why it failed.";
    default:
      return null;
  }
}
