/** The page as a whole: which of its parts the address asks for. */
import { Suspense, useDeferredValue } from "react";
import { DeveloperHost } from "../features/developer/developer-host";
import { routeOf, usePath, whenForeseen } from "../ui/route";
import { Broken } from "./broken";
import { NotFound } from "./not-found";
import { ClusterPage, fetchPage, Home, ProjectPage, ReplayPage, SettingsPage, SharedPage } from "./pages";

whenForeseen((path) => fetchPage(routeOf(path).page));

export function App() {
  // What is shown stays until the page that the address asks for is there: nothing flashes.
  const path = useDeferredValue(usePath());
  const route = routeOf(path);
  return (
    <>
      <Suspense>
        <Broken key={path}>
          {route.page === "home" && <Home />}
          {route.page === "cluster" && <ClusterPage />}
          {route.page === "settings" && <SettingsPage />}
          {route.page === "project" && <ProjectPage projectId={route.projectId} />}
          {route.page === "replay" && <ReplayPage projectId={route.projectId} />}
          {route.page === "shared" && <SharedPage replay={route.replay} />}
          {route.page === "unknown" && <NotFound />}
        </Broken>
      </Suspense>
      <Broken>
        <DeveloperHost />
      </Broken>
    </>
  );
}
