import { Alert, Button, Container, Stack, Text } from "@mantine/core";
import { Link, useRouteError } from "react-router";

import { Empty, Failure, PageTitle } from "./states";

/** What each browser says of a part of the app that is no longer there: the app was built anew since the page came. */
const PART_IS_GONE = /dynamically imported module|importing a module script|preload css/i;

export function isOfFormerBuild(error: unknown): boolean {
  return error instanceof Error && PART_IS_GONE.test(error.message);
}

const reload = () => {
  window.location.reload();
};

/** What is shown instead of a page that broke. */
export function PageError() {
  const error = useRouteError();
  if (isOfFormerBuild(error)) {
    return (
      <Container py="xl">
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
      </Container>
    );
  }
  return (
    <Container py="xl">
      <Failure message={error instanceof Error ? error.message : "The page broke."} onRetry={reload} />
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
