/** The pages that are chunks of their own, and fetching them before they are shown. */
import { type ComponentType, lazy } from "react";
import type { Route } from "../ui/route";
import { NotLoaded } from "./not-loaded";

/** A page that is fetched when it is first shown, or earlier where `fetch` is called. */
function later<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let begun: Promise<{ default: ComponentType<Props> }> | undefined;
  const fetch = () => {
    begun ??= load().then(
      (page) => ({ default: page }),
      () => {
        // Where it was only fetched ahead, showing it tries again.
        begun = undefined;
        return { default: NotLoaded };
      },
    );
    return begun;
  };
  return { fetch, Page: lazy(fetch) };
}

const home = later(async () => (await import("../features/prompt/home")).Home);
const project = later(async () => (await import("../features/project/project-page")).ProjectPage);
const cluster = later(async () => (await import("../features/cluster/cluster-page")).ClusterPage);
const replay = later(async () => (await import("../features/replay/replay-page")).ReplayPage);
const shared = later(async () => (await import("../features/shared/shared-page")).SharedPage);
const settings = later(async () => (await import("../features/settings/settings-page")).SettingsPage);

export const Home = home.Page;
export const ProjectPage = project.Page;
export const ClusterPage = cluster.Page;
export const ReplayPage = replay.Page;
export const SharedPage = shared.Page;
export const SettingsPage = settings.Page;

/** Fetch what a page of that name needs; harmless where it is there, or needs nothing. */
export function fetchPage(page: Route["page"]): void {
  if (page === "home") void home.fetch();
  if (page === "project") void project.fetch();
  if (page === "cluster") void cluster.fetch();
  if (page === "replay") void replay.fetch();
  if (page === "shared") void shared.fetch();
  if (page === "settings") void settings.fetch();
}
