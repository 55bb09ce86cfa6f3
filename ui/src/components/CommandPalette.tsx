import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { assetsQuery, sensorsQuery } from "../api/queries";
import { assetPath, showKey } from "./keys";
import { KINDS } from "./status";

/** Go to any page, asset or sensor by typing a part of its name. */
export function CommandPalette({ pages }: { pages: readonly { to: string; label: string }[] }) {
  const navigate = useNavigate();
  const assets = useQuery(assetsQuery).data?.items ?? [];
  const sensors = useQuery(sensorsQuery).data?.items ?? [];
  const to = (path: string) => () => void navigate(path);
  const actions: SpotlightActionData[] = [
    ...pages.map((page) => ({
      id: `page ${page.to}`,
      label: page.label,
      description: "Page",
      onClick: to(page.to),
    })),
    ...assets.map((asset) => ({
      id: `asset ${asset.key}`,
      label: showKey(asset.key),
      description: `${KINDS[asset.kind].label} asset`,
      keywords: [asset.key, asset.group, ...asset.owners],
      onClick: to(assetPath(asset.key)),
    })),
    ...sensors.map((sensor) => ({
      id: `sensor ${sensor.name}`,
      label: sensor.name,
      description: "Sensor",
      onClick: to(`/sensors/${encodeURIComponent(sensor.name)}`),
    })),
  ];
  return (
    <Spotlight
      actions={actions}
      limit={30}
      shortcut={["mod + K", "/"]}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="Nothing has that name"
      searchProps={{ placeholder: "Search assets, sensors and pages", "aria-label": "Search" }}
    />
  );
}
