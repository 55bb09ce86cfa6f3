import "./jobs.css";

import { Paper, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { JobView } from "../../api/client";
import { jobsQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { plainText } from "../../components/plainText";
import { Empty, Loaded } from "../../components/states";
import { RunJobButton } from "./RunJobButton";

/** The jobs of all code locations, each with what it makes and a button that runs it. */
export function Jobs() {
  const query = useQuery(jobsQuery);
  return (
    <>
      <Title order={2} size="h5">
        Jobs
      </Title>
      <Loaded query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No jobs">
              A job makes a selection of assets under a name: <code>hw.define_asset_job</code>.
            </Empty>
          ) : (
            <Paper>
              <div role="table" aria-label="Jobs">
                {items.map((job) => (
                  <JobRow key={job.name} job={job} />
                ))}
              </div>
            </Paper>
          )
        }
      </Loaded>
    </>
  );
}

function JobRow({ job }: { job: JobView }) {
  return (
    <div role="row" className="hw-row hw-job-row">
      <span role="cell" className="hw-cell">
        <Link className="hw-link" to={`/jobs/${encodeURIComponent(job.name)}`}>
          <Text size="sm" fw={600} truncate>
            {job.name}
          </Text>
        </Link>
        {job.description && (
          <Text size="xs" c="dimmed" truncate>
            {plainText(job.description)}
          </Text>
        )}
      </span>
      <span role="cell" className="hw-cell" data-part="makes" title={job.assets.join(", ")}>
        <Text size="sm" c="dimmed" truncate>
          {plural(job.assets.length, "asset")}: {job.assets.join(", ")}
        </Text>
      </span>
      <span role="cell" data-part="run">
        <RunJobButton job={job} size="xs" />
      </span>
    </div>
  );
}
