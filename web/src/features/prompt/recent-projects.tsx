/** The newest projects, each a way back into it. */
import { Link } from "../../ui/link";
import { projectPath } from "../../ui/route";
import { StatusChip } from "../../ui/status-chip";
import { ago } from "../../ui/format";
import styles from "./home.module.css";
import { useRecentProjects } from "./projects";

const SHOWN = 8;

export function RecentProjects() {
  const { projects, failed } = useRecentProjects(SHOWN);
  if (failed) return <p role="status">Your projects cannot be listed: the server does not answer.</p>;
  if (!projects?.length) return null;
  const now = Date.now();
  return (
    <section className={styles["recent"]} aria-labelledby="recent">
      <h2 id="recent">Recent projects</h2>
      <ul className={styles["projects"]}>
        {projects.map(({ id, title, status, created }) => (
          <li key={id}>
            <Link href={projectPath(id)} className={styles["project"]}>
              <span className={styles["title"]}>{title}</span>
              <StatusChip status={status} />
              {created !== null && <span className={styles["age"]}>{ago(created, now)}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
