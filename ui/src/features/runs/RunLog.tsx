import { Group, ScrollArea, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";

import type { LogLine, RunView } from "../../api/client";
import { toClock } from "../../components/format";
import { Failure } from "../../components/states";
import { useRunLog } from "./useRunLog";

const STREAMS = [
  { value: "all", label: "All" },
  { value: "log", label: "Log" },
  { value: "stdout", label: "stdout" },
  { value: "stderr", label: "stderr" },
];
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"];
const NEAR_END = 40;

/** What a run's steps log and print, as they do; stays where the reader has scrolled to. */
export function RunLog({ run }: { run: RunView }) {
  const { lines, error } = useRunLog(run);
  const [stream, setStream] = useState("all");
  const [level, setLevel] = useState("DEBUG");
  const [search, setSearch] = useState("");
  const viewport = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const shown = useMemo(() => {
    const wanted = search.toLowerCase();
    return lines.filter(
      (line) =>
        (stream === "all" || line.stream === stream) &&
        rankOf(line.level) >= rankOf(level) &&
        line.text.toLowerCase().includes(wanted),
    );
  }, [lines, stream, level, search]);

  useEffect(() => {
    if (following.current) viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, [shown]);

  if (error) return <Failure message={error} />;
  return (
    <>
      <Group mb="xs" gap="sm">
        <SegmentedControl size="xs" data={STREAMS} value={stream} onChange={setStream} aria-label="Stream" />
        <SegmentedControl
          size="xs"
          aria-label="Least level"
          value={level}
          onChange={setLevel}
          data={LEVELS.map((each) => ({
            value: each,
            label: each === "DEBUG" ? "All levels" : each.toLowerCase(),
          }))}
        />
        <TextInput
          size="xs"
          placeholder="Search the log"
          aria-label="Search the log"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
          }}
        />
        <Text size="xs" c="dimmed">
          {shown.length === lines.length
            ? `${lines.length} lines`
            : `${shown.length} of ${lines.length} lines`}
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
          {shown.length === 0 ? (
            <Text size="sm" c="dimmed">
              {lines.length === 0 ? "Nothing was logged or printed." : "No line matches."}
            </Text>
          ) : (
            shown.map((line, number) => <Line key={number} line={line} />)
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

function Line({ line }: { line: LogLine }) {
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
        {line.text}
      </Text>
    </div>
  );
}
