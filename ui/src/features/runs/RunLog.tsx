import { Button, Group, Highlight, ScrollArea, Select, Text } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";

import type { LogLine, RunDetail } from "../../api/client";
import { ChoiceFilter } from "../../components/filters";
import { plural, toClock, toNumber } from "../../components/format";
import { SearchField } from "../../components/SearchField";
import { Failure } from "../../components/states";
import { useAddressFields } from "../../components/useAddressFields";
import { useRunLog } from "./useRunLog";

const STREAMS = [
  { value: "all", label: "All" },
  { value: "log", label: "Log" },
  { value: "stdout", label: "stdout" },
  { value: "stderr", label: "stderr" },
];
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"];
const NEAR_END = 40;
/** More lines at once make a page slow. */
const FIRST_DRAWN = 2_000;
const MORE_DRAWN = 5_000;

/** What a run's steps log and print, as they do; stays where the reader has scrolled to. The address holds the filters. */
export function RunLog({ detail }: { detail: RunDetail }) {
  const { lines, error } = useRunLog(detail.run);
  const { fields, set } = useAddressFields();
  const stream = fields.get("stream") ?? "all";
  const level = fields.get("level") ?? "DEBUG";
  const step = fields.get("step");
  const search = fields.get("find") ?? "";
  const [drawn, setDrawn] = useState(FIRST_DRAWN);
  const viewport = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const found = useMemo(() => {
    const wanted = search.toLowerCase();
    return lines.filter(
      (line) =>
        (stream === "all" || line.stream === stream) &&
        (step === null || line.step === step) &&
        rankOf(line.level) >= rankOf(level) &&
        line.text.toLowerCase().includes(wanted),
    );
  }, [lines, stream, level, step, search]);
  const shown = found.slice(-drawn);

  useEffect(() => {
    if (following.current) viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, [found]);

  if (error) return <Failure message={error} />;
  return (
    <>
      <Group mb="xs" gap="sm" className="hw-no-print">
        <ChoiceFilter
          label="Stream"
          choices={STREAMS}
          value={stream}
          onChange={(value) => {
            set({ stream: value === "all" ? null : value });
          }}
        />
        <ChoiceFilter
          label="Least level"
          value={level}
          onChange={(value) => {
            set({ level: value === "DEBUG" ? null : value });
          }}
          choices={LEVELS.map((each) => ({
            value: each,
            label: each === "DEBUG" ? "All levels" : each.toLowerCase(),
          }))}
        />
        {detail.steps.length > 1 && (
          <Select
            size="xs"
            w={180}
            aria-label="Of a step"
            placeholder="Of all steps"
            clearable
            searchable
            data={detail.steps.map((each) => each.name)}
            value={step}
            onChange={(value) => {
              set({ step: value });
            }}
          />
        )}
        <SearchField
          size="xs"
          placeholder="Search the log"
          aria-label="Search the log"
          text={search}
          onSearch={(text) => {
            set({ find: text });
          }}
        />
        <Text size="xs" c="dimmed">
          {found.length === lines.length
            ? plural(lines.length, "line")
            : `${toNumber(found.length)} of ${plural(lines.length, "line")}`}
        </Text>
      </Group>
      <ScrollArea.Autosize
        mah={420}
        viewportRef={viewport}
        onScrollPositionChange={({ y }) => {
          const box = viewport.current;
          if (box) following.current = box.scrollHeight - y - box.clientHeight < NEAR_END;
        }}
      >
        <div className="hw-log" role="log" tabIndex={0} aria-label="Log of the run">
          {shown.length < found.length && (
            <Button
              size="compact-xs"
              variant="default"
              mb={6}
              onClick={() => {
                following.current = false;
                setDrawn((before) => before + MORE_DRAWN);
              }}
            >
              Show earlier lines
            </Button>
          )}
          {shown.length === 0 ? (
            <Text size="sm" c="dimmed">
              {lines.length > 0
                ? "No line matches."
                : detail.run.ended_at === null
                  ? "Nothing yet."
                  : "Nothing was logged or printed."}
            </Text>
          ) : (
            shown.map((line, place) => (
              <Line key={found.length - shown.length + place} line={line} wanted={search} />
            ))
          )}
        </div>
      </ScrollArea.Autosize>
    </>
  );
}

/** How grave a level is; what a program printed has none, and ranks like news. */
function rankOf(level: string): number {
  if (level === "CRITICAL") return LEVELS.length;
  const rank = LEVELS.indexOf(level);
  return rank < 0 ? 1 : rank;
}

function Line({ line, wanted }: { line: LogLine; wanted: string }) {
  const bad = line.level === "ERROR" || line.level === "CRITICAL";
  return (
    <div>
      <Text component="span" inherit c="dimmed">
        {line.timestamp === null ? line.stream.padEnd(12) : toClock(line.timestamp)} {line.step}{" "}
      </Text>
      <Text
        component="span"
        inherit
        c={bad ? "var(--hw-bad)" : line.level === "WARNING" ? "var(--hw-warn)" : "inherit"}
      >
        <Highlight component="span" inherit highlight={wanted}>
          {line.text}
        </Highlight>
      </Text>
    </div>
  );
}
