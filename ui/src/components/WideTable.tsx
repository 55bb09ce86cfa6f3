import { Table, VisuallyHidden } from "@mantine/core";
import type { CSSProperties, ReactNode } from "react";

/** What stands above a column; `unseen` is for screen readers only. */
export type Head = string | { readonly unseen: string };

/**
 * A table of many columns. Where the page is narrower than it, it scrolls; on a phone each row is a block instead, with
 * a line a cell, and what stands above the column stands before it.
 */
export function WideTable({
  minWidth,
  heads,
  children,
}: {
  minWidth: number;
  heads: readonly Head[];
  /** Its rows. */
  children: ReactNode;
}) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      type="native"
      tabIndex={0}
      className="hw-wide-table"
      style={namesOf(heads)}
    >
      <Table>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) =>
              typeof head === "string" ? (
                <Table.Th key={head}>{head}</Table.Th>
              ) : (
                <Table.Th key={head.unseen}>
                  <VisuallyHidden>{head.unseen}</VisuallyHidden>
                </Table.Th>
              ),
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** The first cell of a row is its name, and says so itself. */
function namesOf(heads: readonly Head[]): CSSProperties {
  const named = heads.flatMap((head, column) =>
    column > 0 && typeof head === "string" ? [[`--hw-head-${column + 1}`, JSON.stringify(head)]] : [],
  );
  return Object.fromEntries(named) as CSSProperties;
}
