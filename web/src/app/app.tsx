/** The page as a whole: which of its parts the address asks for. */
import { lazy, Suspense } from "react";
import { DeveloperHost } from "../features/developer/developer-host";
import { Home } from "../features/prompt/home";
import { ProjectPage } from "../features/project/project-page";
import { routeOf, usePath } from "../ui/route";
import { Broken } from "./broken";
import { NotFound } from "./not-found";

// What few people open is fetched when they do.
const ClusterPage = lazy(async () => ({
  default: (await import("../features/cluster/cluster-page")).ClusterPage,
}));
const ReplayPage = lazy(async () => ({
  default: (await import("../features/replay/replay-page")).ReplayPage,
}));
const SharedPage = lazy(async () => ({
  default: (await import("../features/shared/shared-page")).SharedPage,
}));
const SettingsPage = lazy(async () => ({
  default: (await import("../features/settings/settings-page")).SettingsPage,
}));

export function App() {
  const path = usePath();
  const route = routeOf(path);
  return (
    <>
      <Broken key={path}>
        <Suspense>
          {route.page === "home" && <Home />}
          {route.page === "cluster" && <ClusterPage />}
          {route.page === "settings" && <SettingsPage />}
          {route.page === "project" && <ProjectPage projectId={route.projectId} />}
          {route.page === "replay" && <ReplayPage projectId={route.projectId} />}
          {route.page === "shared" && <SharedPage replay={route.replay} />}
          {route.page === "unknown" && <NotFound />}
        </Suspense>
      </Broken>
      <Broken>
        <DeveloperHost />
      </Broken>
    </>
  );
}
