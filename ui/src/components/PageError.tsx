import { Alert, Button, Container, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link, useRouteError } from "react-router";

import { NO_ANSWER } from "../api/client";
import { Empty, Failure, PageTitle } from "./states";

/** What each browser says of a part of the app that it did not get: it was built anew, or the server is gone. */
const PART_IS_GONE = /dynamically imported module|importing a module script|preload css/i;

export function isWithoutPart(error: unknown): boolean {
  return error instanceof Error && PART_IS_GONE.test(error.message);
}

const reload = () => {
  window.location.reload();
};

/** What is shown instead of a page that broke. */
export function PageError() {
  const error = useRouteError();
  if (isWithoutPart(error)) return <PartMissing />;
  return (
    <Container py="xl">
      <Failure message={error instanceof Error ? error.message : "The page broke."} onRetry={reload} />
    </Container>
  );
}

/** A part of the app did not come: nothing more comes from a server that does not answer, else there is a newer build. */
function PartMissing() {
  const [answers, setAnswers] = useState<boolean | null>(null);
  useEffect(() => {
    fetch(new URL("api/deployment", document.baseURI)).then(
      () => {
        setAnswers(true);
      },
      () => {
        setAnswers(false);
      },
    );
  }, []);
  if (answers === null) return null;
  return (
    <Container py="xl">
      {answers ? (
        <Alert color="blue" title="There is a newer version of this app" role="alert">
          <Stack gap="sm" align="flex-start">
            <Text size="sm">
              It was updated while this page was open, and this part is no longer there as it was. The address
              stays the same.
            </Text>
            <Button size="xs" onClick={reload}>
              Reload
            </Button>
          </Stack>
        </Alert>
      ) : (
        <Failure message={NO_ANSWER} onRetry={reload} />
      )}
    </Container>
  );
}

export function NotFound() {
  return (
    <>
      <PageTitle title="Nothing here" />
      <Empty title="There is no such page">
        Go to the <Link to="/">overview</Link>, or search with Ctrl K.
      </Empty>
    </>
  );
}
