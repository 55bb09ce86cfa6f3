import { createBrowserRouter } from "react-router";

import { AppLayout } from "./components/AppLayout";
import { NotFound, PageError } from "./components/PageError";

const base = new URL(document.baseURI).pathname.replace(/\/$/, "");

export const router = createBrowserRouter(
  [
    {
      element: <AppLayout />,
      errorElement: <PageError />,
      hydrateFallbackElement: <></>,
      children: [
        {
          index: true,
          lazy: async () => ({ Component: (await import("./features/overview/Overview")).Overview }),
        },
        {
          path: "catalog",
          lazy: async () => ({ Component: (await import("./features/catalog/Catalog")).Catalog }),
        },
        {
          path: "lineage",
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
          path: "sensors",
          lazy: async () => ({ Component: (await import("./features/sensors/SensorsPage")).SensorsPage }),
        },
        {
          path: "sensors/:name",
          lazy: async () => ({ Component: (await import("./features/sensors/SensorPage")).SensorPage }),
        },
        {
          path: "settings",
          lazy: async () => ({ Component: (await import("./features/settings/SettingsPage")).SettingsPage }),
        },
        { path: "*", element: <NotFound /> },
      ],
    },
  ],
  { basename: base || "/" },
);
