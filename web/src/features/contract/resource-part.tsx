/** One resource of the contract: its operations, its fields, its rules. */
import type { ReactNode } from "react";
import type { Contract, Field, Resource } from "../../events.gen";
import styles from "./contract-tab.module.css";
import { fateOf, isGiven, kindOf, leadsTo, marksOf, needOf } from "./describe";
import { OperationList } from "./operation-list";
import { operationsOf } from "./operations";
import { formulaOf, listOf, rulesOf } from "./rules";
import { spaced } from "./words";

interface Props {
  resource: Resource;
  contract: Contract;
}

export function ResourcePart({ resource, contract }: Props) {
  const name = spaced(resource.plural);
  const rules = rulesOf(resource);
  const lists = (resource.actions ?? ["list"]).includes("list");
  return (
    <section className={styles["resource"]} id={placeOf(resource.name)} aria-label={name}>
      <h3>{name}</h3>
      {resource.description && <p className={styles["lead"]}>{resource.description}</p>}
      <OperationList operations={operationsOf(resource, contract)} guarded={Boolean(contract.accounts)} />
      {lists && <p className={styles["lists"]}>{listOf(resource).join(" ")}</p>}
      <div className={styles["wide"]}>
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Takes</th>
              <th scope="col">Need</th>
            </tr>
          </thead>
          <tbody>
            {resource.fields.map((field) => (
              <FieldRow key={field.name} field={field} contract={contract} />
            ))}
            {(resource.computed ?? []).map((computed) => (
              <Row key={computed.name} name={computed.name} need="computed" given>
                {formulaOf(computed, contract)}
                {computed.description && <span className={styles["says"]}> {computed.description}</span>}
              </Row>
            ))}
            {resource.upload && (
              <Row name="filename, content_type, size" need="given by the server" given>
                of its file
              </Row>
            )}
            <Row name={`id, created_at${resource.stamped ? ", updated_at" : ""}`} need="given by the server" given>
              number, date and time
            </Row>
          </tbody>
        </table>
      </div>
      {rules.length > 0 && (
        <ul className={styles["rules"]} aria-label={`Rules of ${name}`}>
          {rules.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function FieldRow({ field, contract }: { field: Field; contract: Contract }) {
  const marks = marksOf(field);
  const fate = fateOf(field);
  return (
    <Row name={field.name} need={needOf(field)} marks={marks} given={isGiven(field)}>
      <Kind field={field} contract={contract} />
      {fate && <span className={styles["says"]}>, {fate}</span>}
      {field.description && <span className={styles["says"]}> {field.description}</span>}
    </Row>
  );
}

/** The kind in words, which lead to the other resource where the field does. */
function Kind({ field, contract }: { field: Field; contract: Contract }) {
  const other = contract.resources.find(({ name }) => name === leadsTo(field));
  if (!other) return kindOf(field);
  return (
    <>
      {field.kind.type === "references" ? `${kindOf(field)}, of ` : "id of "}
      <a href={`#${placeOf(other.name)}`}>{spaced(field.kind.type === "references" ? other.plural : other.name)}</a>
    </>
  );
}

interface RowProps {
  name: string;
  need: string;
  marks?: readonly string[];
  /** Not the client's to write. */
  given?: boolean;
  children: ReactNode;
}

function Row({ name, need, marks = [], given = false, children }: RowProps) {
  return (
    <tr className={given ? styles["given"] : undefined}>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>{children}</td>
      <td className={styles["need"]}>
        {need}
        {marks.map((mark) => (
          <span key={mark} className={styles["badge"]}>
            {mark}
          </span>
        ))}
      </td>
    </tr>
  );
}

const placeOf = (name: string): string => `contract-${name}`;
