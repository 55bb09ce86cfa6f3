import { Alert, Button, Center, Divider, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post } from "../../api/client";
import { signInQuery } from "../../api/queries";
import { providerAddress, refusal } from "./signInAddress";

/** Lets a person in: by the provider that the deployment names, or by a token. */
export function SignIn() {
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const ways = useQuery(signInQuery);
  const signIn = useMutation({
    mutationFn: () => post("api/session", { token }),
    onSuccess: () => queries.invalidateQueries(),
  });
  const refused = refusal(window.location.search);
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper p="xl" w="100%" maw={420}>
        <Stack>
          <Title order={1} size="h3">
            Sign in to Headwater
          </Title>
          {refused !== null && (
            <Alert color="red" role="alert">
              {refused}
            </Alert>
          )}
          {ways.data?.path != null && (
            <>
              <Button
                component="a"
                href={providerAddress(ways.data.path, window.location.href, document.baseURI)}
                size="md"
              >
                Sign in with {ways.data.provider}
              </Button>
              <Divider label="or" />
            </>
          )}
          <form
            onSubmit={(event) => {
              event.preventDefault();
              signIn.mutate();
            }}
          >
            <Stack>
              <PasswordInput
                label="Token"
                description="Whoever runs the deployment makes one with: headwater token create NAME"
                value={token}
                onChange={(event) => {
                  setToken(event.currentTarget.value);
                }}
                error={signIn.error?.message}
                autoComplete="off"
                data-autofocus
              />
              <Button
                type="submit"
                variant={ways.data?.path == null ? "filled" : "default"}
                loading={signIn.isPending}
                disabled={token.trim() === ""}
              >
                Sign in
              </Button>
              <Text size="xs" c="dimmed">
                A session ends after twelve hours, or when you sign out.
              </Text>
            </Stack>
          </form>
        </Stack>
      </Paper>
    </Center>
  );
}
