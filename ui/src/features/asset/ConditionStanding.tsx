import { useQuery } from "@tanstack/react-query";

import { automationQuery } from "../../api/queries";
import { ConditionAnswer } from "../../components/ConditionAnswer";
import { Loaded } from "../../components/states";

interface Owner {
  assetKey: string;
  /** A check of the asset, whose own condition it is about. */
  check?: string | undefined;
}

/** When an asset is made, or a check carried out, by itself. */
export function ConditionStanding({ assetKey, check }: Owner) {
  const query = useQuery(automationQuery(assetKey, check));
  return (
    <Loaded query={query}>
      {(view) => (
        <ConditionAnswer
          view={view}
          what={check ?? assetKey}
          done={check === undefined ? "made" : "carried out"}
        />
      )}
    </Loaded>
  );
}
