import { useEffect, useState } from "react";

import { get, type LogLine, type LogPage, type RunView } from "../../api/client";

const PAUSE_MILLISECONDS = 700;

/** The lines of a run's log so far; more as they are written, until the run has ended. For one run: give its user a key. */
export function useRunLog(run: RunView): { lines: LogLine[]; error: string | null } {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [error, setError] = useState<string | null>(null);
  const runId = run.run_id;

  useEffect(() => {
    let after: string | null = null;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        const page: LogPage = await get<LogPage>(`api/runs/${runId}/log`, { after, limit: 5000 });
        if (gone) return;
        after = page.next;
        if (page.items.length > 0) setLines((before) => [...before, ...page.items]);
        if (!page.ended)
          timer = setTimeout(() => void read(), page.items.length > 0 ? 50 : PAUSE_MILLISECONDS);
      } catch (problem) {
        if (!gone) setError(problem instanceof Error ? problem.message : "The log could not be read.");
      }
    };
    void read();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [runId]);

  return { lines, error };
}
