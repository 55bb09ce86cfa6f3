import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router";

import type { DeploymentView } from "../../api/client";
import { deploymentQuery, meQuery } from "../../api/queries";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { Alerts } from "../alerts/Alerts";
import { CodeLocations } from "../locations/CodeLocations";
import { Storage } from "../storage/Storage";
import { AuditLog } from "./AuditLog";
import { Deployments } from "./Deployments";
import { People } from "./People";
import { ServerState } from "./ServerState";
import { Tokens } from "./Tokens";

interface Tab {
  readonly value: string;
  readonly label: string;
  /** Whether only admins are answered. */
  readonly forAdmins?: boolean;
  readonly show: (deployment: DeploymentView) => ReactNode;
}

const TABS: readonly [Tab, ...Tab[]] = [
  {
    value: "code",
    label: "Code",
    show: ({ locations }) => <CodeLocations locations={locations} />,
  },
  { value: "server", label: "Health", show: (deployment) => <ServerState deployment={deployment} /> },
  { value: "storage", label: "Storage", show: () => <Storage /> },
  { value: "alerts", label: "Alerts", forAdmins: true, show: () => <Alerts /> },
  {
    value: "tokens",
    label: "Tokens",
    forAdmins: true,
    show: ({ auth_required }) => <Tokens isDemanded={auth_required} />,
  },
  { value: "people", label: "People", forAdmins: true, show: () => <People /> },
  { value: "audit", label: "Audit", forAdmins: true, show: () => <AuditLog /> },
  { value: "deployments", label: "Deployments", show: (deployment) => <Deployments current={deployment} /> },
];

/** How the deployment is set up: its code, who may come in, whom it tells, and whether it is well. The address holds the tab. */
export function SettingsPage() {
  const query = useQuery(deploymentQuery);
  const me = useQuery(meQuery).data;
  const [parameters, setParameters] = useSearchParams();
  const isAdmin = me?.scopes.includes("admin") ?? false;
  const chosen = TABS.find((each) => each.value === parameters.get("tab")) ?? TABS[0];
  return (
    <>
      <PageTitle title="Settings" />
      <Loaded query={query}>
        {(deployment) => (
          <Tabs
            value={chosen.value}
            keepMounted={false}
            onChange={(value) => {
              // Each tab has filters of its own in the address.
              setParameters(value && value !== TABS[0].value ? { tab: value } : {});
            }}
          >
            <Tabs.List mb="md">
              {TABS.filter((tab) => isAdmin || !tab.forAdmins || tab === chosen).map((tab) => (
                <Tabs.Tab key={tab.value} value={tab.value}>
                  {tab.label}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value={chosen.value}>
              {chosen.forAdmins && me !== undefined && !isAdmin ? (
                <Empty title="For admins">
                  You are signed in{me.name === null ? "" : ` as ${me.name}`} and may {me.scopes.join(", ")}.
                  Ask an admin to do it, or for the role of one.
                </Empty>
              ) : (
                chosen.show(deployment)
              )}
            </Tabs.Panel>
          </Tabs>
        )}
      </Loaded>
    </>
  );
}
