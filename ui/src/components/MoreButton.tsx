import { Button } from "@mantine/core";

/** The next page of a listing, where there is one. */
export function MoreButton({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  if (!query.hasNextPage) return null;
  return (
    <Button
      variant="default"
      size="xs"
      mt="sm"
      loading={query.isFetchingNextPage}
      onClick={() => {
        query.fetchNextPage();
      }}
    >
      Show more
    </Button>
  );
}
