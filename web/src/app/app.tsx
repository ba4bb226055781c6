/** The page as a whole: which of its parts the address asks for. */
import { ClusterPage } from "../features/cluster/cluster-page";
import { Home } from "../features/prompt/home";
import { ProjectPage } from "../features/project/project-page";
import { SettingsPage } from "../features/settings/settings-page";
import { routeOf, usePath } from "../ui/route";
import { Broken } from "./broken";
import { NotFound } from "./not-found";

export function App() {
  const path = usePath();
  const route = routeOf(path);
  return (
    <Broken key={path}>
      {route.page === "home" && <Home />}
      {route.page === "cluster" && <ClusterPage />}
      {route.page === "settings" && <SettingsPage />}
      {route.page === "project" && <ProjectPage projectId={route.projectId} />}
      {route.page === "unknown" && <NotFound />}
    </Broken>
  );
}
