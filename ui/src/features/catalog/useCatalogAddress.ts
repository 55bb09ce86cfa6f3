import { useMemo } from "react";
import { useSearchParams } from "react-router";

import { FACET_NAMES, type FacetName, type SortName } from "./filter";

export interface CatalogAddress {
  readonly text: string;
  readonly chosen: Readonly<Record<FacetName, readonly string[]>>;
  readonly sort: SortName;
  readonly descending: boolean;
  readonly search: string;
}

const SORTS: readonly string[] = ["key", "status", "updated", "checks", "group"] satisfies SortName[];

/** What the catalog shows, as its address has it, and ways to change that. */
export function useCatalogAddress() {
  const [parameters, setParameters] = useSearchParams();
  const search = parameters.toString();
  const address = useMemo<CatalogAddress>(() => {
    const read = new URLSearchParams(search);
    const [name = "key", way] = (read.get("sort") ?? "key").split("-");
    return {
      text: read.get("q") ?? "",
      chosen: Object.fromEntries(FACET_NAMES.map((facet) => [facet, read.getAll(facet)])) as Record<
        FacetName,
        string[]
      >,
      sort: (SORTS.includes(name) ? name : "key") as SortName,
      descending: way === "desc",
      search,
    };
  }, [search]);
  const change = (edit: (next: URLSearchParams) => void) => {
    setParameters(
      (before) => {
        edit(before);
        return before;
      },
      { replace: true },
    );
  };
  return {
    address,
    setText: (text: string) => {
      change((next) => {
        if (text) next.set("q", text);
        else next.delete("q");
      });
    },
    toggle: (facet: FacetName, value: string) => {
      change((next) => {
        const values = next.getAll(facet);
        next.delete(facet);
        const others = values.filter((each) => each !== value);
        for (const each of others.length < values.length ? others : [...values, value])
          next.append(facet, each);
      });
    },
    sortBy: (name: SortName) => {
      change((next) => {
        const again = (next.get("sort") ?? "key") === name;
        if (name === "key" && !again) next.delete("sort");
        else next.set("sort", again ? `${name}-desc` : name);
      });
    },
    open: (view: string) => {
      setParameters(new URLSearchParams(view));
    },
  };
}
