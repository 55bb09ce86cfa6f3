import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post } from "../../api/client";
import { signInQuery } from "../../api/queries";

/** Lets a person in who has a token. */
export function SignIn() {
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const ways = useQuery(signInQuery).data;
  const signIn = useMutation({
    mutationFn: () => post("api/session", { token }),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Center mih="100vh" p="md">
      <Paper p="xl" w="100%" maw={420}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate();
          }}
        >
          <Stack>
            <Title order={1} size="h3">
              Sign in to Headwater
            </Title>
            <Text size="sm" c="dimmed">
              This deployment demands a token. Whoever runs it makes one with{" "}
              <code>headwater token create NAME</code>.
            </Text>
            {ways?.path != null && (
              <Button component="a" href={new URL(ways.path, document.baseURI).pathname}>
                Sign in with {ways.provider ?? "your account"}
              </Button>
            )}
            <PasswordInput
              label="Token"
              value={token}
              onChange={(event) => {
                setToken(event.currentTarget.value);
              }}
              error={signIn.error?.message}
              data-autofocus
            />
            <Button type="submit" loading={signIn.isPending} disabled={token.trim() === ""}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
