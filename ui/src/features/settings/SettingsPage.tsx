import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router";

import type { DeploymentView } from "../../api/client";
import { deploymentQuery, meQuery } from "../../api/queries";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { TabStrip } from "../../components/TabStrip";
import { Alerts } from "../alerts/Alerts";
import { CodeLocations } from "../locations/CodeLocations";
import { Storage } from "../storage/Storage";
import { AuditLog } from "./AuditLog";
import { Deployments } from "./Deployments";
import { People } from "./People";
import { ServerState } from "./ServerState";
import { Tokens } from "./Tokens";

interface Tab {
  readonly name: string;
  readonly label: string;
  /** Whether only admins are answered. */
  readonly forAdmins?: boolean;
  readonly show: (deployment: DeploymentView) => ReactNode;
}

const TABS: readonly [Tab, ...Tab[]] = [
  {
    name: "code",
    label: "Code",
    show: ({ locations }) => <CodeLocations locations={locations} />,
  },
  { name: "server", label: "Health", show: (deployment) => <ServerState deployment={deployment} /> },
  { name: "storage", label: "Storage", show: () => <Storage /> },
  { name: "alerts", label: "Alerts", forAdmins: true, show: () => <Alerts /> },
  {
    name: "tokens",
    label: "Tokens",
    forAdmins: true,
    show: ({ auth_required }) => <Tokens isDemanded={auth_required} />,
  },
  { name: "people", label: "People", forAdmins: true, show: () => <People /> },
  { name: "audit", label: "Audit", forAdmins: true, show: () => <AuditLog /> },
  { name: "deployments", label: "Deployments", show: (deployment) => <Deployments current={deployment} /> },
];

/** How the deployment is set up: its code, who may come in, whom it tells, and whether it is well. The address holds the tab. */
export function SettingsPage() {
  const query = useQuery(deploymentQuery);
  const me = useQuery(meQuery).data;
  const [parameters, setParameters] = useSearchParams();
  const isAdmin = me?.scopes.includes("admin") ?? false;
  const chosen = TABS.find((each) => each.name === parameters.get("tab")) ?? TABS[0];
  return (
    <>
      <PageTitle title="Settings" />
      <Loaded query={query}>
        {(deployment) => (
          <Tabs
            value={chosen.name}
            keepMounted={false}
            onChange={(value) => {
              // Each tab has filters of its own in the address.
              setParameters(value && value !== TABS[0].name ? { tab: value } : {});
            }}
          >
            <TabStrip
              tabs={TABS.filter((tab) => isAdmin || !tab.forAdmins || tab === chosen)}
              shown={chosen.name}
            />
            <Tabs.Panel value={chosen.name}>
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
