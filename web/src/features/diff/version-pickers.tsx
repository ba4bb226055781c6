/** Which two versions are compared. */
import { useId } from "react";
import type { Version } from "../../events.gen";
import controls from "../../ui/controls.module.css";
import { Swap } from "../../ui/icons";
import styles from "./diff-tab.module.css";
import type { Pair } from "./pairs";

interface Props {
  versions: readonly Version[];
  pair: Pair;
  onPick: (pair: Pair) => void;
}

export function VersionPickers({ versions, pair, onPick }: Props) {
  const turned = { from: pair.to, to: pair.from };
  // A version is never compared with itself: picking the other one turns the two around.
  const pickFrom = (from: number) => onPick(from === pair.to ? turned : { ...pair, from });
  const pickTo = (to: number) => onPick(to === pair.from ? turned : { ...pair, to });
  return (
    <div className={styles["pickers"]}>
      <Picker label="From" versions={versions} value={pair.from} onPick={pickFrom} />
      <button
        type="button"
        className={controls["quiet"]}
        title="Turn the two around"
        aria-label="Turn the two around"
        onClick={() => onPick(turned)}
      >
        <Swap />
      </button>
      <Picker label="To" versions={versions} value={pair.to} onPick={pickTo} />
    </div>
  );
}

interface PickerProps {
  label: string;
  versions: readonly Version[];
  value: number;
  onPick: (version: number) => void;
}

function Picker({ label, versions, value, onPick }: PickerProps) {
  const id = useId();
  const latest = versions.at(-1)?.version;
  return (
    <span className={styles["picker"]}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onPick(Number(event.target.value))}>
        {versions.toReversed().map(({ version, verdict }) => (
          <option key={version} value={version}>
            Version {version}
            {version === latest && ", latest"}
            {verdict === "skipped" && ", not proven"}
          </option>
        ))}
      </select>
    </span>
  );
}
