import { get, post, type RunDetail, type RunView } from "../../api/client";
import { plural } from "../../components/format";
import { toRepeat } from "./undone";

export type BulkAction = "cancel" | "again" | "undone";

/** What may be asked of some runs together, and of which of them. */
export function offersOf(runs: readonly RunView[]): [BulkAction, readonly RunView[]][] {
  const ended = runs.filter((run) => run.ended_at !== null);
  const offers: [BulkAction, readonly RunView[]][] = [
    ["cancel", runs.filter((run) => run.ended_at === null)],
    ["again", ended],
    ["undone", ended.filter((run) => run.status !== "success")],
  ];
  return offers.filter(([, mine]) => mine.length > 0);
}

/** What an action is called. */
export function actionText(action: BulkAction, count: number): string {
  const runs = plural(count, "run");
  if (action === "cancel") return `Cancel ${runs}`;
  return action === "again" ? `Run ${runs} again` : `Run what ${runs} left undone`;
}

/** What will happen. */
export function consequenceText(action: BulkAction, runs: readonly RunView[]): string {
  if (action === "cancel") {
    const queued = runs.filter((run) => run.started_at === null).length;
    const going = runs.length - queued;
    return [
      ...(queued > 0 ? [`${plural(queued, "run")} will leave the queue at once.`] : []),
      ...(going > 0
        ? [
            `The processes of ${plural(going, "run")} are ended in the middle of what they do; what is made stays.`,
          ]
        : []),
    ].join(" ");
  }
  const what = action === "again" ? "all that it made or checked" : "what it did not make";
  return `A new run for each of them does ${what}, with its partitions, tags and config. What is downstream follows as its conditions say.`;
}

/** Ask it of one run. */
export async function carryOut(action: BulkAction, { run_id }: RunView): Promise<void> {
  if (action === "again") {
    await post<RunView>("api/runs", toRepeat(await get<RunDetail>(`api/runs/${run_id}`)));
  } else {
    await post<RunView>(`api/runs/${run_id}/${action === "cancel" ? "cancel" : "retry"}`);
  }
}

/** Ask it of each, one after the other; gives those that the server refused, with its reasons. */
export async function carryOutAll(
  action: BulkAction,
  runs: readonly RunView[],
  ask: typeof carryOut = carryOut,
): Promise<{ run: RunView; reason: string }[]> {
  const refused = [];
  for (const run of runs) {
    try {
      await ask(action, run);
    } catch (problem) {
      refused.push({ run, reason: problem instanceof Error ? problem.message : String(problem) });
    }
  }
  return refused;
}
