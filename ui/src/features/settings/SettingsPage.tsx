import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { deploymentQuery, meQuery } from "../../api/queries";
import { Loaded, PageTitle } from "../../components/states";
import { AuditLog } from "./AuditLog";
import { CodeLocations } from "../locations/CodeLocations";
import { People } from "./People";
import { ServerState } from "./ServerState";
import { Tokens } from "./Tokens";

/** The deployment: its code, who may come in, what they did, and whether it is well. The address holds the tab. */
export function SettingsPage() {
  const query = useQuery(deploymentQuery);
  const me = useQuery(meQuery).data;
  const [parameters, setParameters] = useSearchParams();
  const tab = parameters.get("tab") ?? "code";
  const isAdmin = me?.scopes.includes("admin") ?? false;
  return (
    <>
      <PageTitle title="Deployment" />
      <Loaded query={query}>
        {(deployment) => (
          <Tabs
            value={tab}
            keepMounted={false}
            onChange={(value) => {
              setParameters(value && value !== "code" ? { tab: value } : {});
            }}
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="code">Code</Tabs.Tab>
              <Tabs.Tab value="server">Server</Tabs.Tab>
              {isAdmin && <Tabs.Tab value="tokens">Tokens</Tabs.Tab>}
              {isAdmin && <Tabs.Tab value="people">People</Tabs.Tab>}
              {isAdmin && <Tabs.Tab value="audit">Audit</Tabs.Tab>}
            </Tabs.List>
            <Tabs.Panel value="code">
              <CodeLocations locations={deployment.locations} />
            </Tabs.Panel>
            <Tabs.Panel value="server">
              <ServerState deployment={deployment} />
            </Tabs.Panel>
            <Tabs.Panel value="tokens">
              <Tokens isDemanded={deployment.auth_required} />
            </Tabs.Panel>
            <Tabs.Panel value="people">
              <People />
            </Tabs.Panel>
            <Tabs.Panel value="audit">
              <AuditLog />
            </Tabs.Panel>
          </Tabs>
        )}
      </Loaded>
    </>
  );
}
