import { ActionIcon, Menu, Text } from "@mantine/core";
import { useRef, useState } from "react";

import type { AssetDetail } from "../../api/client";
import { MoreGlyph } from "../../components/icons";
import { LOOK_ONLY, useMay } from "../../components/useMay";
import { DynamicKeysQuestion } from "./DynamicKeysQuestion";
import { WipeQuestion } from "./WipeQuestion";

/** What is seldom done with an asset. */
export function AssetActions({ detail }: { detail: AssetDetail }) {
  const [asked, setAsked] = useState<"wipe" | "keys" | null>(null);
  const may = useMay("operate");
  const more = useRef<HTMLButtonElement>(null);
  const close = () => {
    setAsked(null);
    // The entry of the menu that led to the question is gone.
    more.current?.focus();
  };
  const isDynamic = detail.partitions?.type === "dynamic";
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <ActionIcon ref={more} variant="default" size={36} aria-label="More actions">
            <MoreGlyph />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!may && <Menu.Label>{LOOK_ONLY}</Menu.Label>}
          {isDynamic && (
            <Menu.Item
              disabled={!may}
              onClick={() => {
                setAsked("keys");
              }}
            >
              Edit partitions…
              <Text size="xs" c="dimmed">
                Add keys, or delete some
              </Text>
            </Menu.Item>
          )}
          <Menu.Item
            disabled={!may}
            c="var(--hw-bad)"
            onClick={() => {
              setAsked("wipe");
            }}
          >
            Wipe…
            <Text size="xs" c="dimmed">
              Forget what is known of it; the log keeps the events
            </Text>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === "wipe" && <WipeQuestion detail={detail} onClose={close} />}
      {asked === "keys" && <DynamicKeysQuestion name={detail.partitions?.name ?? ""} onClose={close} />}
    </>
  );
}
