/** One model: where it is asked and for what; once it was, what came of that. */
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { costSaid, worksSaid, type Model, type Trial } from "./settings";
import styles from "./settings-page.module.css";

export function ModelRow({ model, trial }: { model: Model; trial: Trial | undefined }) {
  return (
    <li>
      <div className={styles["model"]}>
        <strong>{model.name}</strong>
        {trial && (
          <span className={classes(controls["chip"], controls[trial.problem ? "bad" : "good"])}>
            {trial.problem ? "Does not answer" : "Answers"}
          </span>
        )}
      </div>
      <p className={styles["small"]}>
        For {worksSaid(model.works)}, at {model.place}, {model.key ? `with ${model.key}` : "without a key"}
      </p>
      {trial && <Outcome trial={trial} />}
    </li>
  );
}

function Outcome({ trial }: { trial: Trial }) {
  return (
    <div className={styles["outcome"]}>
      {trial.asked && <p className={styles["small"]}>Asked: {trial.asked}</p>}
      {trial.answer && <blockquote>{trial.answer}</blockquote>}
      {trial.problem ? (
        <p>
          {trial.problem} <span className={styles["small"]}>{trial.hint}</span>
        </p>
      ) : (
        <p className={styles["small"]}>{costSaid(trial)}</p>
      )}
      {trial.keptBack && (
        <p>
          The whole answer came in one moment: a proxy in between keeps answers back. Turn its buffering off, or no
          file is seen while it is written.
        </p>
      )}
    </div>
  );
}
