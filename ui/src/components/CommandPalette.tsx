import { VisuallyHidden } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { searchQuery } from "../api/queries";
import { plural } from "./format";
import { find } from "./search";
import { toCommands } from "./searchHits";
import { useCommands } from "./useCommands";

const MOST = 30;
/** The server takes no more letters. */
const LONGEST = 200;
const PAUSE_MILLISECONDS = 120;

/** Go to anything that has a name, or do something, by typing a part of it. */
export function CommandPalette({
  pages,
  onHelp,
}: {
  pages: readonly { to: string; label: string }[];
  onHelp: () => void;
}) {
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState(false);
  return (
    <Spotlight.Root
      query={typed}
      onQueryChange={setTyped}
      shortcut={["mod + K", "/"]}
      scrollable
      attributes={{ content: { "aria-label": "Search" } }}
      maxHeight={420}
      onSpotlightOpen={() => {
        setOpened(true);
      }}
      onSpotlightClose={() => {
        setOpened(false);
      }}
    >
      <Spotlight.Search
        placeholder="Assets, columns, owners, tags, jobs, runs, actions"
        aria-label="Search"
        maxLength={LONGEST}
      />
      <Spotlight.ActionsList aria-label="What matches">
        {opened && <Found wanted={typed.trim()} pages={pages} onHelp={onHelp} />}
      </Spotlight.ActionsList>
      <Spotlight.Footer>
        <span style={{ fontSize: 12, color: "var(--hw-quiet)" }}>
          ↑ ↓ choose · Enter go · Esc close · ? all keys
        </span>
      </Spotlight.Footer>
    </Spotlight.Root>
  );
}

function Found({
  wanted,
  pages,
  onHelp,
}: {
  wanted: string;
  pages: readonly { to: string; label: string }[];
  onHelp: () => void;
}) {
  const navigate = useNavigate();
  const go = useCallback((path: string) => () => navigate(path), [navigate]);
  // Not deferred: Enter right after the last letter goes to what that letter found.
  const commands = useCommands(pages, go, onHelp);
  const near = useMemo(() => find(commands, wanted, MOST), [commands, wanted]);
  // What only the server knows of, such as columns, comes after it, so that nothing moves away under the reader.
  const [asked] = useDebouncedValue(wanted, PAUSE_MILLISECONDS);
  const answer = useQuery(searchQuery(asked));
  const isKnown = asked === wanted && !answer.isFetching;
  const far = useMemo(() => {
    const known = new Set(near.map((command) => command.id));
    const hits = asked === wanted ? (answer.data?.items ?? []) : [];
    return toCommands(hits, go).filter((command) => !known.has(command.id));
  }, [near, answer.data, asked, wanted, go]);
  const found = [...near, ...far];

  const list = useRef<HTMLDivElement>(null);
  const marked = useRef<string>(undefined);
  // The first one is marked once it is drawn, so that Enter goes to what was found and not to what stood there before.
  // What the reader has moved to since stays marked, whatever else is found.
  useLayoutEffect(() => {
    const actions = [...(list.current?.querySelectorAll("[data-action]") ?? [])];
    if (marked.current === wanted && actions.some((action) => action.hasAttribute("data-selected"))) return;
    marked.current = wanted;
    actions.forEach((action, place) => action.toggleAttribute("data-selected", place === 0));
  }, [wanted, near, far]);
  return (
    <div ref={list}>
      {found.map((command) => (
        <Spotlight.Action
          key={command.id}
          label={command.label}
          description={command.description}
          onClick={() => void command.run()}
        />
      ))}
      {found.length === 0 && (
        <Spotlight.Empty>
          {!isKnown
            ? "Looking…"
            : answer.error
              ? `The search got no answer: ${answer.error.message}`
              : `Nothing is called “${wanted}”, and no column, owner, tag, job or description has it.`}
        </Spotlight.Empty>
      )}
      <VisuallyHidden role="status">
        {isKnown && wanted !== "" && plural(found.length, "result")}
      </VisuallyHidden>
    </div>
  );
}
