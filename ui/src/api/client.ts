import type { components } from "./schema";

export type Schemas = components["schemas"];
export type AssetRow = Schemas["AssetRow"];
export type AssetDetail = Schemas["AssetDetail"];
export type AssetStatus = AssetRow["status"];
export type AssetKind = AssetRow["kind"];
export type EventView = Schemas["EventView"];
export type Graph = Schemas["Graph"];
export type GraphNode = Schemas["GraphNode"];
export type RunView = Schemas["RunView"];
export type RunDetail = Schemas["RunDetail"];
export type BackfillView = Schemas["BackfillView"];
export type BackfillDetail = Schemas["BackfillDetail"];
export type BackfillCounts = Schemas["BackfillCounts"];
export type BackfillRequest = Partial<Schemas["BackfillRequestBody"]>;
export type StandingRange = Schemas["StandingRange"];
export type JobView = Schemas["JobView"];
export type StepView = Schemas["StepView"];
export type LogLine = Schemas["LogLine"];
export type LogPage = Schemas["LogPage"];
export type SensorView = Schemas["SensorView"];
export type TickView = Schemas["TickView"];
export type ErrorView = Schemas["ErrorView"];
export type PartitionRanges = Schemas["PartitionRanges"];
export type Series = Schemas["Series"];
export type DeploymentView = Schemas["DeploymentView"];
export type LocationView = Schemas["LocationView"];
export type EngineList = Schemas["EngineList"];
export type EngineView = Schemas["EngineView"];
export type CheckView = Schemas["CheckView"];
export type Neighbour = Schemas["Neighbour"];
export type MetadataEntry = Schemas["MetadataValue"];

export const NO_ANSWER = "The server does not answer. Is `headwater dev` running?";

/** A request that the server refused, or that did not reach it (status 0). */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Refusals stay refusals; only what did not reach the server is worth another try. */
export function shouldRetry(failures: number, error: Error): boolean {
  return failures < 2 && (!(error instanceof RequestError) || error.status === 0 || error.status === 503);
}

export async function get<T>(path: string, query: Record<string, unknown> = {}): Promise<T> {
  return request<T>("GET", path + toQuery(query));
}

export async function post<T>(path: string, body?: unknown): Promise<T> {
  return request<T>("POST", path, body);
}

export async function patch<T>(path: string, body: unknown): Promise<T> {
  return request<T>("PATCH", path, body);
}

export async function put<T>(path: string, body: unknown): Promise<T> {
  return request<T>("PUT", path, body);
}

export async function remove(path: string): Promise<void> {
  await request<unknown>("DELETE", path);
}

export function toQuery(query: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === "string" || typeof each === "number") parameters.append(name, String(each));
    }
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const address = new URL(path, document.baseURI);
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      // So that a run that is asked for here is told from one that a script asks for.
      headers: {
        // A read goes without, so that it is the one that the page's head has asked for already.
        ...(method === "GET" ? {} : { "Headwater-Client": "app" }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new RequestError(0, NO_ANSWER);
  }
  const text = await response.text();
  if (!response.ok) throw new RequestError(response.status, readProblem(text, response.status));
  return (text ? JSON.parse(text) : undefined) as T;
}

function readProblem(text: string, status: number): string {
  try {
    const problem = JSON.parse(text) as { error?: string };
    if (problem.error) return problem.error;
  } catch {
    // Not ours: a proxy in between, perhaps.
  }
  return `The server answered with status ${status}.`;
}
