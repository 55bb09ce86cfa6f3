import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../api/client";
import { meQuery } from "../api/queries";

/** Why somebody may not do what is shown. */
export const LOOK_ONLY =
  "Your role lets you look at everything and change nothing. An admin can give you the role of an operator.";

/** Why somebody may not change how the deployment is set up. */
export const ADMINS_ONLY =
  "Only admins change how Headwater is set up. Ask an admin to do it, or for the role of one.";

/** Whether the reader may do what needs a scope; taken to be so until it is known, the server decides anyway. */
export function useMay(scope: Schemas["Scope"]): boolean {
  const me = useQuery(meQuery).data;
  return me === undefined || me.scopes.includes(scope) || me.scopes.includes("admin");
}
