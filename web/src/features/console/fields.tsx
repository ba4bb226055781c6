/** One parameter of a request, or one file of it. */
import { useId } from "react";
import { bytes } from "../../ui/format";
import styles from "./console-tab.module.css";
import type { Operation, Schema } from "./document";
import { placeOf } from "./request";

interface ParameterProps {
  parameter: Operation["parameters"][number];
  value: string;
  onChange: (place: string, value: string) => void;
}

export function ParameterField({ parameter, value, onChange }: ParameterProps) {
  const id = useId();
  const { name, schema, required = false } = parameter;
  const place = placeOf(parameter);
  const choices = choicesOf(schema);
  return (
    <div className={styles["field"]}>
      <label htmlFor={id}>
        {name} <span className={styles["says"]}>{parameter.in === "form" ? "" : parameter.in}</span>
      </label>
      {choices ? (
        <select id={id} className={styles["input"]} value={value} onChange={(event) => onChange(place, event.target.value)}>
          {!required && <option value="">not sent</option>}
          {choices.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          className={styles["input"]}
          value={value}
          placeholder={required ? "" : hintOf(schema)}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(place, event.target.value)}
        />
      )}
    </div>
  );
}

interface FileProps {
  name: string;
  types: readonly string[];
  chosen: File | undefined;
  onChange: (file: File | undefined) => void;
}

export function FileField({ name, types, chosen, onChange }: FileProps) {
  const id = useId();
  return (
    <div className={styles["field"]}>
      <label htmlFor={id}>
        {name} <span className={styles["says"]}>{types.join(", ") || "any type"}</span>
      </label>
      <input id={id} type="file" accept={types.join(",")} onChange={(event) => onChange(event.target.files?.[0])} />
      {chosen && (
        <span className={styles["says"]}>
          Sends {chosen.name}, {bytes(chosen.size)}
        </span>
      )}
    </div>
  );
}

function choicesOf({ enum: values, type, anyOf }: Schema): string[] | null {
  if (values) return values.filter((one) => one !== null).map(String);
  if (type === "boolean") return ["true", "false"];
  return anyOf?.[0] ? choicesOf(anyOf[0]) : null;
}

function hintOf(schema: Schema): string {
  const { type, format, default: value, anyOf } = schema;
  if (value !== undefined && value !== null) return `default: ${String(value)}`;
  return format ?? type ?? (anyOf?.[0] ? hintOf(anyOf[0]) : "");
}
