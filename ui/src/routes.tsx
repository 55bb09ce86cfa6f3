import { createBrowserRouter } from "react-router";

import { assetsQuery, graphQuery } from "./api/queries";
import { queryClient } from "./api/queryClient";
import { AppLayout } from "./components/AppLayout";
import { NotFound, PageError } from "./components/PageError";
import { layoutWorker } from "./features/lineage/layoutWorker";

/** Ask while the page's code is still on its way; the page takes the answer, or shows why there is none. */
const ask = (read: () => Promise<unknown>) => ({
  loader: () => {
    read().catch(() => undefined);
    return null;
  },
  // What the address holds after the question mark asks for nothing else.
  shouldRevalidate: () => false,
});
const askAssets = ask(() => queryClient.query(assetsQuery));
const askGraph = ask(() => {
  layoutWorker();
  return queryClient.query(graphQuery);
});

const base = new URL(document.baseURI).pathname.replace(/\/$/, "");

export const router = createBrowserRouter(
  [
    {
      element: <AppLayout />,
      errorElement: <PageError />,
      hydrateFallbackElement: <></>,
      // A page that breaks leaves the navigation round it as it is.
      children: [
        {
          errorElement: <PageError />,
          children: [
            {
              index: true,
              ...askAssets,
              lazy: async () => ({ Component: (await import("./features/overview/Overview")).Overview }),
            },
            {
              path: "catalog",
              ...askAssets,
              lazy: async () => ({ Component: (await import("./features/catalog/Catalog")).Catalog }),
            },
            {
              path: "lineage",
              ...askGraph,
              lazy: async () => ({ Component: (await import("./features/lineage/LineagePage")).LineagePage }),
            },
            {
              path: "asset",
              lazy: async () => ({ Component: (await import("./features/asset/AssetPage")).AssetPage }),
            },
            {
              path: "runs",
              lazy: async () => ({ Component: (await import("./features/runs/RunsPage")).RunsPage }),
            },
            {
              path: "runs/:runId",
              lazy: async () => ({ Component: (await import("./features/runs/RunPage")).RunPage }),
            },
            {
              path: "backfills",
              lazy: async () => ({
                Component: (await import("./features/backfills/BackfillsPage")).BackfillsPage,
              }),
            },
            {
              path: "backfills/:backfillId",
              lazy: async () => ({
                Component: (await import("./features/backfills/BackfillPage")).BackfillPage,
              }),
            },
            {
              path: "sensors",
              lazy: async () => ({
                Component: (await import("./features/automation/AutomationPage")).AutomationPage,
              }),
            },
            {
              path: "sensors/:name",
              lazy: async () => ({
                Component: (await import("./features/automation/SensorPage")).SensorPage,
              }),
            },
            {
              path: "schedules/:name",
              lazy: async () => ({
                Component: (await import("./features/automation/SchedulePage")).SchedulePage,
              }),
            },
            {
              path: "jobs/:name",
              lazy: async () => ({ Component: (await import("./features/jobs/JobPage")).JobPage }),
            },
            {
              path: "settings",
              lazy: async () => ({
                Component: (await import("./features/settings/SettingsPage")).SettingsPage,
              }),
            },
            { path: "*", element: <NotFound /> },
          ],
        },
      ],
    },
  ],
  { basename: base || "/" },
);
