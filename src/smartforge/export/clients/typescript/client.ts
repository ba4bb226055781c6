import createFetchClient, { type Client, type ClientOptions } from "openapi-fetch";
import type { paths } from "./schema.js";

export type { components, operations, paths } from "./schema.js";

export interface Options extends ClientOptions {
  baseUrl: string;
  /** What a login has answered as `access_token`, or what gives it when a request is made. */
  token?: string | (() => string | undefined);
}

/** A client whose paths, parameters, bodies and answers have the types of the API's contract. */
export function createClient({ token, ...options }: Options): Client<paths> {
  const client = createFetchClient<paths>(options);
  client.use({
    onRequest({ request }) {
      const current = typeof token === "function" ? token() : token;
      if (current !== undefined) request.headers.set("Authorization", `Bearer ${current}`);
      return request;
    },
  });
  return client;
}
