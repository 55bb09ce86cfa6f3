import type { Schemas } from "../../api/client";
import type { PlotMark } from "../../components/Plot";

/** The changes of a definition as marks on a plot: a new version of the code by its name, others by what changed. */
export function versionMarks(history: Schemas["DefinitionHistory"] | undefined): PlotMark[] {
  return (history?.items ?? []).flatMap((version): PlotMark[] => {
    if (version.changed.length === 0) return [];
    const code = codeVersionOf(version);
    const label = version.changed.includes("code_version")
      ? `code ${code ?? "without a version"}`
      : version.changed.join(", ");
    return [{ at: version.since, label }];
  });
}

/** The version of the code that a definition names. */
export function codeVersionOf({ definition }: Schemas["DefinitionVersion"]): string | null {
  const version = definition?.["code_version"];
  return typeof version === "string" ? version : null;
}
