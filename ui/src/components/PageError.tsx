import { Container } from "@mantine/core";
import { Link, useRouteError } from "react-router";

import { Empty, Failure } from "./states";

/** What is shown instead of a page that broke. */
export function PageError() {
  const error = useRouteError();
  return (
    <Container py="xl">
      <Failure
        message={error instanceof Error ? error.message : "The page broke."}
        onRetry={() => {
          window.location.reload();
        }}
      />
    </Container>
  );
}

export function NotFound() {
  return (
    <Empty title="There is no such page">
      Go to the <Link to="/">overview</Link>, or search with Ctrl K.
    </Empty>
  );
}
