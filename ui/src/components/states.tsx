import { Alert, Button, Code, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { RequestError, type ErrorView } from "../api/client";
import { usePageTitle } from "./usePageTitle";

/**
 * What a query came to: a skeleton while it is asked, an error with another try, or what is shown of it.
 *
 * Where the page's title is part of what is shown, `title` stands there until then, also above an error. What is not
 * there is no error: `others` is the page that lists what there is.
 */
export function Loaded<T>({
  query,
  children,
  rows = 6,
  title,
  others,
}: {
  query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  children: (data: T) => ReactNode;
  rows?: number;
  title?: string;
  others?: Others;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return (
    <>
      {title !== undefined && <PageTitle title={title} />}
      {others !== undefined && isMissing(query.error) ? (
        <Missing message={query.error.message} others={others} />
      ) : query.error ? (
        <Failure message={query.error.message} onRetry={() => void query.refetch()} />
      ) : (
        <Stack gap="xs" role="group" aria-busy="true" aria-label="Loading">
          {Array.from({ length: rows }, (_, row) => (
            <Skeleton key={row} height={28} radius="sm" />
          ))}
        </Stack>
      )}
    </>
  );
}

interface Others {
  readonly path: string;
  readonly name: string;
}

function isMissing(error: Error | null): error is RequestError {
  return error instanceof RequestError && error.status === 404;
}

function Missing({ message, others }: { message: string; others: Others }) {
  return (
    <Empty title="This is not there">
      <div style={{ overflowWrap: "anywhere" }}>{message}</div>
      Look among <Link to={others.path}>{others.name}</Link>, or search with Ctrl K.
    </Empty>
  );
}

export function Failure({ message, onRetry }: { message: string; onRetry?: () => void }) {
  return (
    <Alert color="red" title="This could not be shown" role="alert">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{message}</Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** A place where something will be, and how to get it there. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Paper p="xl" bg="transparent" style={{ borderStyle: "dashed" }}>
      <Stack gap={6} align="center" ta="center">
        <Text fw={600}>{title}</Text>
        <Text size="sm" c="dimmed" component="div" maw={560}>
          {children}
        </Text>
      </Stack>
    </Paper>
  );
}

/** Why something failed: the sentence, and the traceback for whoever mends it. */
export function ErrorBox({ error, title }: { error: ErrorView; title?: string }) {
  return (
    <Alert color="red" title={title} role="alert">
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {error.message}
      </Text>
      {error.traceback && (
        <Code block mt="xs" tabIndex={0} style={{ maxHeight: 320 }}>
          {error.traceback}
        </Code>
      )}
    </Alert>
  );
}

/** A part of a page under its heading. */
export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Paper component="section" p="md" aria-label={title}>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} size="h5" style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {aside !== undefined && <div className="hw-aside">{aside}</div>}
      </Group>
      {children}
    </Paper>
  );
}

export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  usePageTitle(title);
  return (
    <Group justify="space-between" align="center" mb="md" gap="sm">
      <Title order={1} size="h3">
        {title}
      </Title>
      {children}
    </Group>
  );
}
