/** All operations, by resource, with a search. */
import { useMemo, useState } from "react";
import { count } from "../../ui/format";
import { Lock } from "../../ui/icons";
import { Method } from "../../ui/method";
import styles from "./console-tab.module.css";
import { grouped, type Operation, searched } from "./document";

interface Props {
  operations: readonly Operation[];
  selected: string | null;
  onPick: (key: string) => void;
}

export function OperationPicker({ operations, selected, onPick }: Props) {
  const [words, setWords] = useState("");
  const found = useMemo(() => searched(operations, words), [operations, words]);
  const groups = useMemo(() => grouped(found), [found]);
  return (
    <nav className={styles["picker"]} aria-label="Operations">
      <input
        type="search"
        className={styles["input"]}
        aria-label="Search operations"
        placeholder={`Search ${count(operations.length, "operation")}`}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <div className={styles["groups"]}>
        {groups.map(({ name, operations: inside }) => (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            <ul>
              {inside.map((operation) => (
                <li key={operation.key}>
                  <button
                    type="button"
                    className={styles["operation"]}
                    aria-current={operation.key === selected}
                    title={`${operation.says} (${operation.who.words})`}
                    onClick={() => onPick(operation.key)}
                  >
                    <Method method={operation.method} />{" "}
                    <code>{operation.path}</code>
                    {operation.who.locked && (
                      <span className={styles["lock"]}>
                        <Lock />
                        <span className="sr-only">{operation.who.words}</span>
                      </span>
                    )}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <p className={found.length > 0 ? "sr-only" : styles["says"]} role="status">
          {words && (found.length > 0 ? `${count(found.length, "operation")} found` : "No operation has these words.")}
        </p>
      </div>
    </nav>
  );
}
